import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { vendorSecretFile, writeTerritory } from '../folder.ts'
import { demoKeys } from '../keys.ts'
import { openPartners } from './index.ts'

const usage = `node src/demo/partners/main.ts --folder <folder> --name <host> --gateway <host:port> --base-url <url>
     [--ports <mllp,fhir,json,desk>]

Runs the demo's pretend partners as a process of their own, reached by that name, for gateways that are elsewhere:
MLLP on 2576, FHIR on 8081, the vendor's JSON API on 8082, the desks on 8083, unless ports are given. Writes the demo's territory into the
folder, for the gateways' RELAIS_TERRITORY, and the clients' keys beside it.`

/** Senders of HL7 v2 may be on any private network. Source: RFC 1918. */
const networks = ['127.0.0.1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    name: { type: 'string' },
    gateway: { type: 'string' },
    'base-url': { type: 'string' },
    ports: { type: 'string', default: '2576,8081,8082,8083' },
  },
})
const { folder, name, gateway, 'base-url': baseUrl } = values
const [mllp = 0, fhir = 0, json = 0, desk = 0] = values.ports.split(',').map(Number)
if (folder === undefined || name === undefined || gateway === undefined || baseUrl === undefined) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
await mkdir(folder, { recursive: true, mode: 0o700 })
await using partners = await openPartners({
  clock: () => new Date(),
  vendor: { clientId: 'relais', secret: await vendorSecret(folder) },
  gatewayMllp: () => addressIn(gateway),
  place: { listen: '0.0.0.0', name, ports: { mllp, fhir, json, desk } },
})
const clients = await demoKeys(folder, `${baseUrl}/auth/token`)
const territory = await writeTerritory(folder, clients, partners, networks)
process.stdout.write(`${JSON.stringify({ event: 'partners.ready', territory, desk: partners.deskUrl })}\n`)
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])

/** The same one after a restart: the gateways have read it. */
async function vendorSecret(folder: string): Promise<string> {
  const file = vendorSecretFile(folder)
  if (existsSync(file)) return readFile(file, 'utf8')
  const secret = randomBytes(24).toString('base64url')
  await writeFile(file, secret, { mode: 0o600 })
  return secret
}

function addressIn(text: string): { host: string; port: number } {
  const [host = '', port] = text.split(':')
  return { host, port: Number(port) }
}
