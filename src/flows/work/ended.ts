import type { Task } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'
import { cancellingAll } from '../booking/cancelled.ts'
import { isUntold } from '../booking/states.ts'
import { merged } from '../plan.ts'
import { hasEnded } from '../referral/admit.ts'
import { unasked, type Withdrawn, withdrawing, withdrawn } from '../referral/cancelled.ts'
import type { Moment, Plan } from '../step.ts'
import { isOfRequest, isOpen } from '../task.ts'

/** What goes with a request's Task when it ends by this; nothing to read when it does not. */
export async function endFacts(
  before: Kept<Task>,
  next: Pick<Task, 'status'>,
  store: Reader,
): Promise<Withdrawn | undefined> {
  if (!isOfRequest(before) || !isOpen(before) || isOpen(next)) return undefined
  const request = await store.follow(before.focus?.reference)
  return request?.resourceType === 'ServiceRequest' ? withdrawn(request, store) : undefined
}

/**
 * What else ends when a request's Task comes to this end; the Task itself is written by whoever ended it.
 *
 * Cancelled, the request is taken back, with its appointments. Completed, it is completed too. However it ends, it waits
 * for no place, none is held for it, and nobody has to answer what was asked about it. What is refused or has failed stays
 * its author's, and active. Source: HL7 clinical order workflows.
 */
export function endedWith(known: Withdrawn, task: Task & { id: string }, at: Moment): Plan {
  const { request, questions, appointments } = known
  const isOver = hasEnded(request)
  if (task.status === 'cancelled' && !isOver) return without(task, withdrawing(known, undefined, at))
  const unused = appointments.filter(({ appointment }) => isUntold(appointment))
  const done = task.status === 'completed' && !isOver ? [{ ...request, status: 'completed' as const }] : []
  const why = { text: 'Work on the request has ended.' }
  return merged([{ write: [...done, ...unasked(questions)] }, cancellingAll(unused, why, at)])
}

const without = ({ id }: Task, { write = [], ...plan }: Plan): Plan => ({
  ...plan,
  write: write.filter((one) => one.resourceType !== 'Task' || one.id !== id),
})
