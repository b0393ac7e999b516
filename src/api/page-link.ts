import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import { failure } from '../fhir/outcome.ts'
import type { Call } from './call.ts'

/** Parameters that say how an answer is put: a page is the same without them. */
const apart: readonly string[] = ['_cursor', '_format', '_pretty']

const cipher = 'aes-256-gcm'
const [nonceBytes, tagBytes] = [12, 16]

/**
 * The place at which a page begins, for its link: for this caller, this address and this query alone. What the page is
 * sorted by may be a patient's, so nobody reads it who reads addresses: a proxy, a log, a browser's history.
 *
 * The same place gives the same link: its nonce is made of what is hidden and of whom it is for.
 */
export function sealed(call: Call, query: URLSearchParams, place: string): string {
  const [key, bound] = [keyOf(call), boundTo(call, query)]
  const nonce = createHmac('sha256', key).update(bound).update(place).digest().subarray(0, nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(bound)
  const hidden = Buffer.concat([sealing.update(place, 'utf8'), sealing.final()])
  return Buffer.concat([nonce, sealing.getAuthTag(), hidden]).toString('base64url')
}

/** The place that a page begins at, from its link; absent on a first page. Fails: value when the link is not one of ours for this caller and query. */
export function placeIn(call: Call, query: URLSearchParams): string | undefined {
  const [said, ...more] = query.getAll('_cursor')
  if (said === undefined) return undefined
  const place = more.length === 0 ? opened(call, query, Buffer.from(said, 'base64url')) : undefined
  if (place !== undefined) return place
  throw failure(
    'value',
    'This page link is not for this client and this search: begin again without "_cursor".',
    '_cursor',
  )
}

/** Undefined when it was not sealed for this caller and query. */
function opened(call: Call, query: URLSearchParams, said: Buffer): string | undefined {
  if (said.length <= nonceBytes + tagBytes) return undefined
  const nonce = said.subarray(0, nonceBytes)
  const opening = createDecipheriv(cipher, keyOf(call), nonce, { authTagLength: tagBytes })
    .setAAD(boundTo(call, query))
    .setAuthTag(said.subarray(nonceBytes, nonceBytes + tagBytes))
  const place = opening.update(said.subarray(nonceBytes + tagBytes))
  try {
    return Buffer.concat([place, opening.final()]).toString('utf8')
  } catch {
    return undefined // `final` fails on what was sealed for others, or by nobody
  }
}

const keyOf = ({ house }: Call): Buffer => createHash('sha256').update(house.linkKey).digest()

function boundTo({ permit, base, path }: Call, query: URLSearchParams): Buffer {
  const asked = [...query]
    .filter(([name]) => !apart.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
  return Buffer.from(JSON.stringify([permit.actor.client, base, path.type, path.id, path.operation, asked]))
}
