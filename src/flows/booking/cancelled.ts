import type { Appointment, CodeableConcept, Slot, Task } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { freed } from './answered.ts'
import { visible } from './facts.ts'
import { isHeld, isLive, operatorOf, peerOf, referenceTo, versionOf, withoutHold } from './states.ts'

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
  facts: async ({ appointment }, store, actor) =>
    givenUp(await visible('Appointment', appointment, store, actor), store),
  decide({ reason }, given, at, actor) {
    const { appointment } = given
    if (appointment.status === 'cancelled') return {}
    if (!isLive(appointment)) {
      throw failure(
        'business-rule',
        `An appointment that is ${appointment.status} cannot be cancelled.`,
        'Appointment.status',
      )
    }
    if (isHeld(appointment) && operatorOf(appointment) !== actor.organization) {
      throw failure('forbidden', 'Another client holds this place.', 'Appointment')
    }
    return cancelling(given, reason, at)
  },
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
    ...(reason && { cancelationReason: reason }),
  }
  const slot = slots[0]
  const told = slot && !isHeld(appointment) && !peerOf(slot, at.territory).manual
  return {
    write: [
      next,
      ...freed(slots, taken, appointment.id),
      ...tasks.filter(isOpen).map((task) => closed(task, at)),
    ],
    release: [appointment.id],
    send: told
      ? [
          {
            peer: peerOf(slot, at.territory).name,
            kind: 'appointment.cancelled',
            about: [versionOf(next, appointment), referenceTo(slot)],
          },
        ]
      : [],
  }
}

const isOpen = ({ status }: Task) =>
  !['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error'].includes(status)
const closed = (task: Kept<Task>, at: Moment): Task => ({
  ...task,
  status: 'cancelled',
  lastModified: at.now,
})
