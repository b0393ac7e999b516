import type { Appointment, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import { systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { idOf } from '../../fhir/reference.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { blockingFlags } from '../referral/flags.ts'
import type { Moment, Peer, Plan, Step } from '../step.ts'
import { refuseOthers } from './cancelled.ts'
import { type BookingFacts, bookingFacts, visible, type Wanted } from './facts.ts'
import { placed } from './hold.ts'
import {
  currentOf,
  isExpired,
  isHeld,
  isLive,
  peerOf,
  referenceTo,
  versionOf,
  wasExpired,
  withoutHold,
} from './states.ts'
import { mayRead, toldWith } from './told.ts'
import { aroundHeld, aroundWanted } from './trails.ts'

/** A booking that is wished for: of a place that is held, or of one that is free. */
export type BookWish = (HeldPlace | Wanted) & { comment?: string }

/** A place that is held, by its appointment's id. */
export interface HeldPlace {
  appointment: string
  /** Also when the hold is over, if the place is still free. */
  afresh?: boolean
}

interface Facts extends BookingFacts {
  hold: Kept<Appointment> | undefined
  /** What the centre is told beside the request and its patient. */
  told: readonly Kept[]
}

/** The RIS of the centre is asked: the place is ours meanwhile, and nothing is called booked before its yes. */
export const requested: Step<BookWish, Facts> = {
  name: 'booking.requested',

  async facts(wish, store, actor) {
    const facts = await factsOf(wish, store, actor)
    return { ...facts, told: await toldWith(facts.request, store) }
  },

  decide(wish, facts, at, actor) {
    if (facts.hold && isAsked(facts.hold)) return {}
    refuseUnready(facts, at)
    const { appointment, plan, others } = begun(wish, facts, at, actor)
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

async function factsOf(wish: BookWish, store: Reader, actor: Actor) {
  await store.around('appointment' in wish ? aroundHeld(wish.appointment) : aroundWanted(wish, true))
  if (!('appointment' in wish)) return { ...(await bookingFacts(wish, store, actor)), hold: undefined }
  const hold = await visible('Appointment', wish.appointment, store, actor)
  return { ...(await bookingFacts(wantedBy(hold), store, actor)), hold }
}

function begun(wish: BookWish, facts: Facts, at: Moment, actor: Actor): Begun {
  const { hold, request } = facts
  if (!hold) return fromFree(facts, at, actor)
  const isAfresh = 'afresh' in wish && wish.afresh === true && isExpired(hold, at.now)
  if (isAfresh && wasExpired(hold)) return fromFree(facts, at, actor)
  return fromHold(hold, request, isAfresh, at, actor)
}

/** Asked already, or answered: to ask again changes nothing. */
const isAsked = (appointment: Kept<Appointment>) => isLive(appointment) && !isHeld(appointment)

export function wantedBy({ slot = [], basedOn = [], participant }: Appointment): Wanted {
  const slotId = idOf('Slot', slot[0]?.reference)
  if (!slotId)
    throw failure('business-rule', 'The appointment has no slot to be booked in.', 'Appointment.slot')
  const request = idOf('ServiceRequest', basedOn[0]?.reference)
  const patient = participant.map(({ actor }) => idOf('Patient', actor?.reference)).find(Boolean)
  return { slot: slotId, ...(request && { request }), ...(patient && { patient }) }
}

function refuseUnready({ request, slot, patient, live, hold }: Facts, at: Moment): void {
  const missing = request ? blockingFlags(request, slot, at.territory) : []
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
  if (live.some((other) => other.id !== hold?.id && !isHeld(other))) {
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

/** Only the holder may book; the place is taken already. One whose time is over is the holder's until it is swept. */
function fromHold(
  hold: Kept<Appointment>,
  request: Kept<ServiceRequest> | undefined,
  isAfresh: boolean,
  at: Moment,
  actor: Actor,
): Begun {
  refuseOthers(hold, actor)
  if (isExpired(hold, at.now) && !isAfresh) {
    throw failure(
      'hold-expired',
      'The hold has expired. Look for the slot again with Appointment/$find.',
      'Appointment',
    )
  }
  if (!isHeld(hold)) throw failure('conflict', `The appointment is ${hold.status}.`, 'Appointment.status')
  const plan = request ? { rely: [referenceTo(request)] } : {}
  return { appointment: { ...withoutHold(hold), id: hold.id }, plan, others: [] }
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
function asking(appointment: Resource, { slot, request, patient, hold, told }: Facts, peer: Peer) {
  const about = [
    versionOf(appointment, hold?.id === appointment.id ? hold : undefined),
    ...[request, patient].flatMap((r) => (r ? [currentOf(r)] : [])),
    referenceTo(slot),
    ...told.map(currentOf),
  ]
  return { peer: peer.name, kind: 'appointment.requested', about }
}

/** The centre that is asked may read the request and what came with it. */
function centreSees(appointment: Resource, { request, patient, told }: Facts, peer: Peer, plan: Plan) {
  const mine = referenceTo(appointment)
  return {
    ...mayRead([request, patient, ...told], peer),
    [mine]: [...(plan.grant?.[mine] ?? []), organizationKey(peer.organization)],
  }
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
