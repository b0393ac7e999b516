import type { Appointment, CodeableConcept, Slot, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { merged } from '../plan.ts'
import type { Moment, Peer, Plan, Step } from '../step.ts'
import { isOfRequest, isOpen } from '../task.ts'
import { isByMove, replacedBy } from './asking.ts'
import { cancelCallFor } from './call.ts'
import { visible } from './facts.ts'
import { listed } from './reasons.ts'
import { holdOf } from './rules.ts'
import {
  centreOf,
  isHeld,
  isLive,
  isUntold,
  isWaiting,
  operatorOf,
  patientOf,
  recounted,
  referenceTo,
  versionOf,
  withoutHold,
} from './states.ts'
import { aroundGiven } from './trails.ts'
import { offList, waitsSince } from './waiting.ts'

/** Appointments that are not wanted any more. Ids. */
export interface Cancellation {
  appointment: string
  reason?: CodeableConcept
}

/** An appointment, and what goes with it when it is given up. */
export interface Given {
  appointment: Kept<Appointment>
  slots: readonly Kept<Slot>[]
  taken: readonly Occupancy[]
  tasks: readonly Kept<Task>[]
  /** The Task of its request, where it is on the waiting list. */
  listed?: Kept<Task> | undefined
  /** The one that it takes the place of, if its centre was asked to move that and has not answered. */
  moves?: Kept<Appointment> | undefined
  /** The one that takes its place, likewise. */
  movedTo?: Given | undefined
}

/** Cancelled on this side: the place is free at once, and the RIS is told if it had been asked. */
export const cancelled: Step<Cancellation, Given> = {
  name: 'booking.cancelled',
  async facts({ appointment }, store, actor) {
    await store.around(aroundGiven(appointment))
    return givenUp(await visible('Appointment', appointment, store, actor), store)
  },
  decide({ reason }, given, at, actor) {
    if (given.appointment.status === 'cancelled') return {}
    refuseUncancellable(given, actor)
    return cancelling(given, reason, at)
  },
}

/** Passes when this actor may give the appointment up. Fails: business-rule, forbidden. */
export function refuseUncancellable({ appointment, moves }: Given, actor: Actor): void {
  if (!isLive(appointment) && !isWaiting(appointment)) {
    throw failure(
      'business-rule',
      `An appointment that is ${appointment.status} cannot be cancelled.`,
      'Appointment.status',
    )
  }
  if (isHeld(appointment)) refuseOthers(appointment, actor)
  if (moves) {
    throw failure(
      'business-rule',
      `The centre has been asked to move its appointment here, and has not answered. Wait for its answer, then move it again; to give the exam up, cancel Appointment/${moves.id}, which ends both.`,
      'Appointment.status',
    )
  }
}

/** Passes when the actor holds the place. Fails: forbidden. */
export function refuseOthers(appointment: Appointment, { organization }: Actor): void {
  if (operatorOf(appointment) === organization) return
  throw failure('forbidden', 'Another client holds this place.', 'Appointment')
}

/** Reads what giving up an appointment changes. */
export async function givenUp(appointment: Kept<Appointment>, store: Reader): Promise<Given> {
  const [alone, listed, moves, mover] = await Promise.all([
    givenAlone(appointment, store),
    listedFor(appointment, store),
    movedBy(appointment, store),
    moverOf(appointment, store),
  ])
  return { ...alone, listed, moves, movedTo: mover && (await givenAlone(mover, store)) }
}

async function listedFor(appointment: Kept<Appointment>, store: Reader): Promise<Kept<Task> | undefined> {
  const request = appointment.basedOn?.[0]?.reference
  if (request === undefined || waitsSince(appointment) === undefined || !isUntold(appointment))
    return undefined
  return (await store.search('Task', `focus=${request}`)).find(isOfRequest)
}

/** The same, without another of which it takes the place, or that takes its own. */
export async function givenAlone(appointment: Kept<Appointment>, store: Reader): Promise<Given> {
  const [slots, tasks] = await Promise.all([
    Promise.all((appointment.slot ?? []).map(({ reference }) => store.follow(reference))),
    store.search('Task', `focus=${referenceTo(appointment)}`),
  ])
  const found = slots.filter((slot): slot is Kept<Slot> => slot?.resourceType === 'Slot')
  return { appointment, slots: found, tasks, taken: await store.occupancies(found.map(({ id }) => id)) }
}

const isUnansweredMove = (appointment: Appointment) =>
  appointment.status === 'pending' && isByMove(appointment)

async function movedBy(appointment: Kept<Appointment>, store: Reader) {
  const id = isUnansweredMove(appointment) ? replacedBy(appointment) : undefined
  const old = id === undefined ? undefined : await store.read('Appointment', id)
  return old && isLive(old) ? old : undefined
}

/** Only what is booked is moved by a message; both are for one request, or else for one patient. */
async function moverOf(appointment: Kept<Appointment>, store: Reader) {
  if (!isLive(appointment) || appointment.status === 'pending') return undefined
  const request = appointment.basedOn?.[0]?.reference
  const patient = patientOf(appointment)
  if (request === undefined && patient === undefined) return undefined
  const others = await store.search(
    'Appointment',
    request === undefined ? `patient=${patient}&status=pending` : `based-on=${request}`,
  )
  return others.find((one) => isUnansweredMove(one) && replacedBy(one) === appointment.id)
}

/**
 * What it changes that an appointment is given up: used wherever one is. So is another that takes its place, of which
 * nobody knows whether its centre has moved it there: it is told of both, and knows one of them.
 */
export const cancelling = (given: Given, reason: CodeableConcept | undefined, at: Moment): Plan =>
  merged([
    cancellingAll([given, ...(given.movedTo ? [given.movedTo] : [])], reason, at),
    { write: offList(given.listed, at) },
  ])

/** The same of several at once, which may be in one slot. */
export function cancellingAll(all: readonly Given[], reason: CodeableConcept | undefined, at: Moment): Plan {
  const slots = [...new Map(all.flatMap((given) => given.slots).map((slot) => [slot.id, slot])).values()]
  const taken = all.flatMap((given) => given.taken)
  const freely = freed({ slots, taken }, ...all.map(({ appointment }) => appointment.id))
  const plan = merged(all.map((given) => withdrawing(given, reason, at)))
  return { ...plan, write: [...(plan.write ?? []), ...freely], rely: slots.map(referenceTo) }
}

/** What becomes of the appointment itself, and whom that is told. */
function withdrawing(
  { appointment, slots, tasks }: Given,
  reason: CodeableConcept | undefined,
  at: Moment,
): Plan {
  const next: Appointment = {
    ...withoutHold(appointment),
    status: 'cancelled',
    ...(reason && { cancelationReason: listed(reason, at.territory) }),
  }
  const [slot] = slots
  const centre = centreOf(slot ?? appointment, at.territory)
  return {
    write: [
      next,
      ...tasks.filter(isOpen).map((task) => closed(task, at)),
      ...(centre && isToTelephone(appointment, centre) ? [cancelCallFor(appointment, at)] : []),
    ],
    release: [appointment.id, ...(isHeld(appointment) ? [holdOf(appointment.id)] : [])],
    send:
      centre && !centre.manual && !centre.cancelledByTelephone && !isUntold(appointment)
        ? [
            {
              peer: centre.name,
              kind: 'appointment.cancelled',
              about: [versionOf(next, appointment), ...slots.map(referenceTo)],
            },
          ]
        : [],
  }
}

/** Whether the centre expects the patient, and is told otherwise only by a person: who has not been called yet is not called. */
const isToTelephone = (appointment: Appointment, { manual, cancelledByTelephone }: Peer) =>
  cancelledByTelephone === true && !isUntold(appointment) && !(manual && appointment.status === 'pending')

/** The slots as they are when appointments have given their places back. */
export const freed = (
  { slots, taken }: Pick<Given, 'slots' | 'taken'>,
  ...appointments: readonly string[]
): Slot[] =>
  recounted(
    slots,
    taken.filter(({ appointment }) => !appointments.includes(appointment)),
  )

const closed = (task: Kept<Task>, at: Moment): Task => ({
  ...task,
  status: 'cancelled',
  lastModified: at.now,
})
