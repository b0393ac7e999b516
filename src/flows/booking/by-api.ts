import type { Appointment, AppointmentParticipant, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { merged } from '../plan.ts'
import { nextOf, type Put } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import type { AnswerFacts } from './answer.ts'
import { answered } from './answered.ts'
import { isByMove, replacedBy } from './asking.ts'
import { cancelling, type Given, givenUp, refuseUncancellable } from './cancelled.ts'
import {
  centreOf,
  freePlace,
  heldUntil,
  isLive,
  noticeable,
  noticeableBy,
  operatorOf,
  recounted,
} from './states.ts'
import { isWaiting, listed, waitingIn } from './waiting.ts'

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'

interface AppointmentFacts {
  given: ReadonlyMap<string, Given>
  answers: ReadonlyMap<string, AnswerFacts>
  /** Slots that new appointments are in, by reference. */
  slots: ReadonlyMap<string, Kept<Slot>>
  /** What is taken of them. */
  taken: readonly Occupancy[]
}

/** An Appointment changed through the API: a centre's word is an answer, a client's only word is to cancel. */
export const appointmentByApi: Hook<AppointmentFacts> = {
  async facts(changes, _, store, actor) {
    const known = changes.flatMap(({ before }) => (before ? [before as Kept<Appointment>] : []))
    const given = await Promise.all(known.map(async (one) => [one.id, await givenUp(one, store)] as const))
    const isRis = actor.role === 'ris'
    const slots = isRis ? await slotsOf(changes, store) : new Map<string, Kept<Slot>>()
    return {
      given: new Map(given),
      answers: new Map(isRis || actor.role === 'cell' ? await answersOf(changes, store, actor) : []),
      slots,
      taken: slots.size > 0 ? await store.occupancies([...slots.values()].map(({ id }) => id)) : [],
    }
  },

  decide(changes, _, facts, at, actor) {
    return merged(changes.map((change) => moved(change, facts, at, actor)))
  },
}

/** What a centre's word about an appointment changes: read for the time that it now gives. */
async function answersOf(changes: readonly Seen[], store: Reader, actor: Actor) {
  const known = changes.filter(isPut).filter(({ before }) => before)
  return Promise.all(
    known.map(async ({ id, resource, before }) => {
      const { start, end } = resource as Appointment // changes of this hook are Appointments: the table says so
      const said = { ...(before as Kept<Appointment>), ...(start && end && { start, end }) }
      return [id, await answered.facts({ appointment: said, peer: '' }, store, actor)] as const
    }),
  )
}

async function slotsOf(changes: readonly Seen[], store: Reader): Promise<Map<string, Kept<Slot>>> {
  const named = changes
    .filter(isPut)
    .filter(({ before }) => !before)
    .flatMap(({ resource }) => (resource as Appointment).slot ?? []) // as above
    .flatMap(({ reference }) => reference ?? [])
  const slots = await Promise.all(named.map(async (name) => [name, await store.follow(name)] as const))
  return new Map(slots.filter((pair): pair is [string, Kept<Slot>] => pair[1]?.resourceType === 'Slot'))
}

function moved(change: Seen, facts: AppointmentFacts, at: Moment, actor: Actor): Plan {
  if (!isPut(change))
    throw failure('business-rule', 'An appointment is cancelled, not deleted.', 'Appointment.status')
  // Changes of this hook are Appointments: the table says so.
  const said = nextOf(change.resource, change.before) as Appointment & { id: string }
  const given = facts.given.get(change.id)
  if (!given) return created(said, facts, at, actor)
  const answer = facts.answers.get(change.id)
  return answer && speaksForCentre(said, given.appointment, at, actor)
    ? byCentre(said, answer, at, actor)
    : byClient(said, given, at, actor)
}

/** A centre speaks for itself, of what it has; for one that has only a telephone, the cell says what happened on the day. */
function speaksForCentre(said: Appointment, before: Kept<Appointment>, at: Moment, actor: Actor): boolean {
  if (isWaiting(before)) return false
  return actor.role === 'ris' || noticeableBy(before, actor, at.territory).includes(said.status)
}

/** What anybody may write into an appointment; the rest follows from its booking. */
function byClient(said: Appointment, given: Given, at: Moment, actor: Actor): Plan {
  const before = given.appointment
  refuseChanged(['start', 'end', 'slot', ...settled], said, before)
  refuseChanged(['participant'], { participant: withoutCompany(said, before) }, before)
  const next = { ...said, meta: { ...said.meta, ...sourceOf(before) } }
  if (said.status === before.status) return { write: [next] }
  if (said.status !== 'cancelled') {
    throw failure(
      'business-rule',
      `An appointment that is ${before.status} can be cancelled here; only its centre makes it ${said.status}.`,
      'Appointment.status',
    )
  }
  refuseUncancellable(given, actor)
  const { cancelationReason, ...rest } = next
  const appointment = { ...rest, status: before.status } as Kept<Appointment> // the kept one, with what was said
  return cancelling({ ...given, appointment }, cancelationReason, at)
}

/** What the centre says of its booking is an answer; what else it writes stands as it is. */
function byCentre(said: Appointment, answer: AnswerFacts, at: Moment, actor: Actor): Plan {
  const before = answer.known
  if (!before) throw new Error('An appointment that is changed through the API was there when it was read')
  refuseChanged(['slot', ...settled], said, before)
  refuseChanged(['patient'], { patient: patientsOf(said) }, { patient: patientsOf(before) })
  const goesOn = isLive(before) || noticeable(before).includes(said.status)
  if (!goesOn && said.status !== before.status && said.status !== 'entered-in-error') {
    throw failure(
      'business-rule',
      `The appointment is ${before.status}: book a new one.`,
      'Appointment.status',
    )
  }
  const { status, start, end, identifier, cancelationReason } = before
  const known = {
    ...said,
    meta: before.meta,
    status,
    ...(start && { start }),
    ...(end && { end }),
    ...(identifier && { identifier }),
    ...(cancelationReason && { cancelationReason }),
  } as Kept<Appointment> // the kept one, with what was said beside its booking
  const plan = goesOn ? answered.decide({ appointment: said, peer: '' }, { ...answer, known }, at, actor) : {}
  const isWritten = plan.write?.some(({ id }) => id === before.id)
  const next = { ...known, status: goesOn ? status : said.status }
  return isWritten ? plan : { ...plan, write: [next, ...(plan.write ?? [])] }
}

/** What nobody changes of an appointment that is kept: what it is for, who made it, how long it is held, what it takes the place of. */
const settled = ['basedOn', 'operator', 'held-until', 'replaces', 'by-move', 'waiting']

function refuseChanged(names: readonly string[], said: object, before: object): void {
  const partsOf = (one: object): Record<string, unknown> => ({
    ...one,
    operator: operatorOf(one as Appointment), // or another record, that has no extension
    'held-until': heldUntil(one as Appointment),
    replaces: replacedBy(one as Appointment),
    'by-move': isByMove(one as Appointment),
    waiting: waitingIn(one as Appointment),
  })
  const [next, last] = [partsOf(said), partsOf(before)]
  const changed = names.find((name) => JSON.stringify(next[name]) !== JSON.stringify(last[name]))
  if (changed === undefined) return
  throw failure(
    'business-rule',
    'This follows from the booking: it is not written over. To move an appointment, cancel it and book another.',
    changed in said ? `Appointment.${changed}` : 'Appointment',
  )
}

/** People who come along take no place and no time of a diary. */
const comesAlong = /^(Practitioner|PractitionerRole|RelatedPerson)\//

/** Who takes part, without people who have been added after those that follow from the booking. */
function withoutCompany({ participant }: Appointment, before: Appointment): AppointmentParticipant[] {
  const { length } = before.participant
  return participant.filter(({ actor }, n) => n < length || !comesAlong.test(actor?.reference ?? ''))
}

const patientsOf = ({ participant }: { participant: readonly AppointmentParticipant[] }) =>
  participant.flatMap(({ actor }) => (actor?.reference?.startsWith('Patient/') ? [actor.reference] : []))

const sourceOf = ({ meta: { source } }: Kept) => (source ? { source } : {})

/** Nobody writes down a booking that no RIS has made; one that a RIS has made takes a place of its slot, as any booking does. */
function created(
  said: Appointment & { id: string },
  { slots, taken }: AppointmentFacts,
  at: Moment,
  actor: Actor,
): Plan {
  if (isWaiting(said)) return { write: [listed(said, at, actor)] }
  refuseMadeUp(said, actor)
  const named = (said.slot ?? []).map(({ reference }) => slots.get(reference ?? ''))
  const own = named.filter((slot) => slot !== undefined)
  if (named.some((slot) => centreOf(slot, at.territory)?.organization !== actor.organization)) {
    throw failure('forbidden', 'This slot belongs to another centre.', 'Appointment.slot')
  }
  if (!isLive(said)) return { write: [said] }
  const take = own.map((slot) => occupied(slot, taken, said.id))
  return { write: [said, ...recounted(own, [...taken, ...take])], take }
}

/** Passes when an appointment may be written down as it is said. Fails: business-rule. */
function refuseMadeUp({ status }: Appointment, { role }: Actor): void {
  if (status === 'proposed')
    throw failure(
      'business-rule',
      'Proposals come from Appointment/$find, and are not kept. To wait for a place, write one of status waitlist.',
      'Appointment.status',
    )
  if (role === 'ris') return
  throw failure(
    'business-rule',
    `Only its centre writes down an appointment that is ${status}. Places are taken with Appointment/$hold and Appointment/$book; to wait for one, write one of status waitlist.`,
    'Appointment.status',
  )
}

/** A place of a slot that a RIS has given away: a fact at the centre, whatever else we believe of its people and machines. */
const occupied = (slot: Kept<Slot>, taken: readonly Occupancy[], appointment: string): Occupancy => ({
  slot: slot.id,
  place: freePlace(slot, taken),
  appointment,
  resources: [],
  start: slot.start,
  end: slot.end,
})
