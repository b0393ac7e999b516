import type { Appointment, Bundle } from '@medplum/fhirtypes'
import type { Kept } from '../../../src/store/index.ts'
import { order, patientIdentifierOf } from '../../journeys/support.ts'
import { say, toldBy } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import { type Ask, appointmentIn } from './asking.ts'
import type { Listener } from './centres.ts'

/** Where exams are had, and which ones. */
export interface Market {
  /** `Organization/<id>` of the centre. */
  organization: string
  modality: 'US' | 'CT' | 'MR'
  exam: string
}

export interface ClientDesk {
  number: number
  /** MSH-3 of its software. */
  application: string
  markets: readonly Market[]
  ask: Ask
  refer: Listener
  chance: Chance
}

/** What a client has in hand. */
interface Hand {
  /** Numbers of referrals that wait for a place, with where they are to be had. */
  waiting: { number: string; market: Market }[]
  referrals: number
  /** Appointments of its own, held or booked, as far as it knows. */
  own: Mine[]
}

interface Mine {
  id: string
  isHeld: boolean
  referral: { number: string; market: Market }
}

/** A doctor's software that looks for places, holds, books, moves, cancels, reads and updates until the signal. */
export async function work(desk: ClientDesk, signal: AbortSignal): Promise<void> {
  const hand: Hand = { waiting: [], referrals: 0, own: [] }
  const patient = { ...desk, ask: patiently(desk.ask) }
  while (!signal.aborted) {
    await turn(patient, hand)
    await rest(desk.chance.between(0, 100))
  }
}

/** After word that it is not the moment, a client waits a little. */
const patiently =
  (ask: Ask): Ask =>
  async (operation, about, call) => {
    const told = await ask(operation, about, call)
    if (told.outcome === 'unavailable') await rest(500)
    return told
  }

/** So many appointments are enough for one: it then gives up as often as it books. */
const enough = 12

async function turn(desk: ClientDesk, hand: Hand): Promise<void> {
  const dice = desk.chance.next()
  const mine = desk.chance.one(hand.own)
  if (!mine || dice < (hand.own.length < enough ? 0.5 : 0.2)) return obtain(desk, hand)
  if (dice < 0.65) return void (await read(desk, mine))
  if (dice < 0.75) return update(desk, mine)
  if (mine.isHeld && dice < 0.9) return bookHeld(desk, hand, mine)
  if (dice < 0.85) return move(desk, hand, mine)
  return giveUp(desk, hand, mine)
}

/** A place for a referral that waits: held first, or booked at once. */
async function obtain(desk: ClientDesk, hand: Hand): Promise<void> {
  const referral = hand.waiting.shift() ?? (await referred(desk, hand))
  if (!referral) return rest(200)
  const proposal = await found(desk, referral)
  if (!proposal) {
    hand.waiting.push(referral)
    return
  }
  const isHeld = desk.chance.next() < 0.4
  const about = { slot: proposal.slot?.[0]?.reference ?? '' }
  const told = await desk.ask(isHeld ? 'hold' : 'book', about, (caller) =>
    isHeld
      ? caller.asks('hold', [referenceTo(proposal.id), { name: 'hold-seconds', valuePositiveInt: 20 }])
      : caller.asks('book', [referenceTo(proposal.id)]),
  )
  if (told.shown && (told.outcome === 'done' || told.outcome === 'pending')) {
    hand.own.push({ id: told.shown.id, isHeld, referral })
  } else if (told.outcome !== 'unknown') hand.waiting.push(referral)
}

const referenceTo = (id: string) => ({
  name: 'appointment-reference',
  valueReference: { reference: `Appointment/${id}` },
})

/** Sends a new referral by HL7 v2; undefined when it was not taken. */
async function referred({ number: client, application, markets, refer, chance }: ClientDesk, hand: Hand) {
  const market = chance.one(markets)
  const to = refer()
  if (!market || !to) return undefined
  const n = ++hand.referrals
  const number = `C${client}-${n}`
  const text = order({
    number,
    application,
    modality: market.modality,
    exam: market.exam,
    ins: patientIdentifierOf(client * 10_000 + n),
  })
  const told = toldBy(await say(text, to, 10_000).catch(() => undefined)) // not taken: another comes
  return told.startsWith('AA ') ? { number, market } : undefined
}

/** A proposal among the first few: of the next days, which all are after, or of any. */
async function found(desk: ClientDesk, { number, market }: Mine['referral']) {
  const { chance } = desk
  const from = Date.now() + (chance.next() < 0.6 ? 1 : chance.between(1, 9)) * 86_400_000
  const told = await desk.ask<Bundle<Appointment>>('find', {}, (caller) =>
    caller.asks('find', [
      { name: 'start', valueDateTime: new Date(from).toISOString() },
      { name: 'end', valueDateTime: new Date(from + 4 * 86_400_000).toISOString() },
      { name: 'referral-identifier', valueIdentifier: { value: number, system: 'urn:oid:1.2.250.1.999.1' } },
      { name: 'organization', valueReference: { reference: market.organization } },
    ]),
  )
  if (told.outcome !== 'done') return undefined
  const all = (told.body?.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Appointment' && resource.id !== undefined
      ? [{ ...resource, id: resource.id }]
      : [],
  )
  return chance.one(all.slice(0, 8))
}

async function bookHeld(desk: ClientDesk, hand: Hand, mine: Mine): Promise<void> {
  const told = await desk.ask('book', { appointment: mine.id }, (caller) =>
    caller.asks('book', [referenceTo(mine.id)]),
  )
  if (told.outcome === 'done' || told.outcome === 'pending') mine.isHeld = false
  else if (told.outcome !== 'unknown' && told.outcome !== 'unavailable') forget(hand, mine)
}

/** Releases a hold, or cancels a booking. */
async function giveUp(desk: ClientDesk, hand: Hand, mine: Mine): Promise<void> {
  const resource = { resourceType: 'Appointment', id: mine.id, status: 'cancelled' } as const
  const told = await desk.ask(mine.isHeld ? 'release' : 'cancel', { appointment: mine.id }, (caller) =>
    caller.asks('book', [{ name: 'appointment-resource', resource: { ...resource, participant: [nobody] } }]),
  )
  if (told.outcome !== 'unknown' && told.outcome !== 'unavailable') forget(hand, mine)
}

const nobody = { actor: { display: 'patient' }, status: 'needs-action' } as const

/** Its referral waits for another place. */
function forget(hand: Hand, mine: Mine): void {
  hand.own = hand.own.filter((one) => one !== mine)
  hand.waiting.push(mine.referral)
}

async function read(desk: ClientDesk, { id }: Mine): Promise<Kept<Appointment> | undefined> {
  const told = await desk.ask('read', { appointment: id }, (caller) =>
    caller.call('GET', `Appointment/${id}`),
  )
  return told.outcome === 'done' ? appointmentIn(told.body) : undefined
}

/** Writes a comment: into the version that it has read, or as a patch of whichever version there is. */
async function update(desk: ClientDesk, mine: Mine): Promise<void> {
  const comment = `Remarque ${Math.floor(desk.chance.between(0, 1_000_000))}`
  const path = `Appointment/${mine.id}`
  if (desk.chance.next() < 0.5) {
    const patch = JSON.stringify([{ op: 'add', path: '/comment', value: comment }])
    const headers = { 'content-type': 'application/json-patch+json' }
    await desk.ask('update', { appointment: mine.id }, (caller) => caller.call('PATCH', path, patch, headers))
    return
  }
  const known = await read(desk, mine)
  if (!known) return
  const headers = { 'if-match': `W/"${known.meta.versionId}"` }
  await desk.ask('update', { appointment: mine.id }, (caller) =>
    caller.call('PUT', path, { ...known, comment }, headers),
  )
}

/** Another place in the stead of the one that it has, which is kept until the centre has said yes. */
async function move(desk: ClientDesk, hand: Hand, mine: Mine): Promise<void> {
  const proposal = await found(desk, mine.referral)
  if (!proposal) return
  const about = { slot: proposal.slot?.[0]?.reference ?? '', appointment: mine.id }
  const told = await desk.ask('move', about, (caller) =>
    caller.asks('book', [referenceTo(proposal.id), { name: 'cancelled-appt-id', valueUri: mine.id }]),
  )
  if (told.shown && (told.outcome === 'done' || told.outcome === 'pending')) {
    hand.own = hand.own.filter((one) => one !== mine)
    hand.own.push({ id: told.shown.id, isHeld: false, referral: mine.referral })
  } else if (told.outcome === 'invalid') forget(hand, mine)
}
