import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { connectors } from '../connectors/index.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { Log } from '../log.ts'
import { readTerritory } from '../territory/read.ts'
import { vendorSecretFile, writeTerritory } from './folder.ts'
import { demoKeys } from './keys.ts'
import { describeTerritory } from './loaded.ts'
import { openPartners, type Partners } from './partners/index.ts'

/** A gateway on the demo's territory, with pretend partners beside it. */
export interface Demo extends AsyncDisposable {
  gateway: Gateway
  partners: Partners
  /** Where `clients.json` and `territory.json` are. */
  folder: string
}

/** Starts the demo: partners first, then the gateway on the territory's folder that names them. */
export async function openDemo(config: Config, log: Log, clock: () => Date): Promise<Demo> {
  refuseAnywhere(config)
  const folder = join(config.RELAIS_DATA_DIR, 'demo')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await using opening = new AsyncDisposableStack()
  const secret = randomBytes(24).toString('base64url')
  await writeFile(vendorSecretFile(folder), secret, { mode: 0o600 })

  let mllp = { host: '127.0.0.1', port: 0 }
  const partners = opening.use(
    await openPartners({ clock, vendor: { clientId: 'relais', secret }, gatewayMllp: () => mllp }),
  )
  const clients = await demoKeys(folder, '')
  const path = await writeTerritory(folder, clients, partners)
  const { territory, problems } = await readTerritory(path, connectors)
  if (problems.length > 0) throw new ConfigError(problems)
  const gateway = opening.use(
    await openGateway({
      config: { ...config, RELAIS_OUTBOUND_LOOPBACK: true },
      folder: territory,
      log,
      clock,
    }),
  )
  mllp = gateway.addresses.mllp ?? mllp
  await demoKeys(folder, `${gateway.addresses.baseUrl}/auth/token`)
  await writeFile(
    join(folder, 'territory.json'),
    `${JSON.stringify(await describeTerritory(gateway, partners), null, 2)}\n`,
    { mode: 0o600 },
  )
  const open = opening.move()
  return { gateway, partners, folder, [Symbol.asyncDispose]: () => open.disposeAsync() }
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
