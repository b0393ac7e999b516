/**
 * `npm run prove:crashes -- [--kills 50] [--seed n] [--control]`
 *
 * Promise: whatever is killed and when, no acknowledged referral is lost, none is there twice, no place is given twice,
 * and nothing is called booked that the centre has not booked. The gateway, and apart from it its database, are killed
 * with SIGKILL again and again, each time while referrals and bookings are in hand; the partners live here, in this
 * process, and outlive both. Then a positive control breaks the store: what is counted must show it.
 *
 * Exit 0 when all counts are 0 and the control's are not.
 */
import { appendFileSync, mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { frCore, systems } from '../../src/fhir/canonical.ts'
import {
  callersOf,
  centreV2,
  practiceV2,
  type SpawnedGateway,
  spawnGateway,
  type Territory,
  telephone,
  writeTerritory,
} from '../support/gateway.ts'
import { type Chance, chanceOf } from './chance.ts'
import { forgetPlaces, loseReferral, storeIn } from './control.ts'
import { type Centre, openCentre } from './crashes/centre.ts'
import { type Counts, counted, type Totals } from './crashes/count.ts'
import {
  type Answering,
  book,
  nothingPromised,
  type Promised,
  refer,
  rest,
  type Where,
} from './crashes/load.ts'

interface Run {
  kills: number
  seed: number
  isControl: boolean
}

interface Result {
  counts: Counts
  totals: Totals
  kills: { gateway: number; database: number }
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    control: { type: 'boolean', default: false },
  },
})
const run = { kills: Number(values.kills), seed: Number(values.seed) }
const history = join(mkdtempSync(join(tmpdir(), 'relais-crashes-')), 'history.jsonl')
console.log(
  `seed ${run.seed}, ${run.kills} kills of the gateway and ${run.kills} of its database; history: ${history}`,
)

const promise = values.control ? undefined : await proved({ ...run, isControl: false })
const control = await proved({ ...run, kills: 0, isControl: true })
process.exitCode = told(promise, control) ? 0 : 1

/** One run, from an empty folder to the counts. */
async function proved({ kills, seed, isControl }: Run): Promise<Result> {
  const chance = chanceOf(seed)
  await using stage = await opened(chance)
  const { where, promised } = stage
  const load = new AbortController()
  if (isControl) await forgetPlaces(storeIn(stage.dataDir))
  const waiting: string[] = []
  const feeding = fed(promised, waiting, load.signal)
  const work = [
    ...['A', 'B', 'C'].map((prefix) => refer(prefix, where, promised, load.signal)),
    ...Array.from({ length: 4 }, () =>
      book(where, promised, waiting, stage.organization, chance, load.signal),
    ),
    feeding,
  ]
  for (let n = 0; n < kills; n++) await stage.kill('gateway')
  for (let n = 0; n < kills; n++) await stage.kill('database')
  if (isControl) await enough(promised)
  load.abort()
  await Promise.all(work)
  if (isControl) await broken(stage)
  const { counts, totals } = await settled(stage, isControl)
  note('counted', { isControl, ...counts, ...totals, answers: [...promised.answers] })
  return { counts, totals, kills: { gateway: kills, database: kills } }
}

interface Stage extends AsyncDisposable {
  dataDir: string
  /** `Organization/<id>` of the centre. */
  organization: string
  where: Where
  promised: Promised
  centre: Centre
  /** Kills it while a referral and a booking are in hand; comes back when the gateway answers again. */
  kill(what: 'gateway' | 'database'): Promise<void>
}

async function opened(chance: Chance): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const dataDir = mkdtempSync('/tmp/rlc-')
  opening.defer(() => rm(dataDir, { recursive: true, force: true }))
  let gateway: SpawnedGateway | undefined
  let place: Answering | undefined
  const centre = opening.use(await openCentre(chance, () => gateway?.mllp))
  const territory = opening.use(await territoryWith(centre))
  const promised = nothingPromised()
  const start = async () => {
    gateway = await spawnGateway({
      RELAIS_TERRITORY: territory.path,
      RELAIS_DATA_DIR: dataDir,
      RELAIS_BOOK_WAIT_MS: '1500',
    })
    const { baseUrl, mllp } = gateway
    const as = callersOf({ baseUrl, clients: territory.clients, clock: () => new Date() })
    place = { baseUrl, mllp, as }
  }
  await start()
  opening.defer(async () => gateway?.[Symbol.asyncDispose]())
  const organization = await offering(() => place)
  const where: Where = () => place
  const kill: Stage['kill'] = async (what) => {
    await rest(chance.between(0, 2_000))
    await busy(promised)
    note('killed', { what, ...promised.inHand })
    if (what === 'database') {
      const killed = await postmasterOf(dataDir)
      process.kill(killed, 'SIGKILL')
      await replaced(killed, dataDir)
    } else {
      const killed = gateway
      gateway = undefined
      place = undefined
      await killed?.kill()
      await start()
    }
    await answering(where)
  }
  const open = opening.move()
  return {
    dataDir,
    organization,
    where,
    promised,
    centre,
    kill,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Until the diary of the centre is there; comes back with `Organization/<id>` of the centre. */
async function offering(where: Where): Promise<string> {
  const until = performance.now() + 60_000
  for (;;) {
    const cell = where()?.as('cell')
    const slots = (await cell?.search('Slot?status=free&_count=1000')) ?? []
    const [centre] =
      (await cell?.search('Organization?identifier=https://relais.example/demo|centre-v2')) ?? []
    if (centre && slots.length >= 500) return `Organization/${centre.id}`
    if (performance.now() > until) throw new Error('No slots are made of the declared ranges')
    await rest(200)
  }
}

/** The demo's people and places, and a diary of the centre with many short ranges. */
function territoryWith(centre: Centre): Promise<Territory> {
  return writeTerritory({
    connectors: { ehr: practiceV2, 'ris-v2': centreV2(centre.port), telephone },
    resources: [
      {
        resourceType: 'Schedule',
        meta: { source: 'urn:relais:source:ris-v2' },
        extension: [
          {
            url: frCore.serviceTypeDuration,
            extension: [
              {
                url: 'serviceType',
                valueCodeableConcept: { coding: [{ system: systems.dicom, code: 'US' }] },
              },
              {
                url: 'duration',
                valueDuration: { value: 5, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
              },
            ],
          },
          {
            url: frCore.availabilityTime,
            extension: [
              { url: 'type', valueCoding: { code: 'free' } },
              { url: 'start', valueDateTime: '2026-01-05T18:00:00+01:00' },
              { url: 'end', valueDateTime: '2026-01-05T22:00:00+01:00' },
              {
                url: 'identifier',
                valueIdentifier: { system: 'https://relais.example/demo', value: 'crashes-range' },
              },
              { url: 'rrule', extension: [{ url: 'freq', valueCoding: { code: 'daily' } }] },
            ],
          },
        ],
        identifier: [{ system: 'https://relais.example/demo', value: 'crashes' }],
        active: true,
        actor: [{ reference: 'Location?identifier=https://relais.example/demo|centre-v2-place' }],
      },
    ],
  })
}

/** Acknowledged referrals wait to be booked. */
async function fed({ acknowledged }: Promised, waiting: string[], signal: AbortSignal): Promise<void> {
  const seen = new Set<string>()
  while (!signal.aborted) {
    for (const number of acknowledged) if (!seen.has(number)) waiting.push(number)
    for (const number of acknowledged) seen.add(number)
    await rest(50)
  }
}

/** Until there are bookings to be wrong about. */
async function enough({ booked }: Promised): Promise<void> {
  const until = performance.now() + 90_000
  while (booked.size < 20 && performance.now() < until) await rest(100)
}

/** Until a referral and a booking are in hand. */
async function busy({ inHand, acknowledged, answers }: Promised): Promise<void> {
  const until = performance.now() + 20_000
  while (inHand.intake === 0 || inHand.booking === 0) {
    if (performance.now() > until) {
      const seen = JSON.stringify({ ...inHand, acknowledged: acknowledged.size, answers: [...answers] })
      throw new Error(`There is nothing in hand to be interrupted: ${seen}`)
    }
    await rest(1)
  }
}

/** Until another server stands in the place of the one that was killed. */
async function replaced(killed: number, dataDir: string): Promise<void> {
  const until = performance.now() + 60_000
  while ([killed, undefined].includes(await postmasterOf(dataDir).catch(() => undefined))) {
    if (performance.now() > until) throw new Error('The database does not come back')
    await rest(50)
  }
}

async function postmasterOf(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')
  return Number(text.split('\n')[0])
}

/** Until the gateway says that it is ready. */
async function answering(where: Where): Promise<void> {
  const until = performance.now() + 60_000
  for (;;) {
    const ready = await fetch(`${where()?.baseUrl}/ready`).catch(() => undefined)
    if (ready?.status === 200) return
    if (performance.now() > until) throw new Error('The gateway does not come back')
    await rest(50)
  }
}

/** What a broken store does: a referral goes, and the centre has never heard of a booking. */
async function broken({ dataDir, centre }: Stage): Promise<void> {
  await loseReferral(storeIn(dataDir))
  const [first] = [...centre.diary].filter(([, { state }]) => state === 'booked')
  if (first) centre.diary.delete(first[0])
}

/** Counts once all that was under way has come to its end; what a killed gateway had in hand waits for its lease. */
async function settled({ where, promised, centre }: Stage, isControl: boolean) {
  const until = performance.now() + (isControl ? 10_000 : 240_000)
  for (;;) {
    const place = where()
    if (!place) throw new Error('The gateway is down')
    const found = await counted(place.as('cell'), promised, centre)
    const { pending, forgotten } = found.counts
    const isSettled = pending === 0 && forgotten === 0 && centre.owed() === 0
    if (isSettled || performance.now() > until) return found
    await rest(2_000)
  }
}

/** Prints what came of it; true when the promise held and the control did not. */
function told(promise: Result | undefined, control: Result): boolean {
  const isKept = promise === undefined || Object.values(promise.counts).every((count) => count === 0)
  const { counts: seen } = control
  const isSeen = seen.doubled > 0 && seen.lost > 0 && seen.falselyBooked > 0
  if (promise) print('promise', promise)
  print('control', control)
  if (promise && promise.totals.booked === 0) console.log('Nothing was booked: this proves nothing.')
  console.log(
    `${promise ? (isKept ? 'The promise held' : 'THE PROMISE WAS BROKEN') : 'No promise was tested'}; ${isSeen ? 'the control was found out' : 'THE CONTROL WENT UNSEEN'}.`,
  )
  return isKept && isSeen && (promise === undefined || promise.totals.booked > 0)
}

function print(title: string, { counts, totals, kills }: Result): void {
  console.log(`\n${title}: killed the gateway ${kills.gateway} times, its database ${kills.database} times`)
  const lines: [string, number][] = [
    ['referrals acknowledged', totals.acknowledged],
    ['referrals kept', totals.referrals],
    ['appointments booked', totals.booked],
    ['appointments cancelled or refused', totals.cancelled],
    ["bookings in the centre's diary", totals.atTheCentre],
    ['acknowledged referrals lost', counts.lost],
    ['referrals doubled', counts.referralsDoubled],
    ['bookings doubled', counts.doubled],
    ['falsely booked', counts.falselyBooked],
    ['forgotten at the centre', counts.forgotten],
    ['left pending', counts.pending],
  ]
  for (const [what, count] of lines) console.log(`  ${String(count).padStart(6)}  ${what}`)
}

function note(event: string, fields: object): void {
  appendFileSync(history, `${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`)
}
