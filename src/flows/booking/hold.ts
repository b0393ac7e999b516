import type { Appointment, AppointmentParticipant, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Occupancy } from '../../store/index.ts'
import { grants, senderKeys } from '../referral/admit.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { type BookingFacts, bookingFacts, type Wanted } from './facts.ts'
import { capacityOf, freePlace, placesIn, referenceTo, slotWith } from './states.ts'
import { aroundWanted } from './trails.ts'

export interface HoldWish extends Wanted {
  /** How long, in seconds; the gateway's own limit is the longest. */
  seconds?: number
}

/** How long a hold lasts at most: time for a doctor to ask the patient, not for a place to be wasted. */
const longestHoldSeconds = 600

/** A place is kept for a while: nobody else gets it, and the RIS is not asked yet. */
export const held: Step<HoldWish, BookingFacts> = {
  name: 'booking.held',
  async facts(wish, store, actor) {
    await store.around(aroundWanted(wish, false))
    return bookingFacts(wish, store, actor)
  },
  decide(wish, facts, at, actor) {
    const until = new Date(Date.parse(at.now) + 1000 * holdSeconds(wish)).toISOString()
    const taken = placed(facts, at, actor)
    const appointment: Appointment = {
      ...taken.appointment,
      extension: [
        ...(taken.appointment.extension ?? []),
        { url: extensions.heldUntil, valueDateTime: until },
      ],
    }
    return { ...taken.plan, write: [appointment, taken.slot] }
  },
}

function holdSeconds({ seconds = longestHoldSeconds }: HoldWish): number {
  if (seconds > 0) return Math.min(seconds, longestHoldSeconds)
  throw failure('value', 'A hold lasts at least one second.', 'Parameters.parameter')
}

/** Takes a free place of a slot: a pending appointment, the slot as it is without that place, and what they need. */
export function placed(facts: BookingFacts, at: Moment, actor: Actor) {
  const { slot, taken, request } = facts
  refuseUnbookable(facts, at)
  const place = freePlace(slot, taken)
  const appointment = pendingAppointment(facts, at, actor)
  const occupancy: Occupancy = {
    slot: slot.id,
    place,
    appointment: appointment.id,
    resources: exclusiveOf(facts),
    start: slot.start,
    end: slot.end,
  }
  const plan: Plan = {
    take: [occupancy],
    grant: grants([appointment], senderKeys(actor)),
    ...(request && { rely: [referenceTo(request)] }),
  }
  return { appointment, slot: slotWith(slot, placesIn(slot, taken) + 1, false), plan }
}

/** A person or a machine is in one place at a time, and so is a diary; a building or a service is not. */
const isExclusive = (reference: string) => /^(Practitioner|PractitionerRole|Device)\//.test(reference)

/** What nobody else can have meanwhile. A slot with several places is for several at once. */
function exclusiveOf({ slot, actors }: BookingFacts): string[] {
  if (capacityOf(slot) > 1) return []
  return [...(slot.schedule.reference ? [slot.schedule.reference] : []), ...actors.filter(isExclusive)]
}

function refuseUnbookable({ slot, request }: BookingFacts, at: Moment): void {
  if (Date.parse(slot.start) <= Date.parse(at.now)) {
    throw failure('business-rule', 'The slot has begun. Look for a later one.', 'Appointment.slot')
  }
  // A slot for several at once is free as long as one of its places is.
  if (slot.status !== 'free') {
    throw failure(
      'conflict',
      'The slot is not free any more. Look for another one with Appointment/$find.',
      'Appointment.slot',
    )
  }
  if (request && request.status !== 'active') {
    throw failure(
      'business-rule',
      `The request is ${request.status}: only an active one is booked.`,
      'Appointment.basedOn',
    )
  }
}

function pendingAppointment(facts: BookingFacts, at: Moment, actor: Actor): Appointment & { id: string } {
  const { slot, request } = facts
  const id = at.newId()
  return {
    resourceType: 'Appointment',
    id,
    ...(slot.meta.source && { meta: { source: slot.meta.source } }),
    ...(actor.organization && {
      extension: [{ url: frCore.operator, valueReference: { reference: actor.organization } }],
    }),
    identifier: [
      {
        type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
        system: systems.appointment,
        value: id,
      },
    ],
    status: 'pending',
    ...examOf(slot),
    ...(request?.reasonCode && { reasonCode: request.reasonCode }),
    ...(request?.priority && { priority: priorities[request.priority] }),
    start: slot.start,
    end: slot.end,
    slot: [{ reference: referenceTo(slot) }],
    created: at.now,
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    participant: participantsOf(facts),
  }
}

const examOf = ({ serviceType }: Slot) => (serviceType ? { serviceType } : {})

/** iCal priorities: 1 is the highest, 0 says nothing. Source: RFC 5545, 3.8.1.9. */
const priorities = { stat: 1, asap: 2, urgent: 3, routine: 5 } as const

function participantsOf({ patient, actors, request }: BookingFacts): AppointmentParticipant[] {
  const references = [...(patient ? [referenceTo(patient)] : []), ...actors, ...(requesterOf(request) ?? [])]
  return references.map((reference) => ({
    actor: { reference },
    status: reference.startsWith('Patient/') ? ('accepted' as const) : ('needs-action' as const),
  }))
}

/** Types that may take part in an appointment. */
const participates = /^(PractitionerRole|Practitioner)\//

function requesterOf(request: BookingFacts['request']): string[] | undefined {
  const reference = request?.requester?.reference
  return reference && participates.test(reference) ? [reference] : undefined
}
