import type { Resource } from '@medplum/fhirtypes'
import type { Filter } from '../../fhir/search/filter.ts'
import { parseSearch, type Search } from '../../fhir/search.ts'
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
  call: Call,
  type: string,
  query: readonly [string, string][],
  more: readonly Filter[] = [],
): Promise<Gathered> {
  const { house, base, permit } = call
  const { zone } = house.desk(permit.actor).territory
  const { search } = parseSearch(type, new URLSearchParams([...query]), { zone, base })
  const wanted = withinReach({ ...search, filters: [...search.filters, ...more] }, permit)
  const page = await house.store.search(wanted, permit.actor.sight)
  const entries = withinReadable(page.entries, permit)
  // Bodies are what the store keeps: resources, complete.
  const read = entries.map(({ mode, body }) => [mode, JSON.parse(body) as Kept] as const)
  const of = (wanted: 'match' | 'include') =>
    read.flatMap(([mode, resource]) => (mode === wanted ? [resource] : []))
  const matches = of('match')
  const isWhole = search.cursor === undefined && page.next === undefined
  return {
    matches,
    others: new Map(of('include').map((resource) => [nameOf(resource), resource])),
    // The one page there is need not be counted again by the store.
    total: isWhole ? matches.length : await countOf(wanted, call),
    ...(page.next !== undefined && { next: page.next }),
    references: versionsOf(entries),
  }
}

async function countOf(search: Search, { house, permit }: Call): Promise<number> {
  const { total = 0 } = await house.store.search({ ...search, totalOnly: true }, permit.actor.sight)
  return total
}

/** `Type/id` */
export const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`
