import type { Reference, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Moment, Step } from '../step.ts'
import { clientReference, isOpen } from '../task.ts'

type Owner = NonNullable<Task['owner']>

interface Facts {
  task: Kept<Task>
}

/** Which Task; `version` when the caller relies on what it has seen. */
export interface TaskNamed {
  task: string
  version?: string
}

async function facts({ task, version }: TaskNamed, store: Reader, actor: Actor): Promise<Facts> {
  if (actor.role !== 'cell' && actor.role !== 'operator' && actor.role !== 'gateway') {
    throw failure('forbidden', 'Requests are shared out among the people of the cell.', 'Task.owner')
  }
  const kept = await store.read('Task', task)
  if (!kept) throw failure('not-found', 'There is no such Task.', 'Task')
  if (version !== undefined && kept.meta.versionId !== version) {
    throw failure('stale-version', `The Task is now version ${kept.meta.versionId}. Read it again.`, 'Task')
  }
  return { task: kept }
}

/** Somebody takes a request from the pool: nobody else gets it. Asked twice by the same person, it stays theirs. */
export const claimed: Step<TaskNamed, Facts> = {
  name: 'task.claimed',
  facts,
  decide(_, { task }, at, actor) {
    refuseEnded(task)
    const worker = workerOf(actor)
    if (isSame(task.owner, worker)) return {}
    if (!isInPool(task, at)) {
      throw failure(
        'conflict',
        'Somebody has this request already. Take another, or have it handed over.',
        'Task.owner',
      )
    }
    const status = task.status === 'requested' ? 'received' : task.status
    return { write: [{ ...task, status, owner: worker, lastModified: at.now }] }
  },
}

/** A request goes back to the pool, with what has been done about it: also for a colleague who is away. */
export const givenBack: Step<TaskNamed, Facts> = {
  name: 'task.given-back',
  facts,
  decide(_, { task }, at) {
    refuseEnded(task)
    if (isInPool(task, at)) return {}
    return { write: [{ ...task, owner: { reference: at.territory.cell }, lastModified: at.now }] }
  },
}

/** A request passes from one person to another. */
export const handedOver: Step<TaskNamed & { to: Owner }, Facts> = {
  name: 'task.handed-over',
  facts,
  decide({ to }, { task }, at) {
    refuseEnded(task)
    if (isSame(task.owner, to)) return {}
    const status = task.status === 'requested' ? 'received' : task.status
    return { write: [{ ...task, status, owner: to, lastModified: at.now }] }
  },
}

function refuseEnded(task: Task): void {
  if (isOpen(task)) return
  throw failure('business-rule', `The Task is ${task.status}: there is nothing left to do.`, 'Task.status')
}

/** Whether a Task is for whoever comes first: it has no owner, or only the cell as a whole. */
export const isInPool = ({ owner }: Task, { territory }: Pick<Moment, 'territory'>): boolean =>
  owner === undefined || owner.reference === territory.cell

/** Whoever acts: the person who has signed in, else the client. */
export const workerOf = (actor: Actor): Owner =>
  actor.person === undefined ? clientReference(actor) : { reference: actor.person, display: actor.name }

const isSame = (a: Reference | undefined, b: Reference): boolean =>
  a !== undefined &&
  (b.reference === undefined
    ? a.identifier?.value === b.identifier?.value && a.identifier?.system === b.identifier?.system
    : a.reference === b.reference)
