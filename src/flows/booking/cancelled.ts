import type { Appointment, CodeableConcept, Slot, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import type { Moment, Peer, Plan, Step } from '../step.ts'
import { isOpen } from '../task.ts'
import { cancelCallFor } from './call.ts'
import { visible } from './facts.ts'
import { listed } from './reasons.ts'
import { holdOf } from './rules.ts'
import {
  centreOf,
  isHeld,
  isLive,
  operatorOf,
  recounted,
  referenceTo,
  versionOf,
  withoutHold,
} from './states.ts'
import { aroundGiven } from './trails.ts'

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
    refuseUncancellable(given.appointment, actor)
    return cancelling(given, reason, at)
  },
}

/** Passes when this actor may give the appointment up. Fails: business-rule, forbidden. */
export function refuseUncancellable(appointment: Appointment, actor: Actor): void {
  if (!isLive(appointment)) {
    throw failure(
      'business-rule',
      `An appointment that is ${appointment.status} cannot be cancelled.`,
      'Appointment.status',
    )
  }
  if (isHeld(appointment)) refuseOthers(appointment, actor)
}

/** Passes when the actor holds the place. Fails: forbidden. */
export function refuseOthers(appointment: Appointment, { organization }: Actor): void {
  if (operatorOf(appointment) === organization) return
  throw failure('forbidden', 'Another client holds this place.', 'Appointment')
}

/** Reads what giving up an appointment changes. */
export async function givenUp(appointment: Kept<Appointment>, store: Reader): Promise<Given> {
  const [slots, tasks] = await Promise.all([
    Promise.all((appointment.slot ?? []).map(({ reference }) => store.follow(reference))),
    store.search('Task', `focus=${referenceTo(appointment)}`),
  ])
  const found = slots.filter((slot): slot is Kept<Slot> => slot?.resourceType === 'Slot')
  return { appointment, slots: found, tasks, taken: await store.occupancies(found.map(({ id }) => id)) }
}

/** What it changes that an appointment is given up: used wherever one is. */
export function cancelling(
  { appointment, slots, taken, tasks }: Given,
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
      ...freed({ slots, taken }, appointment.id),
      ...tasks.filter(isOpen).map((task) => closed(task, at)),
      ...(centre && isToTelephone(appointment, centre) ? [cancelCallFor(appointment, at)] : []),
    ],
    release: [appointment.id, ...(isHeld(appointment) ? [holdOf(appointment.id)] : [])],
    rely: slots.map(referenceTo),
    send:
      centre && !centre.manual && !centre.cancelledByTelephone && !isHeld(appointment)
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
  cancelledByTelephone === true && !isHeld(appointment) && !(manual && appointment.status === 'pending')

/** The slots as they are when an appointment has given its places back. */
export const freed = ({ slots, taken }: Pick<Given, 'slots' | 'taken'>, appointment: string): Slot[] =>
  recounted(
    slots,
    taken.filter((occupancy) => occupancy.appointment !== appointment),
  )

const closed = (task: Kept<Task>, at: Moment): Task => ({
  ...task,
  status: 'cancelled',
  lastModified: at.now,
})
