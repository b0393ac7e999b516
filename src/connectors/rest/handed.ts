import { tellingOf } from '../../hl7v2/acknowledge.ts'
import type { Incoming, LinkDesk } from '../connector.ts'

/**
 * What became of something that was read of a partner. `refused`: for good. `failed`: by a fault of ours, which may pass;
 * it is tried a few times.
 */
export type Handed = 'taken' | 'refused' | 'failed'

/**
 * Hands in what was read of a partner. What is refused for good is kept with its reason, and keeps nothing else from
 * being read. Fails when nothing can be taken now: then it is read again.
 */
export async function handedIn(incoming: Incoming, { receive }: Pick<LinkDesk, 'receive'>): Promise<Handed> {
  const { outcome } = await receive(incoming)
  const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
  if (!fault) return 'taken'
  const { job } = tellingOf(fault)
  if (job === 'again') throw new Error(`What the partner said could not be taken now: ${fault.code}`)
  return job === 'give-up' ? 'refused' : 'failed'
}
