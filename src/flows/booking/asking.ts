import type { Appointment, Patient, Resource, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import { organizationKey } from '../../auth/gate.ts'
import { extensions } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { grants } from '../referral/admit.ts'
import { blockingFlags } from '../referral/flags.ts'
import type { Moment, Peer, Plan } from '../step.ts'
import { businessStatus } from '../task.ts'
import { partFor } from '../work/part.ts'
import { callFor } from './call.ts'
import { currentOf, isHeld, referenceTo, sourceOf, versionOf } from './states.ts'
import { mayRead } from './told.ts'

/** What has to be known to ask a centre for an appointment. */
export interface AskingFacts {
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  task: Kept<Task> | undefined
  /** `org:<id>` of all who see the request. */
  keys: readonly string[]
  /** Appointments of the request that hold a place. */
  live: readonly Kept<Appointment>[]
  /** What the centre is told beside the request and its patient. */
  told: readonly Kept[]
}

/** An appointment that is to be asked for. */
export interface Asked {
  appointment: Appointment & { id: string }
  /** What it is now, if it is kept already. */
  before: Kept<Appointment> | undefined
  slots: readonly Slot[]
  /** The appointment that it is to take the place of. */
  old?: Kept<Appointment> | undefined
}

/**
 * Passes when a centre may be asked: for an exam that is legal to book, for somebody, once; `besides` names appointments
 * of the request that do not count. Fails: business-rule, required, conflict.
 */
export function refuseUnready(
  { request, patient, live }: AskingFacts,
  exam: Slot,
  besides: readonly (string | undefined)[],
  at: Moment,
): void {
  const missing = request ? blockingFlags(request, exam, at.territory) : []
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
  if (live.some((other) => !besides.includes(other.id) && !isHeld(other))) {
    throw failure(
      'conflict',
      'This request has an appointment already. Cancel or move that one.',
      'Appointment.basedOn',
    )
  }
}

/** Passes when an appointment may be moved. Fails: business-rule. */
export function refuseUnmovable({ status }: Appointment): void {
  if (status === 'pending' || status === 'booked') return
  throw failure(
    'business-rule',
    `An appointment that is ${status} is not moved: book a new one.`,
    'Appointment.status',
  )
}

/** The centre is asked by its wire; one without any, by telephone. It may read what it is told. */
export function askingPlan(asked: Asked, facts: AskingFacts, peer: Peer, plan: Plan, at: Moment): Plan {
  const isMove = asked.old !== undefined && movesByMessage(asked.old, peer)
  const appointment = isMove ? byMove(asked.appointment) : asked.appointment
  const task = facts.task && scheduling(facts.task, at)
  const parts = peer.manual ? [] : partFor(appointment, facts, peer.organization, at)
  const asking = askingKeys(facts, at)
  return {
    ...plan,
    write: [
      appointment,
      ...(plan.write ?? []),
      ...(task ? [task] : []),
      ...(peer.manual ? [callFor(appointment, facts, at)] : parts),
    ],
    grant: {
      ...plan.grant,
      ...centreSees(appointment, facts, peer, plan, asking),
      ...grants(parts, [organizationKey(peer.organization), ...asking]),
    },
    send: peer.manual
      ? []
      : [
          {
            peer: peer.name,
            kind: isMove ? 'appointment.moved' : 'appointment.requested',
            about: whatIsTold(asked, facts),
          },
        ],
  }
}

/** Whoever asked for the exam sees the place that is booked for it, also by others; centres that were asked before do not. */
function askingKeys({ keys }: AskingFacts, { territory: { peers } }: Moment): string[] {
  const centres = peers.filter(({ asks }) => !asks).map(({ organization }) => organizationKey(organization))
  return keys.filter((key) => !centres.includes(key))
}

/** Status in-progress while an appointment is looked for; the version keeps two bookings of one request apart. */
function scheduling(task: Kept<Task>, at: Moment): Task {
  return {
    ...task,
    status: 'in-progress',
    businessStatus: businessStatus('awaiting-confirmation'),
    lastModified: at.now,
  }
}

/** What the RIS gets: the appointment in this version, its slots, and all that it has to know of the request. */
function whatIsTold(
  { appointment, before, slots, old }: Asked,
  { request, patient, told }: AskingFacts,
): string[] {
  return [
    versionOf(appointment, before),
    ...[request, patient].flatMap((r) => (r ? [currentOf(r)] : [])),
    ...slots.map(referenceTo),
    ...told.map(currentOf),
    ...(old ? [currentOf(old)] : []),
  ]
}

/** Whether the centre moves an appointment of its own at one word; otherwise it is booked anew, and then cancelled. */
const movesByMessage = (old: Appointment, { name, takes }: Peer): boolean =>
  old.status === 'booked' && old.meta?.source === sourceOf(name) && takes.includes('appointment.moved')

const byMove = <A extends Appointment>(appointment: A): A => ({
  ...appointment,
  extension: [...(appointment.extension ?? []), { url: extensions.byMove, valueBoolean: true }],
})

/** Whether its centre was asked to move the one that it takes the place of: there is one of the two at the centre. */
export const isByMove = ({ extension = [] }: Appointment): boolean =>
  extension.some(({ url, valueBoolean }) => url === extensions.byMove && valueBoolean === true)

/** The centre that is asked may read the request and what came with it. */
function centreSees(
  appointment: Resource,
  { request, patient, told }: AskingFacts,
  peer: Peer,
  plan: Plan,
  asking: readonly string[],
) {
  const mine = referenceTo(appointment)
  return {
    ...mayRead([request, patient, ...told], peer),
    [mine]: [...(plan.grant?.[mine] ?? []), organizationKey(peer.organization), ...asking],
  }
}

/** The appointment takes the place of another, once its centre has confirmed it. */
export const replacing = <A extends Appointment>(appointment: A, old: string | undefined): A =>
  old === undefined
    ? appointment
    : {
        ...appointment,
        extension: [
          ...(appointment.extension ?? []),
          { url: extensions.replaces, valueReference: { reference: `Appointment/${old}` } },
        ],
      }

/** Id of the appointment that this one is to take the place of. */
export const replacedBy = ({ extension = [] }: Appointment): string | undefined =>
  extension
    .find(({ url }) => url === extensions.replaces)
    ?.valueReference?.reference?.replace(/^Appointment\//, '')
