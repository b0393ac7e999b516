import type { Log } from '../log.ts'
import type { Expired, Keeping, Store } from '../store/index.ts'

/** How often messages are looked through for those that have been kept for long enough. */
export const expireEveryMs = 3_600_000

/** So many of a status are removed in one statement: others are not kept waiting. */
const atOnce = 1_000

/** Removes what has been kept for long enough, until nothing is left of it, or the signal. */
export async function expire(
  keeping: Keeping,
  { store, clock, log }: { store: Pick<Store, 'journal'>; clock: () => Date; log: Log },
  removed: (expired: readonly Expired[]) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const gone = await store.journal.remove(keeping, clock().toISOString(), atOnce)
    if (gone.length === 0) return
    removed(gone)
    for (const one of gone) log.event('messages.removed', { ...one })
  }
}
