import { failure } from '../fhir/outcome.ts'
import type { Key } from '../flows/booking/index.ts'
import type { Call } from './call.ts'

/**
 * The caller's own key for a call, and what it stands for; none when it sends none. Fails: value.
 *
 * Source: IETF draft, The Idempotency-Key HTTP Header Field.
 */
export function keyIn(call: Call, content: unknown): { key?: Key } {
  const header = call.header('idempotency-key')
  if (header === undefined) return {}
  const value = header.trim().replace(/^"(.*)"$/, '$1')
  if (value === '' || value.length > 255)
    throw failure('value', 'An Idempotency-Key has 1 to 255 characters.', 'Idempotency-Key')
  return { key: { value, content: JSON.stringify(content) } }
}
