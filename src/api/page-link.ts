import { createHmac, timingSafeEqual } from 'node:crypto'
import { failure } from '../fhir/outcome.ts'
import type { Call } from './call.ts'

/** Parameters that say how an answer is put: a page is the same without them. */
const apart: readonly string[] = ['_cursor', '_format', '_pretty']

/** Hides what a page's link says from changes: it is for this caller, this address and this query alone. */
export function sealed(call: Call, query: URLSearchParams, place: string): string {
  return `${place}.${sealOf(call, query, place)}`
}

/** The place that a page begins at, from its link; absent on a first page. Fails: value when the link is not one of ours for this caller and query. */
export function placeIn(call: Call, query: URLSearchParams): string | undefined {
  const [said, ...more] = query.getAll('_cursor')
  if (said === undefined) return undefined
  const cut = said.lastIndexOf('.')
  const [place, seal] = [said.slice(0, cut), Buffer.from(said.slice(cut + 1))]
  const ours = Buffer.from(sealOf(call, query, place))
  if (more.length === 0 && cut > 0 && seal.length === ours.length && timingSafeEqual(seal, ours)) return place
  throw failure(
    'value',
    'This page link is not for this client and this search: begin again without "_cursor".',
    '_cursor',
  )
}

function sealOf({ house, permit, base, path }: Call, query: URLSearchParams, place: string): string {
  const asked = [...query]
    .filter(([name]) => !apart.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
  const bound = JSON.stringify([permit.actor.client, base, path.type, path.id, path.operation, asked, place])
  return createHmac('sha256', house.linkKey).update(bound).digest('base64url').slice(0, 22)
}
