import type { Appointment, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import type { Kept } from '../../store/index.ts'
import type { Moment } from '../step.ts'
import { patientOf, referenceTo } from './states.ts'

/** Whom an appointment is for. */
export interface Whom {
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  /** The request's own Task. */
  task?: Kept<Task> | undefined
}

/** Somebody of the cell telephones with the centre, and answers yes (completed) or no (rejected) on this Task. */
export function callFor(
  appointment: Resource,
  { request, patient, task }: Whom,
  at: Moment,
  why?: string,
): Task {
  return {
    resourceType: 'Task',
    id: at.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: systems.task, code: 'confirm-booking' }] },
    ...(why !== undefined && { description: why }),
    ...(task && { partOf: [{ reference: referenceTo(task) }] }),
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    focus: { reference: referenceTo(appointment) },
    ...(patient && { for: { reference: referenceTo(patient) } }),
    authoredOn: at.now,
    lastModified: at.now,
    owner: { reference: at.territory.cell },
  }
}

/** Somebody of the cell tells the centre that it need not expect the patient: its system is told of no cancellation. */
export function cancelCallFor(appointment: Kept<Appointment>, at: Moment): Task {
  const { basedOn = [] } = appointment
  const patient = patientOf(appointment)
  return {
    resourceType: 'Task',
    id: at.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: systems.task, code: 'cancel-booking' }] },
    ...(basedOn.length > 0 && { basedOn }),
    focus: { reference: referenceTo(appointment) },
    ...(patient !== undefined && { for: { reference: patient } }),
    authoredOn: at.now,
    lastModified: at.now,
    owner: { reference: at.territory.cell },
  }
}
