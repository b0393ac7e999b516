/**
 * `npm run prove:bookings -- [--seconds 60] [--seed n] [--clients 20] [--control] [--check file]`
 *
 * Promise: never twice. Clients of two gateways on one PostgreSQL look for, hold, book, move, cancel, read and update, while the
 * centres' desks book and cancel for themselves, and a nemesis kills a gateway, pauses one, cuts and slows a centre, and
 * restarts the database. What was asked and answered, what the centres did, and all versions that are kept at the end are
 * a history, which `bookings/check.ts` reads. With `--control`, places are forgotten in the proof's own database: the
 * check must find that out. With `--check`, a history that was written before is read again.
 *
 * Exit 0 when no promise was broken; with `--control`, when it was found out.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asking, openBalancer } from './bookings/asking.ts'
import { check, unsettled } from './bookings/check.ts'
import { type Market, work } from './bookings/clients.ts'
import { serveDesk } from './bookings/desk.ts'
import { standing } from './bookings/end.ts'
import { type Event, type History, openHistory, readHistory } from './bookings/history.ts'
import { rage } from './bookings/nemesis.ts'
import { report } from './bookings/report.ts'
import { openStage, type Stage } from './bookings/stage.ts'
import { type Chance, chanceOf } from './chance.ts'
import { forgetPlaces } from './control.ts'
import { rest } from './crashes/load.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '20' },
    control: { type: 'boolean', default: false },
    check: { type: 'string' },
  },
})
const isControl = values.control
/** Beyond the leases of what a gateway has in hand (15 s), and of what it does again and again. */
const pauseMs = 17_000
/** How long both sides may take to agree, after all: what a killed gateway had in hand waits for its lease. */
const settleMs = isControl ? 15_000 : 180_000
/** The control goes on until its centres have booked so often: of too few, no two may have met. */
const enoughBooked = isControl ? 40 : 0
/** So much longer it goes on at most. */
const longerMs = 60_000
/** Longer than all that is waited for, one after the other: whatever hangs, the proof ends, and has not held. */
const longestMs = Number(values.seconds) * 1000 + longerMs + settleMs + 240_000
const late = setTimeout(() => {
  console.error(`\nTHE PROOF DID NOT END in ${longestMs / 1000} s.`)
  process.exit(1)
}, longestMs)
const events = values.check === undefined ? await proved() : readHistory(values.check)
clearTimeout(late)
const breaches = check(events)
console.log(report(events, breaches))
const isFoundOut = breaches.some(({ rule }) => rule === 'one-live-booking')
if (isControl) console.log(isFoundOut ? '\nThe control was found out.' : '\nTHE CONTROL WENT UNSEEN.')
else console.log(breaches.length === 0 ? '\nThe promises held.' : '\nPROMISES WERE BROKEN.')
const hasBooked = events.some((one) => one.event === 'centre' && one.what === 'booked')
if (!hasBooked) console.log('Nothing was booked: this proves nothing.')
process.exitCode = hasBooked && (isControl ? isFoundOut : breaches.length === 0) ? 0 : 1

/** One run, from an empty folder to its history. */
async function proved(): Promise<readonly Event[]> {
  const seed = Number(values.seed)
  const chance = chanceOf(seed)
  const history = openHistory(join(mkdtempSync(join(tmpdir(), 'relais-bookings-')), 'history.jsonl'))
  console.log(
    `seed ${seed}, ${values.clients} clients, ${values.seconds} s${isControl ? ', control' : ''}; history: ${history.file}`,
  )
  await using stage = await openStage(history, chance)
  if (isControl) await forgetPlaces(stage.store)
  await traffic(stage, history, chance)
  for (const event of await settled(stage, history)) history.add(event)
  return history.events
}

/** Everybody at work, and harm done meanwhile; comes back when all have ended and all is mended. */
async function traffic(stage: Stage, history: History, chance: Chance): Promise<void> {
  const end = new AbortController()
  const seconds = Number(values.seconds)
  const markets: readonly Market[] = [
    { organization: stage.organization('centre-v2'), modality: 'US', exam: '24558-9^US Abdomen^LN' },
    { organization: stage.organization('centre-fhir'), modality: 'CT', exam: '30620-9^CT Abdomen^LN' },
    { organization: stage.organization('centre-json'), modality: 'MR', exam: '30657-1^MR Brain^LN' },
  ]
  const balancer = openBalancer(stage.gateways)
  const clients = Array.from({ length: Number(values.clients) }, (_, number) => {
    const isMember = number % 5 !== 0
    const client = { number, name: isMember ? 'ehr' : 'ehr-other' }
    const ask = asking(client, balancer, history, chance)
    const application = isMember ? 'EHR' : 'OTHER'
    return work({ number, application, markets, ask, refer: stage.listener, chance }, end.signal)
  })
  const desks = stage.centres.map((centre) => {
    const slotOf: Parameters<typeof serveDesk>[0]['slotOf'] = (place) => stage.slotOf(centre, place)
    const { gateways } = stage
    // The control lets slots stay free: nothing that a desk gives away is ever seen.
    return serveDesk({ centre, slotOf, gateways, history, isMeasured: !isControl, chance }, end.signal)
  })
  const note = (what: string) => history.add({ event: 'disturbed', at: history.now(), what })
  const harm = rage({ ...stage, pauseMs, chance, note }, end.signal)
  const all = Promise.all([...clients, ...desks, harm])
  try {
    await Promise.race([rest(seconds * 1000).then(() => booked(history)), all])
  } finally {
    end.abort()
  }
  await all
}

/** Waits until the centres have booked often enough. */
async function booked(history: History): Promise<void> {
  const until = performance.now() + longerMs
  const count = () => history.events.filter((one) => one.event === 'centre' && one.what === 'booked').length
  while (count() < enoughBooked && performance.now() < until) await rest(500)
}

/** How things stand once both sides have told each other everything, or as they are when the time is over. */
async function settled(stage: Stage, history: History): Promise<readonly Event[]> {
  const until = performance.now() + settleMs
  for (;;) {
    const now = await standing(stage)
    const isQuiet = stage.centres.every((centre) => centre.owed() === 0)
    const isSettled = isQuiet && unsettled([...history.events, ...now]).length === 0
    if (isSettled || performance.now() > until) return now
    await rest(2_000)
  }
}
