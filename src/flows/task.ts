import type { Task } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'

type Status = Task['status']

/**
 * The moves of a request's Task; what is not here has ended.
 *
 * Source: AU eRequesting, fulfilment task; HL7 clinical order workflows (the placer withdraws at any time).
 */
const moves: Readonly<Partial<Record<Status, readonly Status[]>>> = {
  draft: ['requested', 'cancelled'],
  requested: ['received', 'accepted', 'rejected', 'ready', 'in-progress', 'completed', 'cancelled'],
  received: ['accepted', 'rejected', 'ready', 'in-progress', 'completed', 'cancelled'],
  accepted: ['ready', 'in-progress', 'on-hold', 'cancelled'],
  ready: ['in-progress', 'on-hold', 'cancelled'],
  'in-progress': ['on-hold', 'completed', 'failed', 'cancelled'],
  'on-hold': ['in-progress', 'cancelled'],
}

/** Whether something is still to be done about it. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean => Object.hasOwn(moves, status)

/** Passes when a Task may go from one status to the other. Fails: business-rule. */
export function mayMove(before: Status, next: Status): void {
  if (before === next || next === 'entered-in-error' || moves[before]?.includes(next)) return
  const known = moves[before]?.join(', ') ?? 'none, for it has ended'
  throw failure(
    'business-rule',
    `A Task that is ${before} does not become ${next}. It may become: ${known}.`,
    'Task.status',
  )
}
