import type { Appointment, Organization, Patient, Task } from '@medplum/fhirtypes'
import { centreOf } from '../flows/booking/states.ts'
import type { Desk } from '../flows/step.ts'
import { isCancelCall } from '../flows/task.ts'
import type { Kept } from '../store/index.ts'
import { along, searched } from './search.ts'

/** A cancellation that somebody of the cell still has to tell a centre by telephone. */
export interface Cancellation {
  task: Kept<Task>
  appointment: Kept<Appointment> | undefined
  patient: Kept<Patient> | undefined
  centre: Kept<Organization> | undefined
}

/** Cancellations that no centre was told of yet, the oldest first; of one request, or of all. */
export async function cancellationsToTell(desk: Desk, request?: string): Promise<Cancellation[]> {
  const about: [string, string][] = request === undefined ? [] : [['based-on', `ServiceRequest/${request}`]]
  const query = new URLSearchParams([
    ...about,
    ['code', 'cancel-booking'],
    ['status', 'requested,received'],
    ['_include', 'Task:focus'],
    ['_include', 'Task:patient'],
    ['_sort', 'authored-on'],
    ['_count', '100'],
  ])
  const { matches, along: found } = await searched('Task', query, desk)
  const reader = desk.store.reader()
  return Promise.all(
    matches.filter(isCancelCall).map(async (task) => {
      const appointment = along(found, 'Appointment', task.focus?.reference)
      const centre = await reader.follow(centreOf(appointment, desk.territory)?.organization)
      return {
        task,
        appointment,
        patient: along(found, 'Patient', task.for?.reference),
        centre: centre?.resourceType === 'Organization' ? centre : undefined,
      }
    }),
  )
}
