import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Organization, Slot } from '@medplum/fhirtypes'
import { demoSystem } from '../../../src/demo/naming.ts'
import type { Place } from '../../../src/demo/partners/diary.ts'
import { silent } from '../../../src/log.ts'
import { openEmbedded } from '../../../src/store/embedded/index.ts'
import type { Kept } from '../../../src/store/index.ts'
import { until } from '../../support/clock.ts'
import {
  type Caller,
  callersOf,
  centreV2,
  practiceV2,
  type SpawnedGateway,
  spawnGateway,
  type Territory,
} from '../../support/gateway.ts'
import type { Chance } from '../chance.ts'
import { storeIn } from '../control.ts'
import { all } from '../crashes/count.ts'
import { rest } from '../crashes/load.ts'
import { territoryWith, vendor } from '../territory.ts'
import type { Gateways, Reached } from './asking.ts'
import { type Centre, type Listener, openFhirCentre, openJsonCentre, openV2Centre } from './centres.ts'
import type { Note } from './diary.ts'
import type { History } from './history.ts'
import type { Victim } from './nemesis.ts'
import { openWire, type Wire } from './wire.ts'

/** All that plays in the proof: two gateways on one PostgreSQL, three centres, and the lines between. */
export interface Stage extends AsyncDisposable {
  /** Connection string. */
  readonly store: string
  readonly gateways: Gateways
  /** Where one of the gateways that are up listens for HL7 v2. */
  readonly listener: Listener
  readonly victims: readonly Victim[]
  readonly centres: readonly Centre[]
  readonly wires: readonly Wire[]
  restartDatabase(how: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** `Organization/<id>`, by the demo's name. */
  organization(name: string): string
  /** The gateway's slot for a place of a centre. */
  slotOf(centre: Centre, place: Place): string | undefined
}

/** How often the centres' diaries are pulled: as the demo does. */
const pollMs = 5_000

export async function openStage(history: History, chance: Chance): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp('/tmp/rlb-')
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  opening.use(await openEmbedded(folder, silent, { max_connections: '200' }))
  const running: (Running | undefined)[] = []
  const gateways: Gateways = () =>
    running.flatMap((one, number) =>
      one ? [{ number, baseUrl: one.baseUrl, mllp: one.mllp, as: one.as }] : [],
    )
  const centres = await centresOf(gateways, history, chance, opening)
  const wires = await Promise.all(centres.map(({ port }) => openWire(() => port)))
  for (const wire of wires) opening.use(wire)
  const territory = opening.use(await territoryBehind(wires))
  const start = () => started(territory, storeIn(folder))
  opening.defer(async () => void (await Promise.all(running.map((one) => one?.[Symbol.asyncDispose]()))))
  running.push(await start(), await start())
  const [first] = gateways()
  if (!first) throw new Error('No gateway has started')
  const known = await diariesAt(first.as('cell'), centres)
  const open = opening.move()
  return {
    store: storeIn(folder),
    gateways,
    listener: () => chance.one(gateways())?.mllp,
    centres,
    wires,
    ...known,
    victims: [0, 1].map((n) => victim(n, running, start)),
    restartDatabase: (how) => restarted(folder, how),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** A gateway that is up. */
interface Running extends SpawnedGateway {
  as: Reached['as']
}

async function started(territory: Territory, store: string): Promise<Running> {
  const gateway = await spawnGateway({
    RELAIS_TERRITORY: territory.path,
    RELAIS_DATA_DIR: join(territory.path, 'data'),
    RELAIS_DATABASE_URL: store,
    RELAIS_OUTBOUND_LOOPBACK: 'yes',
  })
  const { baseUrl } = gateway
  const as = callersOf({ baseUrl, clients: territory.clients, clock: () => new Date() })
  return { ...gateway, as }
}

function victim(n: number, running: (Running | undefined)[], start: () => Promise<Running>): Victim {
  return {
    async kill(downMs) {
      const killed = running[n]
      running[n] = undefined
      await killed?.kill()
      await rest(downMs)
      running[n] = await start()
    },
    async pause(ms) {
      running[n]?.process.kill('SIGSTOP')
      await rest(ms)
      running[n]?.process.kill('SIGCONT')
    },
  }
}

async function centresOf(
  gateways: Gateways,
  history: History,
  chance: Chance,
  opening: AsyncDisposableStack,
): Promise<Centre[]> {
  const noteOf =
    (centre: string): Note =>
    (what, place, appointment) =>
      history.add({
        event: 'centre',
        at: history.now(),
        centre,
        what,
        place,
        ...(appointment !== undefined && { appointment }),
      })
  return [
    opening.use(await openV2Centre(gateways, chance, noteOf('ris-v2'))),
    opening.use(await openFhirCentre(noteOf('ris-fhir'))),
    opening.use(await openJsonCentre(vendor, noteOf('ris-json'))),
  ]
}

/** The demo's people and places; its centres behind lines that can be cut. */
const territoryBehind = ([v2, fhir, json]: readonly Wire[]): Promise<Territory> =>
  territoryWith({
    fhir: fhir?.port ?? 0,
    json: json?.port ?? 0,
    pollMs,
    days: 14,
    timeoutMs: 5_000,
    others: {
      'ehr-other': {
        ...practiceV2,
        organization: 'practice-other',
        client: 'ehr-other',
        settings: { ...practiceV2.settings, sendingApplication: ['OTHER'] },
      },
      'ris-v2': centreV2(v2?.port),
    },
  })

/** Waits until all diaries are there, gives the v2 centre its places, and says which slot is which place. */
async function diariesAt(
  cell: Caller,
  centres: readonly Centre[],
): Promise<Pick<Stage, 'organization' | 'slotOf'>> {
  const slots = new Map<string, ReadonlyMap<string, string>>()
  for (const centre of centres) {
    const search = () => all<Slot>('Slot', cell, `_source=urn:relais:source:${centre.name}`)
    const found = await until(search, (seen) => seen.length >= 200, 60_000)
    if (centre.name === 'ris-v2') centre.diary.places.push(...found.map(placeOf))
    slots.set(centre.name, new Map(found.flatMap(keysOf)))
  }
  const organizations = await all<Organization>('Organization', cell)
  return {
    slotOf: ({ name }, { id }) => slots.get(name)?.get(id),
    organization(name) {
      const found = organizations.find(({ identifier }) =>
        identifier?.some(({ system, value }) => system === demoSystem && value === name),
      )
      if (!found) throw new Error(`The territory has no ${name}`)
      return `Organization/${found.id}`
    },
  }
}

/** A place of a system that has one at each time. */
const placeOf = ({ id, start, end }: Kept<Slot>): Place => ({
  id,
  start,
  end,
  status: 'free',
  updatedAt: start,
  diary: { id: 'v2', name: 'v2', modality: 'US', minutes: 20, reserved: false },
})

/** By its own id here, and by its number there. */
const keysOf = ({ id, identifier = [] }: Kept<Slot>): [string, string][] =>
  [id, ...identifier.flatMap(({ value }) => value ?? [])].map((key) => [key, `Slot/${id}`])

/** Ends the server that stands in a folder, and waits for the next one. */
async function restarted(folder: string, how: 'SIGINT' | 'SIGKILL'): Promise<void> {
  const postmaster = async () => {
    const note = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
    return Number(note.split('\n')[0])
  }
  const ended = await postmaster()
  process.kill(ended, how)
  await until(postmaster, (pid) => pid > 0 && pid !== ended, 60_000)
}
