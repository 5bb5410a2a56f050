// Runs one published library for scripts/bench: takes orders as JSON lines, answers each with one JSON line.
//
//   node bench_peer.mjs tradetrust | open-attestation | tt-verify | oa-verify
//
// {"order": "wrap", "count": 100, "document": {…}}            wraps so many documents, each with its own reference
// {"order": "verify", "rpc": "http://…", "files": […], "times": 20, "together": 1}
//                                                             verifies wrapped documents in turn, so many at once
// Answers {"done", "seconds", "cpu", "each": [seconds], "more": {…}} or {"error"}.  Ends when its input ends.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

console.warn = console.log = console.error // the libraries talk; stdout carries only the answers
process.env.INFURA_API_KEY ??= 'unused' // or they warn of a shared key that nothing here uses

const PACKAGES = {
  tradetrust: '@tradetrust-tt/tradetrust',
  'open-attestation': '@govtechsg/open-attestation',
  'tt-verify': '@tradetrust-tt/tt-verify',
  'oa-verify': '@govtechsg/oa-verify'
}
const require = createRequire(import.meta.url)
const library = require(PACKAGES[process.argv[2]])
const opened = new Map()

async function measured (done, act) {
  const [began, spent] = [performance.now(), process.cpuUsage()]
  const more = await act()
  const { user, system } = process.cpuUsage(spent)
  return { done, seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, ...more }
}

async function wrap ({ count, document }) {
  const documents = Array.from({ length: count }, (_, number) => ({ ...document, reference: `BENCH ${number}` }))
  return measured(count, async () => {
    const wrapped = await library.wrapDocuments(documents)
    if (wrapped.length !== count) throw new Error('not all were wrapped')
  })
}

// All of the library's own checks, less those that ask the DNS or a list of schools on the internet.
async function offline () {
  const named = await Promise.all(library.openAttestationVerifiers.map(async verifier => {
    const { name } = await verifier.skip({})
    return { name, verifier }
  }))
  return named.filter(({ name }) => !/^OpenAttestationDns|^Opencerts/.test(name)).map(({ verifier }) => verifier)
}

async function verifier (rpc) {
  const { providers } = require('ethers')
  const { chainId } = await new providers.JsonRpcProvider(rpc).getNetwork()
  const provider = new providers.StaticJsonRpcProvider(rpc, { chainId, name: 'local' })
  const asked = { calls: 0 }
  const send = provider.send.bind(provider)
  provider.send = (method, params) => { asked.calls++; return send(method, params) }
  return { asked, verify: library.verificationBuilder(await offline(), { provider }) }
}

async function verify ({ rpc, files, times, together }) {
  if (!opened.has(rpc)) opened.set(rpc, await verifier(rpc))
  const { asked, verify: check } = opened.get(rpc)
  const documents = files.map(file => JSON.parse(readFileSync(file, 'utf8')))
  const each = []
  let next = 0
  async function lane () {
    for (let number = next++; number < times; number = next++) {
      const began = performance.now()
      const fragments = await check(documents[number % documents.length])
      each.push((performance.now() - began) / 1000)
      if (!library.isValid(fragments, ['DOCUMENT_INTEGRITY', 'DOCUMENT_STATUS'])) throw new Error('not found valid')
    }
  }
  const before = asked.calls
  const found = await measured(times, () => Promise.all(Array.from({ length: together }, lane)).then(() => ({ each })))
  return { ...found, more: { 'RPC round trips': (asked.calls - before) / times } }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { order, ...particulars } = JSON.parse(line)
  const answer = await { wrap, verify }[order](particulars).catch(error => ({ error: error.message }))
  process.stdout.write(JSON.stringify(answer) + '\n')
}
