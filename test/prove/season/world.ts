import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { Slot } from '@medplum/fhirtypes'
import { Hono } from 'hono'
import { gateway as itself } from '../../../src/auth/actor.ts'
import { readConfig } from '../../../src/config.ts'
import { connectors as kinds } from '../../../src/connectors/index.ts'
import { centres } from '../../../src/demo/centres.ts'
import { Diary } from '../../../src/demo/partners/diary.ts'
import { fhirRis } from '../../../src/demo/partners/fhir-ris.ts'
import { jsonRis } from '../../../src/demo/partners/json-ris.ts'
import { type MllpRis, openMllpRis, sendOne } from '../../../src/demo/partners/mllp-ris.ts'
import { bindings, structures } from '../../../src/fhir/definitions/index.ts'
import { raiseAlerts } from '../../../src/flows/clocks/alerted.ts'
import type { Desk } from '../../../src/flows/step.ts'
import { planSlots } from '../../../src/gateway/tasks.ts'
import { type Gateway, openGateway } from '../../../src/gateway.ts'
import { openLog } from '../../../src/log.ts'
import type { Kept } from '../../../src/store/index.ts'
import { readTerritory } from '../../../src/territory/read.ts'
import { openValidator } from '../../../src/validate/index.ts'
import { loadProfiles } from '../../../src/validate/profiles.ts'
import { until } from '../../support/clock.ts'
import { type Caller, callersOf, centreV2 } from '../../support/gateway.ts'
import type { Chance } from '../chance.ts'
import { territoryWith, vendor } from '../territory.ts'

/** A gateway with its partners at the wire, and a clock that stands still until it is turned. */
export interface World extends AsyncDisposable {
  gateway: Gateway
  /** Ms since 1970. */
  now(): number
  /** Turns the clock forward, and lets the gateway do of itself what has fallen due. */
  turn(to: number): Promise<void>
  /** Waits until the gateway knows the partners' diaries of the days ahead as they are. */
  synced(): Promise<void>
  as(client: string): Caller
  /** Says a v2 message as the doctors' software does; its acknowledgement. */
  says(message: string): Promise<string>
  diaries: Readonly<Record<'ris-v2' | 'ris-fhir' | 'ris-json', Diary>>
  /** The v2 system goes down, or comes up again. */
  v2Down(): Promise<void>
  v2Up(): Promise<void>
  log: readonly string[]
}

export interface WorldOptions {
  /** Instant at which it begins. */
  from: string
  days: number
  chance: Chance
  /** A server; the embedded one in a folder of its own unless named. */
  databaseUrl?: string
}

/** How far ahead diaries are read. */
export const horizonDays = 8

/** How many places of a day the centres leave to others than their own patients, by modality. */
const left: Readonly<Record<string, number>> = { MR: 2, CT: 4, US: 4 }

/** As often as a connector may ask. */
const pollMs = 1_000

export async function openWorld({ from, days, chance, databaseUrl }: WorldOptions): Promise<World> {
  await using opening = new AsyncDisposableStack()
  let now = Date.parse(from)
  const clock = () => new Date(now)
  const gatewayMllp = { host: '127.0.0.1', port: 0 }
  const diaries = diariesFor(clock, days + horizonDays + 7, chance)
  const v2 = await openV2(diaries['ris-v2'], () => gatewayMllp)
  opening.defer(() => v2.close())
  const [fhir, json] = await Promise.all([
    served(fhirRis(diaries['ris-fhir']), clock, opening),
    served(jsonRis(diaries['ris-json'], vendor), clock, opening),
  ])
  const territory = opening.use(
    await territoryWith({
      fhir,
      json,
      pollMs,
      days: horizonDays,
      others: { 'ris-v2': centreV2(v2.port, { sendingApplication: ['DEMO_RIS'] }) },
    }),
  )
  const { territory: folder, problems } = await readTerritory(territory.path, kinds)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const log: string[] = []
  const lines = openLog('info', { write: (line) => void log.push(line) })
  const gateway = opening.use(
    await openGateway({
      config: readConfig({
        RELAIS_PORT: '0',
        RELAIS_MLLP_PORT: '0',
        RELAIS_DATA_DIR: join(territory.path, 'data'),
        ...(databaseUrl !== undefined && { RELAIS_DATABASE_URL: databaseUrl }),
        RELAIS_BOOK_WAIT_MS: '1000',
        RELAIS_OUTBOUND_LOOPBACK: 'yes',
      }),
      folder,
      log: lines,
      clock,
    }),
  )
  const { baseUrl, mllp } = gateway.addresses
  if (!mllp) throw new Error('The gateway listens for HL7 v2')
  gatewayMllp.port = mllp.port
  const desk = await deskOf(gateway, clock)
  const open = opening.move()
  return {
    gateway,
    diaries,
    log,
    now: () => now,
    async turn(to) {
      const weekBefore = weekOf(now)
      now = Math.max(now, to)
      await raiseAlerts(desk, lines, never)
      // Slots are made four weeks ahead.
      if (weekOf(now) > weekBefore) await planSlots(desk, lines, never)
    },
    async synced() {
      const last = now + (horizonDays - 1) * 86_400_000
      if (opensOn(diaries, last - 86_400_000, last)) await synced(gateway, diaries, () => now)
    },
    as: callersOf({ baseUrl, clients: territory.clients, clock }),
    says: (message) => sendOne(message, gatewayMllp),
    v2Down: () => v2.close(),
    v2Up: () => v2.open(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const never = new AbortController().signal

const weekOf = (at: number) => Math.floor(at / (7 * 86_400_000))

/** Diaries for the whole season; most places are the centres' own patients' from the start. */
function diariesFor(clock: () => Date, days: number, chance: Chance): World['diaries'] {
  const of = (connector: string) =>
    new Diary(centres.find((centre) => centre.connector === connector)?.diaries ?? [], clock, days)
  const diaries = { 'ris-v2': of('ris-v2'), 'ris-fhir': of('ris-fhir'), 'ris-json': of('ris-json') }
  for (const diary of [diaries['ris-fhir'], diaries['ris-json']]) thin(diary, chance)
  return diaries
}

/** Leaves some places a day and diary, at random times of it. */
function thin(diary: Diary, chance: Chance): void {
  const byDay = Map.groupBy(diary.places, ({ start, diary: { id } }) => `${id} ${start.slice(0, 10)}`)
  const kept = [...byDay.values()].flatMap((places) => {
    const most = left[places[0]?.diary.modality ?? ''] ?? 0
    return shuffled(places, chance).slice(0, most)
  })
  kept.sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
  diary.places.splice(0, diary.places.length, ...kept)
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  return items
    .map((item) => ({ item, by: chance.next() }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item)
}

/** The v2 system, which can be taken down and brought up again where it was. */
async function openV2(diary: Diary, gateway: () => { host: string; port: number }) {
  const place = (port: number) => ({ listen: '127.0.0.1', name: '127.0.0.1', ports: { mllp: port } })
  let running: MllpRis | undefined = await openMllpRis(diary, gateway, place(0))
  const { port } = running
  return {
    port,
    async close() {
      await running?.[Symbol.asyncDispose]()
      running = undefined
    },
    async open() {
      running ??= await openMllpRis(diary, gateway, place(port))
    },
  }
}

/** Serves a pretend system over HTTP, by the clock that is turned. */
async function served(app: Hono, clock: () => Date, opening: AsyncDisposableStack): Promise<number> {
  const timed = new Hono()
  timed.use('*', async (c, next) => {
    await next()
    c.header('date', clock().toUTCString())
  })
  timed.route('/', app)
  const server = createServer(getRequestListener(timed.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opening.defer(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  return address.port
}

/** The gateway's own desk, by which it does of itself what timers of the wall would do too seldom here. */
async function deskOf(gateway: Gateway, clock: () => Date): Promise<Desk> {
  const folder = new URL('../../../profiles/', import.meta.url)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const profiles = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))),
  )
  const validator = openValidator({ structures, bindings, profiles: loadProfiles(profiles) })
  return {
    store: gateway.store,
    clock,
    actor: itself,
    territory: gateway.loaded.territory,
    validate: validator.validate,
    prepare: async (resource) => resource,
    notify: () => [],
  }
}

/** Whether a partner has places between these times: what comes into sight with them is waited for. */
const opensOn = (diaries: World['diaries'], from: number, to: number): boolean =>
  [diaries['ris-fhir'], diaries['ris-json']].some(({ places }) =>
    places.some(({ start }) => Date.parse(start) > from && Date.parse(start) <= to),
  )

/** Waits until each place of the days ahead is a slot here that is as free as it is there. */
async function synced(gateway: Gateway, diaries: World['diaries'], now: () => number): Promise<void> {
  const end = now() + (horizonDays - 1) * 86_400_000
  for (const name of ['ris-fhir', 'ris-json'] as const) {
    await until(
      async () => differing(await slotsOf(gateway, name, now(), end), diaries[name], now(), end),
      (places) => places.length === 0,
      60_000,
    )
  }
}

async function slotsOf({ store }: Gateway, name: string, from: number, to: number): Promise<Kept<Slot>[]> {
  const [start, end] = [from, to].map((at) => encodeURIComponent(new Date(at).toISOString()))
  return store
    .reader()
    .search('Slot', `_source=urn:relais:source:${name}&start=ge${start}&start=lt${end}&_count=1000`)
}

function differing(slots: readonly Kept<Slot>[], { places }: Diary, from: number, to: number): string[] {
  const free = new Map(
    slots.flatMap(({ identifier = [], status }) =>
      identifier.flatMap(({ value }) => (value === undefined ? [] : [[value, status === 'free'] as const])),
    ),
  )
  return places
    .filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < to)
    .filter(({ id, status }) => free.get(id) !== (status === 'free'))
    .map(({ id }) => id)
}
