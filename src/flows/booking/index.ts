import type { Appointment, CodeableConcept, Identifier } from '@medplum/fhirtypes'
import { Failure, failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { type Arriving, perform } from '../perform.ts'
import type { Desk } from '../step.ts'
import { type AgreedTime, agreed } from './agreed.ts'
import { type Amendment, amended } from './amended.ts'
import { type DiaryTime, wantedAt } from './at-time.ts'
import { cancelled } from './cancelled.ts'
import { agreedNow } from './covered.ts'
import { type ForWhom, slotsOf, type Wanted } from './facts.ts'
import { held } from './hold.ts'
import { keyed } from './keyed.ts'
import { type Proposal, proposalOf } from './proposal.ts'
import { wantedOf } from './proposed.ts'
import { withQuotasTold } from './quotas.ts'
import { renewed } from './renewed.ts'
import { type Details, type HeldPlace, requested } from './requested.ts'
import { centreOf, isExpired, isHeld, isLive, operatorOf, patientOf } from './states.ts'
import { readAppointment, watched } from './watched.ts'

export { type Found, find, proposalAgain, type Wish } from './find.ts'

/**
 * What is to be held or booked: an Appointment's id (a proposal's, or one that is kept), slots with their request or
 * patient, or a time in a diary.
 */
export type Target = HeldPlace | Wanted | DiaryTime

/** What may be booked besides: a time beside the diary, where the centre takes such. */
export type BookTarget = Target | AgreedTime

/** A booking, and how long its caller waits. */
export interface Booking extends Details {
  target: BookTarget
  /** How long to wait for the centre's answer at most. */
  waitMs: number
  /** The caller's own key for this call: the same key again is the same booking. */
  key?: Key
}

/** An idempotency key, and the content that it stands for. */
export interface Key {
  value: string
  /** What was asked, byte for byte, or as close as it can be had. */
  content: string
}

/**
 * Keeps a place for a while; asked again for the same request, or with the same key, it is the same hold. `seconds` is a
 * wish for less than the territory's limit.
 *
 * Fails: conflict; throttled when the client holds as many as it may; not-found; business-rule; hold-expired when the
 * key's hold is over; duplicate for a key that stands for something else.
 */
export async function hold(
  target: Target,
  seconds: number | undefined,
  desk: Desk,
  key?: Key,
): Promise<Kept<Appointment>> {
  if (key === undefined) return taken(target, seconds, desk)
  const held = await keyed(key, 'Appointment/$hold', desk, (arriving) =>
    taken(target, seconds, desk, arriving),
  )
  if (isHeld(held) && !isExpired(held, desk.clock().toISOString())) return held
  throw failure(
    'hold-expired',
    'This hold has come before, and is over: it was booked, given back or has expired. Hold a place with a key of its own.',
    'Appointment',
  )
}

async function taken(
  target: Target,
  seconds: number | undefined,
  desk: Desk,
  arriving?: Arriving,
): Promise<Kept<Appointment>> {
  const wanted =
    'appointment' in target ? await proposed(target.appointment, desk) : await placesOf(target, desk)
  try {
    const wish = { ...wanted, ...(await agreedNow(desk)), ...(seconds !== undefined && { seconds }) }
    const { written } = await withQuotasTold(perform(held, wish, desk, arriving), desk)
    return onlyAppointment(written)
  } catch (thrown) {
    const own = isConflict(thrown) ? await ownIn(wanted, desk) : undefined
    if (own && isHeld(own)) return own
    throw thrown
  }
}

/** Holds a place for longer, once. Fails: hold-expired, forbidden, business-rule. */
export async function renew(
  appointment: string,
  seconds: number | undefined,
  desk: Desk,
): Promise<Kept<Appointment>> {
  const { written } = await perform(renewed, { appointment, ...(seconds !== undefined && { seconds }) }, desk)
  return onlyAppointment(written)
}

const isConflict = (thrown: unknown) => thrown instanceof Failure && thrown.case === 'conflict'

/** The caller's own appointment for the same request in the same slot, if it still has its place. */
async function ownIn({ slot, request }: Wanted, { store, actor, clock }: Desk) {
  if (request === undefined) return undefined
  const known = await store.reader().search('Appointment', `based-on=ServiceRequest/${request}`)
  const now = clock().toISOString()
  return known.find(
    (one) =>
      isLive(one) &&
      !isExpired(one, now) &&
      operatorOf(one) === actor.organization &&
      one.slot?.some(({ reference }) => reference === `Slot/${slot}`),
  )
}

/** The caller's own hold of a slot, taken for nobody yet, or for this patient. */
async function unnamedIn({ slot, patient }: Wanted, { store, actor, clock }: Desk) {
  const known = await store.reader().search('Appointment', `slot=Slot/${slot}&status=pending`)
  const now = clock().toISOString()
  return known.find(
    (one) =>
      isHeld(one) &&
      !isExpired(one, now) &&
      operatorOf(one) === actor.organization &&
      !one.basedOn &&
      [undefined, patient && `Patient/${patient}`].includes(patientOf(one)),
  )
}

async function proposed(id: string, desk: Desk): Promise<Wanted> {
  const found = proposalOf(id)
  if (found) return placesOf(found, desk)
  throw failure(
    'not-found',
    'What is held is a proposal from Appointment/$find; this is none.',
    'Parameters.parameter',
  )
}

/** The slots of a time in a diary, or of a proposal; what names its slots is what it is. */
async function placesOf(target: (Proposal & ForWhom) | Wanted | DiaryTime, desk: Desk): Promise<Wanted> {
  if ('schedule' in target) return wantedAt(target, desk)
  if (!('minutes' in target)) return target
  const { patient } = target
  return { ...(patient !== undefined && { patient }), ...(await wantedOf(target, desk)) }
}

/** Books a place, with no more said of it than a comment. */
export const book = (
  target: BookTarget,
  comment: string | undefined,
  waitMs: number,
  desk: Desk,
): Promise<Kept<Appointment>> => bookOnce({ target, waitMs, ...(comment !== undefined && { comment }) }, desk)

/**
 * Books a place, and waits for the centre's answer, whichever gateway hears it.
 *
 * Comes back `booked`, or still `pending` when the centre has not answered in time, or answers by telephone. With the
 * same key, or the same number of the caller's own, it is the same booking, and the answer is that of the first time.
 * Fails: refused, with the centre's reason; duplicate for a key or a number that stands for something else; and
 * whatever keeps the centre from being asked.
 */
export async function bookOnce(booking: Booking, desk: Desk): Promise<Kept<Appointment>> {
  using watch = watched(desk.store)
  const asked = await askedOnce(booking, desk)
  const isCall = centreOf(asked, desk.territory)?.manual ?? false
  const isOver = asked.status !== 'pending' || isCall
  const appointment = isOver ? asked : await watch.settled(asked.id, booking.waitMs)
  if (isLive(appointment)) return appointment
  const wasTaken = await wasBooked(appointment, desk)
  if (wasTaken && booking.key) return appointment
  const { text, coding } = appointment.cancelationReason ?? {}
  const reason = text ?? coding?.[0]?.display ?? 'no reason given'
  throw wasTaken
    ? failure(
        'conflict',
        'The appointment of this number was booked, and is cancelled. Give the next one a number of its own.',
        'Appointment.identifier',
      )
    : failure(
        'refused',
        `The centre has not taken this appointment, or it was given up before the centre answered: ${reason} Look for another place.`,
        'Appointment',
      )
}

/** Whether the centre said yes to it, whatever came after. */
async function wasBooked({ id }: Kept<Appointment>, { store }: Desk): Promise<boolean> {
  const { entries } = await store.history({ type: 'Appointment', id, order: 'newest', count: 100 }, 'all')
  return entries.some(
    ({ deleted, body }) => !deleted && (JSON.parse(body) as Appointment).status === 'booked',
  ) // of this type
}

/** Asks the centre, unless the same key or the same number has asked it before. */
async function askedOnce(booking: Booking, desk: Desk): Promise<Kept<Appointment>> {
  const { key, identifier = [] } = booking
  const ask = async (arriving?: Arriving) => {
    const known = await knownBy(identifier, booking, desk)
    return known ?? asked(booking, desk, arriving)
  }
  return key ? keyed(key, 'Appointment/$book', desk, ask) : ask()
}

/** The caller's appointment of this number, once its centre is asked. Fails: duplicate when it is another's, or in another place. */
async function knownBy(
  numbers: readonly Identifier[],
  { target }: Booking,
  { store, actor }: Desk,
): Promise<Kept<Appointment> | undefined> {
  const reader = store.reader()
  const own = numbers.filter(({ system, value }) => system && value)
  if (own.length === 0) return undefined
  const known = await reader.sameIdentifier<Appointment>({
    resourceType: 'Appointment',
    status: 'proposed',
    participant: [],
    identifier: own.map(({ system, value }) => ({ ...(system && { system }), ...(value && { value }) })),
  })
  if (!known) return undefined
  if (operatorOf(known) === actor.organization && isSame(known, target))
    return isHeld(known) ? undefined : known
  throw failure(
    'duplicate',
    `Another appointment has this number: Appointment/${known.id}. Give each one of its own.`,
    'Appointment.identifier',
  )
}

/** Whether an appointment is what is asked for: the same place, for the same request. */
function isSame(known: Kept<Appointment>, target: BookTarget): boolean {
  const meant = 'appointment' in target ? (proposalOf(target.appointment) ?? target) : target
  if ('appointment' in meant) return meant.appointment === known.id
  const isFor = known.basedOn?.[0]?.reference === (meant.request && `ServiceRequest/${meant.request}`)
  if ('schedule' in meant) return isFor && Date.parse(known.start ?? '') === Date.parse(meant.start)
  const slots = slotsOf(meant).map((id) => `Slot/${id}`)
  return isFor && slots.every((one) => known.slot?.some(({ reference }) => reference === one))
}

/** Asks the centre. What the caller has there already is gone on with. */
async function asked(
  { target, waitMs: _, key: __, ...details }: Booking,
  desk: Desk,
  arriving: Arriving | undefined,
): Promise<Kept<Appointment>> {
  if ('agreed' in target) {
    const wish = { ...target, ...details, ...(await agreedNow(desk)) }
    const { written } = await perform(agreed, wish, desk, arriving)
    return onlyAppointment(written)
  }
  const ask = (place: HeldPlace | Wanted) => askedFor(place, details, desk, arriving)
  const meant = meantBy(target)
  if ('appointment' in meant) return ask(meant)
  const wanted = await placesOf(meant, desk)
  const own = details.replaces === undefined ? await ownIn(wanted, desk) : undefined
  if (own && isWish(own, details)) return ask({ appointment: own.id })
  try {
    return await ask(wanted)
  } catch (thrown) {
    if (!isConflict(thrown)) throw thrown
    const meanwhile = await ownIn(wanted, desk)
    if (meanwhile && isWish(meanwhile, details)) return ask({ appointment: meanwhile.id })
    const unnamed = await unnamedIn(wanted, desk)
    if (unnamed) return ask({ appointment: unnamed.id, whom: wanted })
    throw thrown
  }
}

/** Whether an appointment can become what is wished, or is it already: what is asked gets no more numbers. */
const isWish = (own: Appointment, { identifier: numbers = [] }: Details): boolean =>
  isHeld(own) ||
  numbers.every(({ system, value }) =>
    own.identifier?.some((one) => one.system === system && one.value === value),
  )

/** What an id stands for, for whom it is said to be; whom it was found for comes first. */
function meantBy(target: Target): HeldPlace | (Proposal & ForWhom) | Wanted | DiaryTime {
  const proposal = 'appointment' in target ? proposalOf(target.appointment) : undefined
  return proposal && 'appointment' in target ? { ...target.whom, ...proposal } : target
}

async function askedFor(
  place: HeldPlace | Wanted,
  details: Details,
  desk: Desk,
  arriving: Arriving | undefined,
): Promise<Kept<Appointment>> {
  const wish = { ...place, ...details, ...(await agreedNow(desk)) }
  const { written } = await withQuotasTold(perform(requested, wish, desk, arriving), desk)
  const appointment = written.find(isAppointment)
  if (appointment) return appointment
  if ('appointment' in place) return readAppointment(place.appointment, desk.store) // asked already
  throw new Error('A booking was performed without its appointment')
}

/** Says something else of an appointment that stays where it is. Fails: forbidden, business-rule, not-found. */
export async function amend(amendment: Amendment, desk: Desk): Promise<Kept<Appointment>> {
  const { written } = await perform(amended, amendment, desk)
  return onlyAppointment(written)
}

/** Gives a place back, held or booked; the centre is told. */
export async function cancel(
  appointment: string,
  reason: CodeableConcept | undefined,
  desk: Desk,
): Promise<Kept<Appointment>> {
  await perform(cancelled, { appointment, ...(reason && { reason }) }, desk)
  return readAppointment(appointment, desk.store)
}

const isAppointment = (resource: { resourceType: string }): resource is Kept<Appointment> =>
  resource.resourceType === 'Appointment'

function onlyAppointment(written: readonly Kept[]): Kept<Appointment> {
  const appointment = written.find(isAppointment)
  if (appointment) return appointment
  throw new Error('A place was taken without its appointment')
}
