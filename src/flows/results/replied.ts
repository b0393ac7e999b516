import type { ServiceRequest, Task } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Entry } from '../entries.ts'
import { merged } from '../plan.ts'
import type { Withdrawn } from '../referral/cancelled.ts'
import type { Step } from '../step.ts'
import { isOfRequest, mayMove } from '../task.ts'
import { endedWith, endFacts } from '../work/ended.ts'

interface Facts {
  said: Task | undefined
  task: Kept<Task> | undefined
  /** What ends with the Task, if the answer ends it. */
  end?: Withdrawn | undefined
}

/** An imaging structure accepts or refuses a request: the Task says so, with the reason; the request stays in force. */
export const replied: Step<{ entries: readonly Entry[] }, Facts> = {
  name: 'results.replied',

  async facts({ entries }, store, actor) {
    const said = entries
      .map(({ resource }) => resource)
      .find((one): one is Task => one.resourceType === 'Task')
    const request = await requestOf(entries, said, store)
    if (!request || !sees(actor, await store.sight(`ServiceRequest/${request.id}`)))
      return { said, task: undefined }
    const tasks = await store.search('Task', `focus=ServiceRequest/${request.id}`)
    const task = tasks.find(isOfRequest)
    return { said, task, end: task && said && (await endFacts(task, said, store)) }
  },

  decide(_, { said, task, end }, at, actor) {
    // Whoever asked sees the Task too, and does not answer in the structure's place.
    if (!said || !task || actor.role === 'prescriber')
      return { filtered: 'No request of this structure fits the answer.' }
    mayMove(task, said.status)
    const { status, statusReason, businessStatus, output, note } = said
    const next: Kept<Task> = {
      ...task,
      status,
      ...(statusReason && { statusReason }),
      ...(businessStatus && { businessStatus }),
      ...(output && { output }),
      ...(note && { note: [...(task.note ?? []), ...note] }),
      lastModified: at.now,
    }
    return merged([{ write: [next] }, ...(end ? [endedWith(end, next, at)] : [])])
  },
}

async function requestOf(entries: readonly Entry[], said: Task | undefined, store: Reader) {
  const inside = entries
    .map(({ resource }) => resource)
    .find((one): one is ServiceRequest => one.resourceType === 'ServiceRequest')
  if (inside) return store.sameIdentifier(inside)
  const { system, value } = said?.focus?.identifier ?? said?.basedOn?.[0]?.identifier ?? {}
  return value ? store.identified('ServiceRequest', system, value) : undefined
}
