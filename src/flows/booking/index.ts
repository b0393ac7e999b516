import type { Appointment, CodeableConcept } from '@medplum/fhirtypes'
import { Failure, failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { perform } from '../perform.ts'
import type { Desk } from '../step.ts'
import { cancelled } from './cancelled.ts'
import type { Wanted } from './facts.ts'
import { held } from './hold.ts'
import { proposalOf } from './proposal.ts'
import { type BookWish, type HeldPlace, requested } from './requested.ts'
import { isExpired, isHeld, isLive, operatorOf } from './states.ts'
import { readAppointment, watched } from './watched.ts'

export { type Found, find, proposalAgain, type Wish } from './find.ts'

/** What is to be held or booked: an Appointment's id (a proposal's, or one that is kept), or a slot with its request. */
export type Target = HeldPlace | Wanted

/**
 * Keeps a place for a while; asked again, it is the same hold. `seconds` is a wish for less than the gateway's own limit.
 */
export async function hold(
  target: Target,
  seconds: number | undefined,
  desk: Desk,
): Promise<Kept<Appointment>> {
  const wanted = 'appointment' in target ? proposal(target.appointment) : target
  try {
    const { written } = await perform(held, { ...wanted, ...(seconds !== undefined && { seconds }) }, desk)
    return onlyAppointment(written)
  } catch (thrown) {
    const own = isConflict(thrown) ? await ownIn(wanted, desk) : undefined
    if (own && isHeld(own)) return own
    throw thrown
  }
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

function proposal(id: string): Wanted {
  const found = proposalOf(id)
  if (found) return found
  throw failure(
    'not-found',
    'What is held is a proposal from Appointment/$find; this is none.',
    'Parameters.parameter',
  )
}

/**
 * Books a place, and waits for the centre's answer, whichever gateway hears it.
 *
 * Comes back `booked`, or still `pending` when the centre has not answered in time.
 * Fails: refused, with the centre's reason; and whatever keeps the centre from being asked.
 */
export async function book(
  target: Target,
  comment: string | undefined,
  waitMs: number,
  desk: Desk,
): Promise<Kept<Appointment>> {
  using watch = watched(desk.store)
  const appointment = await watch.settled(await asked(target, comment, desk), waitMs)
  if (appointment.status === 'pending' || appointment.status === 'booked') return appointment
  const reason =
    appointment.cancelationReason?.text ??
    appointment.cancelationReason?.coding?.[0]?.display ??
    'no reason given'
  throw failure(
    'refused',
    `The centre has not taken this appointment: ${reason} Look for another place.`,
    'Appointment',
  )
}

/** Asks the centre, and tells the appointment's id. What the caller has there already is gone on with. */
async function asked(target: Target, comment: string | undefined, desk: Desk): Promise<string> {
  const meant = 'appointment' in target ? (proposalOf(target.appointment) ?? target) : target
  if ('appointment' in meant) return askedFor(meant, comment, desk)
  const own = await ownIn(meant, desk)
  if (own) return askedFor({ appointment: own.id }, comment, desk)
  try {
    return await askedFor(meant, comment, desk)
  } catch (thrown) {
    const meanwhile = isConflict(thrown) ? await ownIn(meant, desk) : undefined
    if (meanwhile) return askedFor({ appointment: meanwhile.id }, comment, desk)
    throw thrown
  }
}

async function askedFor(target: Target, comment: string | undefined, desk: Desk): Promise<string> {
  const wish: BookWish = { ...target, ...(comment !== undefined && { comment }) }
  const { written } = await perform(requested, wish, desk)
  const id = written.find(isAppointment)?.id ?? ('appointment' in target ? target.appointment : undefined)
  if (id) return id
  throw new Error('A booking was performed without its appointment')
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
  throw new Error('A place was held without its appointment')
}
