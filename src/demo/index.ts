import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { connectors } from '../connectors/index.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { Log } from '../log.ts'
import { holdFolder } from '../store/embedded/lock.ts'
import { readTerritory } from '../territory/read.ts'
import { vendorSecretFile, writeTerritory } from './folder.ts'
import { type DemoClient, demoKeys } from './keys.ts'
import { describeTerritory } from './loaded.ts'
import { openPartners, type Partners } from './partners/index.ts'
import { openProvider } from './provider.ts'
import { openShared, type RunningPartners } from './shared.ts'

/** A gateway on the demo's territory, with pretend partners beside it. */
export interface Demo extends AsyncDisposable {
  gateway: Gateway
  /** Absent when another demo on the same server runs them. */
  partners?: Partners
  /** Where `clients.json` and `territory.json` are. */
  folder: string
}

/** Starts the demo: partners first, then the gateway on the territory's folder that names them. */
export async function openDemo(config: Config, log: Log, clock: () => Date): Promise<Demo> {
  refuseAnywhere(config)
  const folder = join(config.RELAIS_DATA_DIR, 'demo')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await using opening = new AsyncDisposableStack()
  opening.use(holdFolder(folder))
  const place = { mllp: { host: '127.0.0.1', port: 0 } }
  const { running, own, clients } = await prepared(config, folder, clock, () => place.mllp)
  if (own) opening.use(own)
  await writeFile(vendorSecretFile(folder), running.secret, { mode: 0o600 })
  const path = await writeTerritory(folder, clients, running)
  const provider = config.RELAIS_OIDC_ISSUER === undefined ? opening.use(await openProvider()) : undefined
  const { territory, problems } = await readTerritory(path, connectors)
  if (problems.length > 0) throw new ConfigError(problems)
  const gateway = opening.use(
    await openGateway({
      config: { ...config, ...provider?.settings, RELAIS_OUTBOUND_LOOPBACK: true },
      folder: territory,
      log,
      clock,
    }),
  )
  place.mllp = gateway.addresses.mllp ?? place.mllp
  provider?.serve(gateway.addresses.baseUrl)
  await demoKeys(folder, `${gateway.addresses.baseUrl}/auth/token`, async () => clients)
  await writeFile(
    join(folder, 'territory.json'),
    `${JSON.stringify(await describeTerritory(gateway, running), null, 2)}\n`,
    { mode: 0o600 },
  )
  const open = opening.move()
  return { gateway, ...(own && { partners: own }), folder, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

interface Prepared {
  running: RunningPartners
  /** Partners that this demo runs itself. */
  own?: Partners
  clients: DemoClient[]
}

/** Keys and partners: this demo's own, or those that demos on one server share. */
async function prepared(
  { RELAIS_DATA_DIR: dataDir, RELAIS_DATABASE_URL: databaseUrl }: Config,
  folder: string,
  clock: () => Date,
  gatewayMllp: () => { host: string; port: number },
): Promise<Prepared> {
  await using shared = databaseUrl === undefined ? undefined : await openShared(dataDir, databaseUrl)
  const clients = await demoKeys(folder, '', shared?.keys)
  const others = await shared?.partners()
  if (others) return { running: others, clients }
  const secret = randomBytes(24).toString('base64url')
  const own = await openPartners({ clock, vendor: { clientId: 'relais', secret }, gatewayMllp })
  const { mllp, fhirUrl, jsonUrl, deskUrl } = own
  const running = { mllp: { host: mllp.host, port: mllp.port }, fhirUrl, jsonUrl, deskUrl, secret }
  await shared?.remember(running)
  return { running, own, clients }
}

/** The demo's keys and partners are nobody's secret: it is for this machine only, unless somebody says otherwise. */
function refuseAnywhere({ RELAIS_HOST, RELAIS_MLLP_HOST, RELAIS_DEMO_ANYWHERE }: Config): void {
  const outside = [RELAIS_HOST, RELAIS_MLLP_HOST].filter((host) => !isLoopback(host))
  if (outside.length === 0 || RELAIS_DEMO_ANYWHERE) return
  throw new ConfigError([
    `The demo listens on loopback only, not on ${outside.join(', ')}. Name a territory with RELAIS_TERRITORY, or set RELAIS_DEMO_ANYWHERE=yes`,
  ])
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
