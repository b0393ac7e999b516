import { tellingOf } from '../../hl7v2/acknowledge.ts'
import type { Incoming, LinkDesk } from '../connector.ts'

/**
 * Hands in what was read of a partner: true when it was taken. What is refused for good is kept with its reason, and
 * keeps nothing else from being read. Fails when it could not be taken now: then it is read again.
 */
export async function handedIn(incoming: Incoming, { receive }: Pick<LinkDesk, 'receive'>): Promise<boolean> {
  const { outcome } = await receive(incoming)
  const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
  if (!fault) return true
  if (tellingOf(fault).job === 'give-up') return false
  throw new Error(`What the partner said could not be taken now: ${fault.code}`)
}
