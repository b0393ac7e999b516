import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { failure } from '../fhir/outcome.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import { everyPeriod, type Task } from './periodic.ts'
import { openQueue, type Queue } from './queue.ts'

/** When: what is done again and again, and what is done once, later. */
export interface Jobs extends AsyncDisposable {
  /** From now on, runs a task once a period, whatever the number of gateways. The first time at once. */
  every(name: string, everyMs: number, task: Task): void
  /** Keeps a piece of work until its time. The same key again moves what still waits, and does not add to it. */
  later(name: string, key: string, at: Date, data: object): Promise<void>
  /**
   * From now on, does pieces of work of a name as they fall due; looks every `pollSeconds`.
   *
   * A failure is tried again, or given up, as the table of tellings says.
   */
  work<Data>(
    name: string,
    shape: z.ZodType<Data>,
    task: (data: Data, signal: AbortSignal) => Promise<void>,
    options?: { pollSeconds?: number },
  ): void
}

export interface JobsDesk {
  store: Pick<Store, 'lease' | 'connection'>
  log: Log
  clock: () => Date
}

const pollSeconds = 5

/**
 * Opens timers and background work. Nothing is asked of the database until there is something to do: the
 * queue makes its tables, in the background, when the first piece of work is named.
 *
 * On close, tasks in hand are told by their signal, and waited for.
 */
export function openJobs(desk: JobsDesk): Jobs {
  const closing = new AbortController()
  const { signal } = closing
  const holder = randomUUID()
  const running: Promise<void>[] = []
  let opened: Promise<Queue> | undefined

  const queue = (): Promise<Queue> => {
    opened ??= openQueue({ ...desk, connection: desk.store.connection, signal })
    return opened
  }

  const background = (name: string, done: Promise<void>) => {
    running.push(done.catch((thrown) => desk.log.failed('jobs.stopped', thrown, { task: name })))
  }

  return {
    every: (name, everyMs, task) =>
      background(name, everyPeriod(name, everyMs, task, { ...desk, holder }, signal)),

    later: async (name, key, at, data) => (await queue()).later(name, key, at, data),

    work(name, shape, task, options) {
      const handler = (data: unknown, stop: AbortSignal) => task(shaped(data, shape), stop)
      background(
        name,
        queue().then((opened) => opened.work(name, handler, options?.pollSeconds ?? pollSeconds)),
      )
    },

    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(running)
      // One that never opened has told so, and has nothing to close.
      await opened
        ?.then((queue) => queue.close())
        .catch((thrown) => desk.log.failed('jobs.not-closed', thrown))
    },
  }
}

/** Data is read as its task expects it; other data is given up at once. */
function shaped<Data>(data: unknown, shape: z.ZodType<Data>): Data {
  const read = shape.safeParse(data)
  if (read.success) return read.data
  throw failure('structure', 'The data of this job is not what its task reads.')
}
