import type { Resource } from '@medplum/fhirtypes'
import type { Filter } from '../../fhir/search/filter.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Kept } from '../../store/index.ts'
import { versionsOf } from '../answer.ts'
import type { Call } from '../call.ts'
import { withinReach, withinReadable } from '../reach.ts'

/** What a search found for the caller, read: what fits, and what came along by its reference. */
export interface Gathered {
  matches: readonly Kept[]
  /** By `Type/id`. */
  others: ReadonlyMap<string, Kept>
  total: number
  /** Where the next page goes on. */
  next?: string
  /** For the trail of reads. */
  references: readonly string[]
}

/** Searches as the caller may; all that fits is counted. `more` are conditions that no query can say. */
export async function gathered(
  { house, base, permit }: Call,
  type: string,
  query: readonly [string, string][],
  more: readonly Filter[] = [],
): Promise<Gathered> {
  const { zone } = house.desk(permit.actor).territory
  const { search } = parseSearch(type, new URLSearchParams([...query]), { zone, base })
  const wanted = { ...search, filters: [...search.filters, ...more], total: true }
  const page = await house.store.search(withinReach(wanted, permit), permit.actor.sight)
  const entries = withinReadable(page.entries, permit)
  // Bodies are what the store keeps: resources, complete.
  const read = entries.map(({ mode, body }) => [mode, JSON.parse(body) as Kept] as const)
  const of = (wanted: 'match' | 'include') =>
    read.flatMap(([mode, resource]) => (mode === wanted ? [resource] : []))
  return {
    matches: of('match'),
    others: new Map(of('include').map((resource) => [nameOf(resource), resource])),
    total: page.total ?? 0,
    ...(page.next !== undefined && { next: page.next }),
    references: versionsOf(entries),
  }
}

/** `Type/id` */
export const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`
