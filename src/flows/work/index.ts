import type { Task } from '@medplum/fhirtypes'
import { Failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { perform } from '../perform.ts'
import type { Desk } from '../step.ts'
import { claimed, givenBack, handedOver, type TaskNamed } from './held.ts'
import { byUrgency, priorities } from './order.ts'

export { byUrgency, whyHere } from './order.ts'

/** Takes this very request. Fails: conflict when somebody has it. */
export const claim = async (named: TaskNamed, desk: Desk): Promise<Kept<Task>> =>
  taskIn(await perform(claimed, named, desk), named, desk)

/** Puts a request back into the pool. */
export const giveBack = async (named: TaskNamed, desk: Desk): Promise<Kept<Task>> =>
  taskIn(await perform(givenBack, named, desk), named, desk)

/** Hands a request over to a colleague. */
export const handOver = async (
  named: TaskNamed & { to: NonNullable<Task['owner']> },
  desk: Desk,
): Promise<Kept<Task>> => taskIn(await perform(handedOver, named, desk), named, desk)

async function taskIn({ written }: { written: readonly Kept[] }, { task }: TaskNamed, { store }: Desk) {
  const found = written.find(({ id }) => id === task) ?? (await store.reader().read('Task', task))
  if (found?.resourceType === 'Task') return found
  throw new Error('A Task was changed and is not there')
}

/** Of a request's Task in the pool: somebody has to do the next thing. */
const toDo = ['requested', 'received', 'accepted'] as const

/** What waits in the pool, the most urgent first: at most `count`. */
export async function pool(
  count: number,
  { store, territory: { cell } }: Pick<Desk, 'store' | 'territory'>,
): Promise<Kept<Task>[]> {
  const found = await store.waiting({ owner: cell, code: 'fulfill', statuses: toDo, priorities, count })
  // Bodies are what the store keeps: Tasks, complete.
  return found.map(({ body }) => JSON.parse(body) as Kept<Task>).sort(byUrgency)
}

/** How many are looked at at first, and at most: the more who reach for the same, the further they spread. */
const spread = { first: 1, most: 64 }

/**
 * Takes the most urgent request of the pool; undefined when it is empty.
 *
 * Whoever is alone gets the very first. Of many who reach at once each gets one of the first, and never the same.
 */
export async function claimNext(desk: Desk): Promise<Kept<Task> | undefined> {
  for (let width = spread.first; ; width = Math.min(2 * width, spread.most)) {
    const next = await pool(width, desk)
    const one = next[Math.floor(Math.random() * next.length)]
    if (!one) return undefined
    const { id: task, meta } = one
    try {
      return await claim({ task, version: meta.versionId }, desk)
    } catch (thrown) {
      if (!isTaken(thrown)) throw thrown
    }
  }
}

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof Failure && (thrown.case === 'conflict' || thrown.case === 'stale-version')
