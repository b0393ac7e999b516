import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publicJwk } from '../../../src/demo/keys.ts'
import { demoSystem } from '../../../src/demo/naming.ts'
import { silent } from '../../../src/log.ts'
import { openEmbedded } from '../../../src/store/embedded/index.ts'
import {
  type ConnectorFile,
  type SpawnedGateway,
  spawnGateway,
  type Territory,
  writeTerritory,
} from '../../support/gateway.ts'
import { openWire, type Wire } from '../bookings/wire.ts'
import type { Chance } from '../chance.ts'
import { storeIn } from '../control.ts'
import { rest } from '../crashes/load.ts'
import { openHttpPartner, openV2Partner, type Partner } from './partners.ts'
import type { Listeners } from './senders.ts'

/** All that plays in the proof: two gateways on one PostgreSQL, three partners, and the lines between. */
export interface Stage extends AsyncDisposable {
  /** Connection string. */
  readonly store: string
  /** What the command line is told: the territory and the store. */
  readonly settings: Readonly<Record<string, string>>
  readonly partners: readonly Partner[]
  readonly listeners: Listeners
  /** Lines to the gateways, and to the partners. */
  readonly wires: readonly Wire[]
  /** Ends one of the gateways, and starts it again: SIGKILL as power does, SIGTERM as a deployment does. */
  restart(n: number, how: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Exit codes of gateways that were told to stop. */
  readonly exits: readonly (number | null)[]
  /** Resident memory of each gateway that is up, in MB; undefined where there is no /proc. */
  memory(): Promise<(number | undefined)[]>
}

export interface StageOptions {
  chance: Chance
  /** Of messages that partners answer wrongly. */
  share: number
}

const gatewayCount = 2

export async function openStage({ chance, share }: StageOptions): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp('/tmp/rld-')
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  opening.use(await openEmbedded(folder, silent, { max_connections: '200' }))
  const partners = [
    opening.use(await openV2Partner('ehr-v2', chance, share)),
    opening.use(await openHttpPartner('ehr-fhir', chance, share)),
    opening.use(await openHttpPartner('ehr-json', chance, share)),
  ]
  const outward = await Promise.all(partners.map(({ port }) => openWire(() => port)))
  const running: (SpawnedGateway | undefined)[] = []
  const inward = await Promise.all(
    Array.from({ length: gatewayCount }, (_, n) => openWire(() => running[n]?.mllp.port ?? 1)),
  )
  for (const wire of [...outward, ...inward]) opening.use(wire)
  const territory = opening.use(await territoryWith(outward))
  const settings = {
    RELAIS_TERRITORY: territory.path,
    RELAIS_DATA_DIR: join(territory.path, 'data'),
    RELAIS_DATABASE_URL: storeIn(folder),
    RELAIS_OUTBOUND_LOOPBACK: 'yes',
    RELAIS_LOG_LEVEL: 'info',
  }
  opening.defer(async () => void (await Promise.all(running.map((one) => one?.[Symbol.asyncDispose]()))))
  for (let n = 0; n < gatewayCount; n++) running[n] = await spawnGateway(settings)
  const exits: (number | null)[] = []
  const open = opening.move()
  return {
    store: storeIn(folder),
    settings,
    partners,
    wires: [...outward, ...inward],
    exits,
    listeners: () => inward.flatMap(({ port }, n) => (running[n] ? [{ host: '127.0.0.1', port }] : [])),
    async restart(n, how) {
      const ended = running[n]
      running[n] = undefined
      if (how === 'SIGKILL') await ended?.kill()
      else if (ended) exits.push(await stopped(ended))
      await rest(chance.between(100, 1_000))
      running[n] = await spawnGateway(settings)
    },
    memory: () => Promise.all(running.flatMap((one) => (one ? [memoryOf(one)] : []))),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function stopped({ process: child }: SpawnedGateway): Promise<number | null> {
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  child.kill('SIGTERM')
  return gone
}

async function memoryOf({ process: { pid } }: SpawnedGateway): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

const ehr = (n: number, organization: string, client: string, more: object = {}): ConnectorFile => ({
  kind: 'mllp',
  organization,
  client,
  settings: { sendingApplication: [`EHR${n}`], addresses: ['127.0.0.1'], ...more },
})

/** The demo's people; three practices that send orders and get comments, and a hub that comments. */
async function territoryWith([v2, fhir, json]: readonly Wire[]): Promise<Territory> {
  const comments = { 'communication.sent': { map: 'Communication-to-ORU_R01', message: 'ORU^R01' } }
  const http = (wire: Wire | undefined) => ({ baseUrl: `http://127.0.0.1:${wire?.port}`, timeoutMs: 1_000 })
  const territory = await writeTerritory({
    connectors: {
      'ehr-v2': ehr(0, 'practice', 'ehr', {
        host: '127.0.0.1',
        port: v2?.port,
        ackTimeoutMs: 1_000,
        connectTimeoutMs: 1_000,
        sends: comments,
      }),
      'ehr-1': ehr(1, 'practice-2', 'ehr-2'),
      'ehr-2': ehr(2, 'practice-other', 'ehr-other'),
      hub: {
        kind: 'mllp',
        organization: 'cell',
        client: 'cell',
        settings: { sendingApplication: ['HUB'], addresses: ['127.0.0.1'] },
      },
      'ehr-fhir': {
        kind: 'fhir',
        organization: 'practice-2',
        client: 'ehr-2',
        settings: { ...http(fhir), pollMs: 3_600_000, fullMs: 3_600_000, takes: ['communication.sent'] },
      },
      'ehr-json': {
        kind: 'json',
        organization: 'practice-other',
        client: 'ehr-other',
        settings: {
          ...http(json),
          send: { 'communication.sent': { path: 'v1/messages', map: 'Communication-to-vendor-message' } },
          idempotencyHeader: 'idempotency-key',
        },
      },
    },
  })
  const maps = fileURLToPath(new URL('../../../src/demo/maps/', import.meta.url))
  await cp(maps, join(territory.path, 'maps'), { recursive: true })
  await mkdir(join(territory.path, 'clients'), { recursive: true })
  const [{ privateJwk } = { privateJwk: {} }] = territory.clients
  const client = {
    id: 'ehr-2',
    name: 'ehr-2',
    organization: `${demoSystem}|practice-2`,
    role: 'prescriber',
    scopes: ['system/*.cruds'],
    jwks: { keys: [publicJwk(privateJwk)] },
  }
  await writeFile(join(territory.path, 'clients', 'ehr-2.json'), JSON.stringify(client))
  return territory
}
