// Asks three published verifiers about wrapped documents, in one process and without the internet.
//
//   node verify.mjs RPC DNS.json FILE...
//
// DNS.json answers what the verifiers would ask of the DNS: {"domain": "0x<address in its openatts record>"}.
// Prints {"FILE": {"oa-verify": {"DOCUMENT_INTEGRITY": true, "DOCUMENT_STATUS": true, "ISSUER_IDENTITY": true,
// "reasons": ["DOCUMENT_TAMPERED"]}, "tt-verify": {…}, "trustvc": {…}}}; only oa-verify can be asked for the
// identity without the internet.
// Status 0: all three find integrity and status of all files valid.  1: one does not.  2: could not ask.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'

console.warn = console.log = console.error // the libraries talk; stdout carries only the answer
process.env.INFURA_API_KEY ??= 'unused' // or they warn of a shared key that nothing here uses

const require = createRequire(import.meta.url)
const { providers } = require('ethers')
const oa = require('@govtechsg/oa-verify')
const tt = require('@tradetrust-tt/tt-verify')
const trustvc = require('@trustvc/trustvc')

const [rpc, dnsFile, ...files] = process.argv.slice(2)
if (files.length === 0) {
  console.error('usage: node verify.mjs RPC DNS.json FILE...')
  process.exit(2)
}

const TYPES = ['DOCUMENT_INTEGRITY', 'DOCUMENT_STATUS', 'ISSUER_IDENTITY']
const records = JSON.parse(readFileSync(dnsFile, 'utf8'))

async function connected () {
  const provider = new providers.JsonRpcProvider(rpc)
  const { chainId } = await provider.getNetwork()
  return new providers.StaticJsonRpcProvider(rpc, { chainId, name: 'local' })
}

// oa-verify takes a resolver; the answer has the form of a DNS-over-HTTPS reply.
function resolver (chainId) {
  return async domain => ({
    AD: false,
    Answer: [records[domain]].filter(Boolean).map(address => ({
      name: domain,
      type: 16,
      TTL: 60,
      data: `openatts net=ethereum netId=${chainId} addr=${address}`
    }))
  })
}

// tt-verify and TrustVC take none: their own lists, less what asks the DNS or a list of schools on the internet.
async function offline (library) {
  const named = await Promise.all(library.openAttestationVerifiers.map(async verifier => {
    const { name } = await verifier.skip({})
    return { name, verifier }
  }))
  return named.filter(({ name }) => !/^OpenAttestationDns|^Opencerts/.test(name)).map(({ verifier }) => verifier)
}

async function main () {
  const provider = await connected()
  const verifiers = {
    'oa-verify': [oa, oa.verificationBuilder(
      oa.openAttestationVerifiers, { provider, dnsResolvers: [resolver(provider.network.chainId)] })],
    'tt-verify': [tt, tt.verificationBuilder(await offline(tt), { provider })],
    trustvc: [trustvc, trustvc.verificationBuilder(await offline(trustvc), { provider })]
  }
  const answers = {}
  for (const file of files) {
    const document = JSON.parse(readFileSync(file, 'utf8'))
    const answer = answers[basename(file, '.json')] = {}
    for (const [name, [library, verify]] of Object.entries(verifiers)) {
      const fragments = await verify(document)
      answer[name] = Object.fromEntries(TYPES.map(type => [type, library.isValid(fragments, [type])]))
      answer[name].reasons = fragments.flatMap(fragment => fragment.reason?.codeString ?? [])
        .filter(reason => reason !== 'SKIPPED')
    }
  }
  process.stdout.write(JSON.stringify(answers) + '\n')
  const good = Object.values(answers).flatMap(answer => Object.values(answer))
    .every(found => found.DOCUMENT_INTEGRITY && found.DOCUMENT_STATUS)
  process.exitCode = good ? 0 : 1
}

main().catch(error => {
  console.error(`verify.mjs: ${error.message}`)
  process.exit(2)
})
