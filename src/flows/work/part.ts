import type { CodeableConcept, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Moment } from '../step.ts'
import { isCall } from '../task.ts'

/** What the centre's part of a request is about. */
export interface Part {
  request: ServiceRequest | undefined
  patient: Patient | undefined
  /** The request's own Task. */
  task: Task | undefined
}

const nameOf = ({ resourceType, id }: Resource) => `${resourceType}/${id}`

/** The Task of the centre that is asked for an appointment: part of the request's, and owned by the centre. */
export function partFor(
  appointment: Resource,
  { request, patient, task }: Part,
  centre: string,
  at: Moment,
): Task[] {
  if (!task) return []
  return [
    {
      resourceType: 'Task',
      id: at.newId(),
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
      ...(task.groupIdentifier && { groupIdentifier: task.groupIdentifier }),
      partOf: [{ reference: nameOf(task) }],
      ...(request && { basedOn: [{ reference: nameOf(request) }] }),
      focus: { reference: nameOf(appointment) },
      ...(patient && { for: { reference: nameOf(patient) } }),
      ...(task.requester && { requester: task.requester }),
      authoredOn: at.now,
      lastModified: at.now,
      owner: { reference: centre },
    },
  ]
}

/** Whether a Task is a centre's part of a request. */
export const isPart = (task: Task): boolean => task.partOf !== undefined && !isCall(task)

/** A centre's part after its word: yes, no with its reason, or done. */
export function partMoved<T extends Task>(
  task: T,
  word: 'accepted' | 'rejected' | 'completed',
  reason: CodeableConcept | undefined,
  at: Moment,
): T {
  return {
    ...task,
    status: word,
    ...(word === 'rejected' && reason && { statusReason: reason }),
    lastModified: at.now,
  }
}
