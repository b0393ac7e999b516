import type { Appointment, Organization, Patient, ServiceRequest, Task } from '@medplum/fhirtypes'
import { heldUntil, isLive, operatorOf, patientOf } from '../flows/booking/states.ts'
import { inOrder, waitsSince, windowOf } from '../flows/booking/waiting.ts'
import { modalityOf } from '../flows/routing/called.ts'
import type { Desk } from '../flows/step.ts'
import { isCapacityCall } from '../flows/task.ts'
import type { Kept } from '../store/index.ts'
import { along, searched } from './search.ts'

/** A request on the waiting list, or one for which a place is held. */
export interface Waiting {
  appointment: Kept<Appointment>
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  /** Instants. */
  since: string | undefined
  until: string | undefined
  /** Until when a place is held for it; absent while it waits. */
  heldUntil: string | undefined
  /** Held in the cell's name: the cell books it. */
  isOurs: boolean
}

/** A centre that is called for more places. */
export interface Call {
  task: Kept<Task>
  centre: Kept<Organization> | undefined
  modality: string
  waiting: number
  /** Somebody of the cell telephones. */
  isByTelephone: boolean
}

const most = '500'

/** The waiting list in its order, those for whom a place is held before all others. */
export async function waitingList(desk: Desk): Promise<Waiting[]> {
  const include = ['Appointment:patient', 'Appointment:based-on'].map((one) => ['_include', one] as const)
  const read = (more: readonly (readonly [string, string])[]) =>
    searched(
      'Appointment',
      new URLSearchParams([...more, ...include, ['_count', most]] as [string, string][]),
      desk,
    )
  const [waiting, held] = await Promise.all([
    read([['status', 'waitlist']]),
    read([
      ['status', 'pending'],
      ['held-until:missing', 'false'],
    ]),
  ])
  const now = desk.clock().getTime()
  const offered = held.matches.filter((one) => waitsSince(one) !== undefined).sort(inOrder)
  const listed = waiting.matches.filter((one) => Date.parse(windowOf(one)?.end ?? '') > now).sort(inOrder)
  return [
    ...offered.map((one) => waitingOf(one, held.along, desk)),
    ...listed.map((one) => waitingOf(one, waiting.along, desk)),
  ].filter(({ request }) => request?.status === 'active')
}

const waitingOf = (
  appointment: Kept<Appointment>,
  found: ReadonlyMap<string, Kept>,
  desk: Desk,
): Waiting => ({
  appointment,
  request: along(found, 'ServiceRequest', appointment.basedOn?.[0]?.reference),
  patient: along(found, 'Patient', patientOf(appointment)),
  since: waitsSince(appointment),
  until: windowOf(appointment)?.end,
  heldUntil: isLive(appointment) ? heldUntil(appointment) : undefined,
  isOurs: operatorOf(appointment) === desk.territory.cell,
})

/** Calls for places that no centre has answered yet. */
export async function callsNow(desk: Desk): Promise<Call[]> {
  const query = new URLSearchParams({
    code: 'capacity-call',
    status: 'requested,received,accepted,in-progress',
    _count: most,
  })
  const { matches } = await searched('Task', query, desk)
  const reader = desk.store.reader()
  return Promise.all(
    matches.filter(isCapacityCall).map(async (task) => {
      const centre = await reader.follow(task.focus?.reference)
      return {
        task,
        centre: centre?.resourceType === 'Organization' ? centre : undefined,
        modality: modalityOf(task) ?? '',
        waiting: task.input?.[0]?.valueUnsignedInt ?? 0,
        isByTelephone: task.owner?.reference === desk.territory.cell,
      }
    }),
  )
}
