import type { EventName, Log } from '../log.ts'

/** Where it is told what could not be done, and when to stop. */
export interface OneByOne {
  log: Log
  /** Told of each that failed, with its id: `clock.not-alerted`. */
  event: EventName
  /** What the id is called there: `task`, `appointment`. */
  field: string
  signal: AbortSignal
}

/**
 * Something is done about each, in their order, until the signal. What fails with one is told, and the others go on: it is
 * looked at again the next time. Comes back with how many failed.
 */
export async function oneByOne<T extends { id: string }>(
  all: readonly T[],
  does: (one: T) => Promise<unknown>,
  { log, event, field, signal }: OneByOne,
): Promise<number> {
  let failed = 0
  for (const one of all) {
    if (signal.aborted) break
    try {
      await does(one)
    } catch (thrown) {
      failed++
      log.failed(event, thrown, { [field]: one.id })
    }
  }
  return failed
}
