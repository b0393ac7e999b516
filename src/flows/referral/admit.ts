import type { Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import { clocked } from '../clocks/kept.ts'
import { isDirectory } from '../renewed.ts'
import type { Moment } from '../step.ts'
import { flagged, flagsOf, modalitiesOf, type Submitted } from './flags.ts'

/** A new request with its flags, and the Task that the coordination cell owns for it. The id is set. */
export function admitted(
  submitted: Submitted & { request: ServiceRequest & { id: string } },
  at: Moment,
): [ServiceRequest, Task] {
  const flags = flagsOf(submitted, at)
  const request = flagged(submitted.request, flags)
  const task = clocked(taskFor(submitted.request, at), modalitiesOf(request, at.territory), at)
  return [request, flagged(task, flags)]
}

/**
 * The Task of a request. Its moves: requested → received | accepted | rejected | cancelled;
 * accepted → in-progress | cancelled; in-progress → on-hold | completed | failed.
 *
 * Source: AU eRequesting, TaskFulfilment; HL7 clinical order workflows.
 */
function taskFor(request: ServiceRequest & { id: string }, at: Moment): Task {
  return {
    resourceType: 'Task',
    id: at.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    ...(request.requisition && { groupIdentifier: request.requisition }),
    ...(request.priority && { priority: request.priority }),
    focus: { reference: `ServiceRequest/${request.id}` },
    for: request.subject,
    authoredOn: at.now,
    lastModified: at.now,
    ...(request.requester && { requester: request.requester as NonNullable<Task['requester']> }), // a subset of the same targets
    owner: { reference: at.territory.cell },
  }
}

/** A request that has ended stays so. */
export const hasEnded = ({ status }: ServiceRequest) =>
  status === 'revoked' || status === 'completed' || status === 'entered-in-error'

/** The keys of whoever sent a referral: their organisation's, which then sees all that came with it. */
export function senderKeys({ organization }: Actor): string[] {
  return organization ? [organizationKey(organization)] : []
}

/** The same keys for each of these resources. */
export function grants(
  resources: readonly Resource[],
  keys: readonly string[],
): Record<string, readonly string[]> {
  // The directory is for all to see.
  const hidden = resources.filter((resource) => !isDirectory(resource))
  return Object.fromEntries(hidden.map(({ resourceType, id }) => [`${resourceType}/${id}`, keys]))
}
