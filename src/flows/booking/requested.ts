import type { Appointment, Resource, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { blockingFlags } from '../referral/flags.ts'
import type { Moment, Peer, Plan, Step } from '../step.ts'
import { type BookingFacts, bookingFacts, visible, type Wanted } from './facts.ts'
import { placed } from './hold.ts'
import {
  currentOf,
  heldUntil,
  isHeld,
  isLive,
  operatorOf,
  peerOf,
  referenceTo,
  versionOf,
  withoutHold,
} from './states.ts'

/** A booking that is wished for: of a place that is held (its appointment's id), or of one that is free. */
export type BookWish = { appointment: string; comment?: string } | (Wanted & { comment?: string })

interface Facts extends BookingFacts {
  hold: Kept<Appointment> | undefined
}

/** The RIS of the centre is asked: the place is ours meanwhile, and nothing is called booked before its yes. */
export const requested: Step<BookWish, Facts> = {
  name: 'booking.requested',

  async facts(wish, store, actor) {
    if (!('appointment' in wish)) return { ...(await bookingFacts(wish, store, actor)), hold: undefined }
    const hold = await visible('Appointment', wish.appointment, store, actor)
    return { ...(await bookingFacts(wantedBy(hold), store, actor)), hold }
  },

  decide(wish, facts, at, actor) {
    if (facts.hold && isAsked(facts.hold)) return {}
    refuseUnready(facts, at)
    const { appointment, plan, others } = facts.hold
      ? fromHold(facts.hold, at, actor)
      : fromFree(facts, at, actor)
    const asked = wish.comment ? { ...appointment, comment: wish.comment } : appointment
    const peer = peerOf(facts.slot, at.territory)
    const task = facts.task && scheduling(facts.task, at)
    return {
      ...plan,
      write: [asked, ...others, ...(task ? [task] : []), ...(peer.manual ? [callFor(asked, facts, at)] : [])],
      grant: { ...plan.grant, ...centreSees(asked, facts, peer, plan) },
      send: peer.manual ? [] : [asking(asked, facts, peer)],
    }
  },
}

/** Asked already, or answered: to ask again changes nothing. */
const isAsked = (appointment: Kept<Appointment>) => isLive(appointment) && !isHeld(appointment)

export function wantedBy({ slot = [], basedOn = [], participant }: Appointment): Wanted {
  const idOf = (type: string, reference: string | undefined) =>
    reference?.startsWith(`${type}/`) ? reference.slice(type.length + 1) : undefined
  const slotId = idOf('Slot', slot[0]?.reference)
  if (!slotId)
    throw failure('business-rule', 'The appointment has no slot to be booked in.', 'Appointment.slot')
  const request = idOf('ServiceRequest', basedOn[0]?.reference)
  const patient = participant.map(({ actor }) => idOf('Patient', actor?.reference)).find(Boolean)
  return { slot: slotId, ...(request && { request }), ...(patient && { patient }) }
}

function refuseUnready({ request, patient, live, hold }: Facts, at: Moment): void {
  const missing = request ? blockingFlags(request, at.territory) : []
  if (missing.length > 0) {
    throw failure(
      'business-rule',
      `Rule fr-r1333-53: an exam with X-rays is booked once the request is complete. Missing: ${missing.join(', ')}.`,
      'Appointment.basedOn',
    )
  }
  if (!patient) {
    throw failure('required', 'An appointment names its request, or its patient.', 'Appointment.participant')
  }
  if (live.some(({ id, ...other }) => id !== hold?.id && !isHeld(other as Appointment))) {
    throw failure(
      'conflict',
      'This request has an appointment already. Cancel or move that one.',
      'Appointment.basedOn',
    )
  }
}

interface Begun {
  appointment: Appointment & { id: string }
  plan: Plan
  others: readonly Resource[]
}

function fromFree(facts: Facts, at: Moment, actor: Actor): Begun {
  const { appointment, slot, plan } = placed(facts, at, actor)
  return { appointment, plan, others: [slot] }
}

/** Only the holder may book; the place is taken already. */
function fromHold(hold: Kept<Appointment>, at: Moment, actor: Actor): Begun {
  if (!isHeld(hold)) throw failure('conflict', `The appointment is ${hold.status}.`, 'Appointment.status')
  if (operatorOf(hold) !== actor.organization) {
    throw failure('forbidden', 'Another client holds this place.', 'Appointment')
  }
  if (Date.parse(heldUntil(hold) ?? at.now) <= Date.parse(at.now)) {
    throw failure(
      'hold-expired',
      'The hold has expired. Look for the slot again with Appointment/$find.',
      'Appointment',
    )
  }
  return { appointment: { ...withoutHold(hold), id: hold.id }, plan: {}, others: [] }
}

/** Status in-progress while an appointment is looked for; the version keeps two bookings of one request apart. */
function scheduling(task: Kept<Task>, at: Moment): Task {
  return {
    ...task,
    status: 'in-progress',
    businessStatus: { text: 'awaiting-confirmation' },
    lastModified: at.now,
  }
}

/** What the RIS gets: the appointment in this version, its slot, and all that it has to know of the request. */
function asking(appointment: Resource, { slot, request, patient, hold }: Facts, peer: Peer) {
  const about = [
    versionOf(appointment, hold),
    ...[request, patient].flatMap((r) => (r ? [currentOf(r)] : [])),
    referenceTo(slot),
  ]
  return { peer: peer.name, kind: 'appointment.requested', about }
}

/** The centre that is asked may read the request and what came with it. */
function centreSees(appointment: Resource, { request, patient }: Facts, peer: Peer, plan: Plan) {
  const key = `org:${peer.organization.slice('Organization/'.length)}`
  const supporting = (request?.supportingInfo ?? []).flatMap(({ reference }) => reference ?? [])
  const seen = [...[request, patient].flatMap((r) => (r ? [referenceTo(r)] : [])), ...supporting]
  const grant = Object.fromEntries(seen.map((reference) => [reference, [key]]))
  const mine = referenceTo(appointment)
  return { ...grant, [mine]: [...(plan.grant?.[mine] ?? []), key] }
}

/** For a centre without interface: somebody of the cell telephones, and answers yes (completed) or no (rejected) on this Task. */
function callFor(appointment: Resource, { request, patient }: Facts, at: Moment): Task {
  return {
    resourceType: 'Task',
    id: at.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: systems.task, code: 'confirm-booking' }] },
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    focus: { reference: referenceTo(appointment) },
    ...(patient && { for: { reference: referenceTo(patient) } }),
    authoredOn: at.now,
    lastModified: at.now,
    owner: { reference: at.territory.cell },
  }
}
