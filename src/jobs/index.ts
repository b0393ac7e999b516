import { randomUUID } from 'node:crypto'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import { everyPeriod, type Task, type When } from './periodic.ts'

/** When: what is done again and again. */
export interface Jobs extends AsyncDisposable {
  /** From now on, runs a task once a period, whatever the number of gateways. The first time at once. */
  every(name: string, everyMs: number, task: Task, when?: When): void
}

export interface JobsDesk {
  store: Pick<Store, 'lease'>
  log: Log
  clock: () => Date
}

/**
 * Opens timers. Nothing is asked of the database until there is something to do.
 *
 * On close, tasks in hand are told by their signal, and waited for.
 */
export function openJobs(desk: JobsDesk): Jobs {
  const closing = new AbortController()
  const holder = randomUUID()
  const running: Promise<void>[] = []
  return {
    every(name, everyMs, task, when) {
      const done = everyPeriod(name, everyMs, task, { ...desk, holder }, closing.signal, when)
      running.push(done.catch((thrown) => desk.log.failed('jobs.stopped', thrown, { task: name })))
    },

    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(running)
    },
  }
}
