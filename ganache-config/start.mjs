// Starts the development chain that options.json describes, on loopback only.
//
//   node start.mjs [--port N] [--host 127.0.0.1] [--data DIR]
//
// Port 0 (the default) takes a free one; without --data the chain lives in memory.  Once it answers, one line
// of JSON says where: {"rpc": "http://127.0.0.1:8545", "chainId": 1337, "pid": 4711}.  The chain ends with
// SIGINT or SIGTERM, and when its standard input closes, so it never outlives the process that started it.

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'

console.log = console.error // Ganache greets on stdout, which carries only our line

const { values: given } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' }
  }
})

function refuse (reason) {
  console.error(`start.mjs: ${reason}`)
  process.exit(2)
}

if (!(isIP(given.host) === 4 && given.host.startsWith('127.')) && given.host !== '::1') {
  refuse(`host ${given.host} is not a loopback address; the keys of this chain are public`)
}
const port = Number(given.port)
if (!Number.isInteger(port) || port < 0 || port > 65535) refuse(`port ${given.port} is not a port`)

const options = JSON.parse(readFileSync(new URL('options.json', import.meta.url), 'utf8'))
if (given.data) options.database = { dbPath: given.data }

const { default: ganache } = await import('ganache')
const server = ganache.server(options)

let ending = false
async function end () {
  if (ending) return
  ending = true
  await server.close().catch(() => {})
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
process.stdin.on('end', end).on('close', end).on('error', end).resume()

try {
  await server.listen(port, given.host)
} catch (error) {
  refuse(error.message)
}
const where = given.host === '::1' ? '[::1]' : given.host
const rpc = `http://${where}:${server.address().port}`
process.stdout.write(JSON.stringify({ rpc, chainId: options.chain.chainId, pid: process.pid }) + '\n')
