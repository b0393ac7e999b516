import { createHash, createHmac } from 'node:crypto'
import { nonceBytes, sealed, unsealed } from '../auth/sealing.ts'
import { failure } from '../fhir/outcome.ts'
import type { Call } from './call.ts'

/** Parameters that say how an answer is put: a page is the same without them. */
const apart: readonly string[] = ['_cursor', '_format', '_pretty']

/**
 * The place at which a page begins, for its link: for this caller, this address and this query alone. What the page is
 * sorted by may be a patient's, so nobody reads it who reads addresses: a proxy, a log, a browser's history.
 *
 * The same place gives the same link: its nonce is made of what is hidden and of whom it is for.
 */
export function cursorFor(call: Call, query: URLSearchParams, place: string): string {
  const [key, bound] = [keyOf(call), boundTo(call, query)]
  const nonce = createHmac('sha256', key).update(bound).update(place).digest().subarray(0, nonceBytes)
  return sealed(place, bound, key, nonce)
}

/** The place that a page begins at, from its link; absent on a first page. Fails: value when the link is not one of ours for this caller and query. */
export function placeIn(call: Call, query: URLSearchParams): string | undefined {
  const [said, ...more] = query.getAll('_cursor')
  if (said === undefined) return undefined
  const place = more.length === 0 ? unsealed(said, boundTo(call, query), keyOf(call)) : undefined
  if (place !== undefined) return place
  throw failure(
    'value',
    'This page link is not for this client and this search: begin again without "_cursor".',
    '_cursor',
  )
}

const keyOf = ({ house }: Call): Buffer => createHash('sha256').update(house.linkKey).digest()

function boundTo({ permit, base, path }: Call, query: URLSearchParams): string {
  const asked = [...query]
    .filter(([name]) => !apart.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
  return JSON.stringify([permit.actor.client, base, path.type, path.id, path.operation, asked])
}
