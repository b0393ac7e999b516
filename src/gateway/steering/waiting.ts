import { failure } from '../../fhir/outcome.ts'
import type { DepartureRow, Store } from '../../store/index.ts'

export interface WaitingDesk {
  store: Pick<Store, 'lines'>
  /** Names of the lines that there are. */
  names: () => Promise<readonly string[]>
}

/**
 * Passes when a message that is queued stays where it is for now: its line is held, or gone. Fails: business-rule when it
 * leaves by itself; lock-error while it is being sent.
 */
export async function refuseLeaving(
  { peer, leasedUntil }: Pick<DepartureRow, 'peer' | 'leasedUntil'>,
  { store, names }: WaitingDesk,
  now: string,
): Promise<void> {
  if (leasedUntil !== undefined && leasedUntil > now) {
    throw failure('lock-error', 'This message is being sent at this moment. Look again in some seconds.')
  }
  if (!(await names()).includes(peer)) return
  const held = (await store.lines.held()).find((line) => line.peer === peer)
  if (held?.state === 'paused' || held?.state === 'stopped') return
  throw failure(
    'business-rule',
    `This message is queued: it leaves by itself. Pause ${peer} before you change or discard what waits for it.`,
  )
}
