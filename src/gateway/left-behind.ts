import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'

/**
 * Tells of what is to leave by a line that is gone: its connector's file was removed or renamed. It waits until it is
 * discarded, or the file is back.
 */
export async function tellLeftBehind(
  names: readonly string[],
  { store, log, clock }: { store: Pick<Store, 'journal'>; log: Log; clock: () => Date },
): Promise<void> {
  const health = await store.journal.health(names, clock().toISOString())
  for (const { peer, state, queued, parked, dead } of health) {
    if (state === 'absent') log.warn('departures.left-behind', { peer, queued, parked, dead })
  }
}
