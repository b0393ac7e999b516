import type {
  Appointment,
  AppointmentParticipant,
  Identifier,
  Resource,
  ServiceRequest,
  Slot,
} from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { extensions, systems } from '../../fhir/canonical.ts'
import { Failure, failure, issue } from '../../fhir/outcome.ts'
import type { Occupancy } from '../../store/index.ts'
import { grants, senderKeys } from '../referral/admit.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { refuseUncovered } from './covered.ts'
import { type Agreed, type BookingFacts, bookingFacts, type Wanted } from './facts.ts'
import { quotaPlaces } from './quotas.ts'
import { holdOf, holdsOf, rulesOf } from './rules.ts'
import { capacityOf, freePlace, operatorExtension, placesIn, referenceTo, slotWith } from './states.ts'
import { aroundWanted } from './trails.ts'

export interface HoldWish extends Wanted, Agreed {
  /** How long, in seconds; the gateway's own limit is the longest. */
  seconds?: number
}

export interface HoldFacts extends BookingFacts {
  /** The places that the caller's holds have. */
  holds: readonly Occupancy[]
}

/** A place is kept for a while: nobody else gets it, and the RIS is not asked yet. */
export const held: Step<HoldWish, HoldFacts> = {
  name: 'booking.held',
  async facts(wish, store, actor) {
    await store.around([...aroundWanted(wish, false), { places: holdsOf(actor.client) }])
    const [facts, holds] = await Promise.all([
      bookingFacts(wish, store, actor),
      store.occupancies([holdsOf(actor.client)]),
    ])
    return { ...facts, holds }
  },
  decide(wish, facts, at, actor) {
    refuseUncovered(facts.slots, wish, at)
    const taken = placed(facts, at, actor)
    const until = heldFor(wish.seconds, at)
    const ticket = ticketOf(taken.appointment.id, facts, until, at, actor)
    return {
      ...taken.plan,
      write: [withHold(taken.appointment, until), ...taken.slots],
      take: [...taken.plan.take, ticket],
    }
  },
}

/** Until when a hold lasts that begins now, and lasts so many seconds at most: the territory's limit, unless it is said. Fails: value for less than a second. */
export function heldFor(
  seconds: number | undefined,
  at: Moment,
  longest: number = rulesOf(at.territory).holdSeconds,
): string {
  if (seconds !== undefined && seconds <= 0)
    throw failure('value', 'A hold lasts at least one second.', 'Parameters.parameter')
  return new Date(Date.parse(at.now) + 1000 * Math.min(seconds ?? longest, longest)).toISOString()
}

export const withHold = <A extends Appointment>(appointment: A, until: string): A => ({
  ...appointment,
  extension: [
    ...(appointment.extension ?? []).filter(({ url }) => url !== extensions.heldUntil),
    { url: extensions.heldUntil, valueDateTime: until },
  ],
})

/**
 * The place of a hold among those of its client, of which there are only so many. Any of the free ones: clients that
 * hold at once should not all want the first. Fails: throttled when there is none.
 */
function ticketOf(
  appointment: string,
  { holds }: Pick<HoldFacts, 'holds'>,
  until: string,
  at: Moment,
  { client }: Actor,
): Occupancy {
  const { holdsPerClient } = rulesOf(at.territory)
  const used = new Set(holds.map(({ place }) => place))
  const free = Array.from({ length: holdsPerClient }, (_, n) => n + 1).filter((place) => !used.has(place))
  const place = free[Number.parseInt(appointment.slice(-6), 16) % free.length]
  if (place === undefined) {
    const text = `You hold ${holds.length} places, and no more are given to one client. Book or release some first.`
    throw new Failure([issue('throttled', text, 'Appointment')], untilFirstEnds(holds, at))
  }
  return {
    slot: holdsOf(client),
    place,
    appointment: holdOf(appointment),
    resources: [],
    start: at.now,
    end: until,
  }
}

function untilFirstEnds(holds: readonly Occupancy[], { now }: Moment): number {
  const first = Math.min(...holds.map(({ end }) => Date.parse(end)))
  return Math.max(1, Math.ceil((first - Date.parse(now)) / 1000))
}

/** Takes a free place of each slot: a pending appointment, the slots as they are without it, and what they need. */
export function placed(facts: BookingFacts, at: Moment, actor: Actor, id: string = at.newId()) {
  const { slots, taken, request, had } = facts
  refuseUnbookable(facts, at)
  refuseScattered(facts)
  const appointment = pendingAppointment(facts, at, actor, id)
  const plan = {
    take: occupanciesOf(facts, appointment.id),
    count: quotaPlaces(slots, request, appointment.id, at, actor, had),
    grant: grants([appointment], senderKeys(actor)),
    ...(request && { rely: [referenceTo(request)] }),
  } satisfies Plan
  const next = slots.map((slot) => slotWith(slot, placesIn(slot, taken) + 1, false))
  return { appointment, slots: next, plan }
}

/** A place of each slot; who or what is needed for several of them at once is taken once. */
function occupanciesOf({ slots, taken, actorsOf }: BookingFacts, appointment: string): Occupancy[] {
  const made: Occupancy[] = []
  for (const slot of slots) {
    const { start, end } = slot
    const isTaken = (resource: string) =>
      made.some((one) => one.resources.includes(resource) && overlaps(one, slot))
    const resources = exclusiveOf(slot, actorsOf.get(referenceTo(slot)) ?? []).filter((one) => !isTaken(one))
    made.push({ slot: slot.id, place: freePlace(slot, taken), appointment, resources, start, end })
  }
  return made
}

const overlaps = (a: { start: string; end: string }, b: { start: string; end: string }) =>
  Date.parse(a.start) < Date.parse(b.end) && Date.parse(b.start) < Date.parse(a.end)

/** A person or a machine is in one place at a time, and so is a diary; a building or a service is not. */
const isExclusive = (reference: string) => /^(Practitioner|PractitionerRole|Device)\//.test(reference)

/** What nobody else can have meanwhile. A slot with several places is for several at once. */
function exclusiveOf(slot: Slot, actors: readonly string[]): string[] {
  if (capacityOf(slot) > 1) return []
  return [...(slot.schedule.reference ? [slot.schedule.reference] : []), ...actors.filter(isExclusive)]
}

function refuseUnbookable({ slots, request }: BookingFacts, at: Moment): void {
  if (slots.some(({ start }) => Date.parse(start) <= Date.parse(at.now))) {
    throw failure('business-rule', 'The slot has begun. Look for a later one.', 'Appointment.slot')
  }
  // A slot for several at once is free as long as one of its places is.
  if (slots.some(({ status }) => status !== 'free')) {
    throw failure(
      'conflict',
      'The slot is not free any more. Look for another one with Appointment/$find.',
      'Appointment.slot',
    )
  }
  if (request) refuseInactive(request)
}

/** Passes when a request may be booked for. Fails: business-rule. */
export function refuseInactive({ status }: ServiceRequest): void {
  if (status === 'active') return
  throw failure(
    'business-rule',
    `The request is ${status}: only an active one is booked.`,
    'Appointment.basedOn',
  )
}

/** Several slots are one appointment when each diary gives all of its time, at one centre. */
function refuseScattered({ slots }: BookingFacts): void {
  if (slots.length === 1) return
  const [first] = slots
  const start = Math.min(...slots.map((slot) => Date.parse(slot.start)))
  const end = Math.max(...slots.map((slot) => Date.parse(slot.end)))
  const diaries = [...Map.groupBy(slots, ({ schedule }) => schedule.reference).values()]
  const isOneCentre = slots.every(({ meta }) => meta.source === first?.meta.source)
  if (isOneCentre && diaries.every((own) => covers(own, start, end))) return
  throw failure(
    'business-rule',
    'Several slots are booked together when they are at one centre, and each diary gives the whole time without a gap.',
    'Appointment.slot',
  )
}

/** Whether slots in order of time follow one another without a gap, from the one instant to the other. */
function covers(slots: readonly Slot[], start: number, end: number): boolean {
  let at = start
  for (const slot of slots) {
    if (Date.parse(slot.start) !== at) return false
    at = Date.parse(slot.end)
  }
  return at === end
}

function pendingAppointment(
  facts: BookingFacts,
  at: Moment,
  actor: Actor,
  id: string,
): Appointment & { id: string } {
  const { slot, slots } = facts
  return {
    ...pendingFor(facts, slot, at, actor, id),
    ...examOf(slot),
    start: slot.start,
    end: slots.map(({ end }) => end).reduce((last, end) => (Date.parse(end) > Date.parse(last) ? end : last)),
    slot: slots.map((one) => ({ reference: referenceTo(one) })),
  }
}

/** A pending appointment at the centre that a resource is of, without its time. */
export function pendingFor(
  facts: Pick<BookingFacts, 'request' | 'patient' | 'actors'>,
  of: Resource,
  at: Moment,
  actor: Actor,
  id: string = at.newId(),
): Appointment & { id: string } {
  const { request } = facts
  return {
    resourceType: 'Appointment',
    id,
    ...(of.meta?.source && { meta: { source: of.meta.source } }),
    ...(actor.organization && { extension: operatorExtension(actor.organization) }),
    identifier: [placerOf(id)],
    status: 'pending',
    ...(request?.reasonCode && { reasonCode: request.reasonCode }),
    ...(request?.priority && { priority: priorities[request.priority] }),
    created: at.now,
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    participant: participantsOf(facts),
  }
}

/** Our own number for an appointment. */
export const placerOf = (id: string): Identifier => ({
  type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
  system: systems.appointment,
  value: id,
})

const examOf = ({ serviceType }: Slot) => (serviceType ? { serviceType } : {})

/** iCal priorities: 1 is the highest, 0 says nothing. Source: RFC 5545, 3.8.1.9. */
const priorities = { stat: 1, asap: 2, urgent: 3, routine: 5 } as const

/** The patient, whom and what the diaries are about, and whoever asks. */
export function participantsOf({
  patient,
  actors,
  request,
}: Pick<BookingFacts, 'request' | 'patient' | 'actors'>): AppointmentParticipant[] {
  const references = [...(patient ? [referenceTo(patient)] : []), ...actors, ...(requesterOf(request) ?? [])]
  return someIn(
    references.map((reference) => ({
      actor: { reference },
      status: reference.startsWith('Patient/') ? 'accepted' : 'needs-action',
    })),
  )
}

/** Who takes part, when nobody is named so far: a patient. Source: FHIR R4, Appointment, participant 1..*, and app-1. */
export function someIn(participants: AppointmentParticipant[]): AppointmentParticipant[] {
  if (participants.length > 0) return participants
  return [{ type: [{ coding: [{ system: systems.participation, code: 'SBJ' }] }], status: 'needs-action' }]
}

/** Types that may take part in an appointment. */
const participates = /^(PractitionerRole|Practitioner)\//

function requesterOf(request: BookingFacts['request']): string[] | undefined {
  const reference = request?.requester?.reference
  return reference && participates.test(reference) ? [reference] : undefined
}
