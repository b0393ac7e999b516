import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'

/** Something that is done again and again. The signal tells it to stop at the next good moment. */
export type Task = (signal: AbortSignal) => Promise<void>

/** Whether this gateway may do it now; of several, another does where it may not. */
export type When = () => Promise<boolean>

export interface PeriodicDesk {
  store: Pick<Store, 'lease'>
  log: Log
  clock: () => Date
  /** Who asks: one name a process. */
  holder: string
}

/** A lease is renewed this often while a run is longer than its period. */
const renewals = 3

/** What is not this gateway's may become so at any moment. */
const notOursMs = 2_000

/**
 * Runs a task once a period, whatever the number of gateways, until the signal.
 *
 * The period is a lease: whoever gets it runs the task, and nobody else gets it until the period is over, not
 * even after a restart. A run that takes longer keeps the lease. A run that fails is told and done again a
 * period later. Comes back when the last run has ended.
 */
export async function everyPeriod(
  name: string,
  everyMs: number,
  task: Task,
  desk: PeriodicDesk,
  signal: AbortSignal,
  when: When = async () => true,
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now()
    const isOurs = await runOnce(name, everyMs, task, { ...desk, when }, signal)
    const restMs = isOurs ? everyMs : Math.min(everyMs, notOursMs)
    await asleep(Math.max(restMs - (performance.now() - startedAt), 0), signal)
  }
}

/** True unless it was not this gateway's to do. */
async function runOnce(
  name: string,
  everyMs: number,
  task: Task,
  desk: PeriodicDesk & { when: When },
  signal: AbortSignal,
): Promise<boolean> {
  const lease = () => desk.store.lease(`every.${name}`, desk.holder, untilAfter(desk.clock(), everyMs))
  const startedAt = performance.now()
  try {
    if (!(await desk.when())) return false
    if (!(await lease())) return true
    await whileLeased(
      lease,
      everyMs / renewals,
      () => task(signal),
      (thrown) => desk.log.failed('task.unleased', thrown, { task: name }),
    )
  } catch (thrown) {
    if (signal.aborted) return true // it was told to stop; what it left undone is done at the next start
    desk.log.failed('task.failed', thrown, { task: name, ms: Math.round(performance.now() - startedAt) })
  }
  return true
}

const untilAfter = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()

/** Renews a lease for as long as something runs. */
async function whileLeased(
  lease: () => Promise<boolean>,
  everyMs: number,
  run: () => Promise<void>,
  troubled: (thrown: unknown) => void,
): Promise<void> {
  const timer = setInterval(() => void lease().catch(troubled), everyMs)
  try {
    await run()
  } finally {
    clearInterval(timer)
  }
}

/** Resolves after some time, or at once when the signal comes. */
export function asleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((wake) => {
    const awake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', awake)
      wake()
    }
    const timer = setTimeout(awake, ms)
    timer.unref()
    if (signal.aborted) awake()
    else signal.addEventListener('abort', awake)
  })
}
