import { createHash } from 'node:crypto'
import { businessKeys } from '../../fhir/business-key.ts'
import type { Desk } from '../step.ts'
import type { AskedCreate, AskedUpdate, Condition } from './change.ts'
import { conditionParameters } from './match.ts'

/**
 * The condition by which something may be created, as the store counts it: read before it is looked what fits, so that of
 * all who find nothing at the same time one creates, and the others look again.
 *
 * None for an identifier that the resource itself carries: the store keeps that unique anyway.
 */
export async function conditionFor(
  { type, resource }: AskedCreate | AskedUpdate,
  query: string,
  { store }: Desk,
): Promise<{ condition?: Condition }> {
  const asked = [...conditionParameters(type, query)].map((pair) => pair.join('=')).sort()
  const unique = businessKeys(resource).map(({ system, value }) => `identifier=${system}|${value}`)
  if (asked.length === 1 && unique.includes(asked[0] ?? '')) return {}
  const key = createHash('sha256')
    .update(JSON.stringify([type, asked]))
    .digest('base64')
  return { condition: { key, number: await store.conditionNumber(key) } }
}
