import type { Identifier, Resource } from '@medplum/fhirtypes'
import { foundBy } from '../hl7v2/found-by.ts'
import type { Content, Incoming } from './message.ts'

/** A diary names thousands of slots: nobody looks for its message by one of them. */
const most = 40

/** By what an arrival is found: its own id, and the numbers of orders and patients as it says them. */
export function keysOf({ id, content }: Pick<Incoming, 'id' | 'content'>): string[] {
  return [...new Set([...(id === undefined ? [] : [`id=${id}`]), ...(content ? saidBy(content) : [])])]
}

/** By what it has made: `ServiceRequest/…`. */
export const keysOfMade = (made: readonly Resource[]): string[] =>
  made.slice(0, most).map(({ resourceType, id }) => `${resourceType}/${id}`)

function saidBy(content: Content): string[] {
  if (content.form === 'v2') return foundBy(content.message)
  if (content.form === 'json') return numbersIn(content.value)
  const { resource } = content
  const all =
    resource.resourceType === 'Bundle' ? (resource.entry ?? []).map((one) => one.resource) : [resource]
  return all.flatMap((one) => (one ? identifiersOf(one) : [])).slice(0, most)
}

function identifiersOf(resource: Resource): string[] {
  const { identifier } = resource as { identifier?: Identifier | Identifier[] } // of most types, one or several
  const what = resource.resourceType === 'Patient' ? 'patient' : 'order'
  return [identifier ?? []].flat().flatMap(({ value }) => (value ? [`${what}=${value}`] : []))
}

/** Our own JSON says the order's number; a vendor's is found by what it has made. */
function numbersIn(value: unknown): string[] {
  const { placerOrderNumber } = (value ?? {}) as { placerOrderNumber?: unknown } // whatever came
  return typeof placerOrderNumber === 'string' ? [`order=${placerOrderNumber}`] : []
}
