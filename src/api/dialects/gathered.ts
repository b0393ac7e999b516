import type { Resource } from '@medplum/fhirtypes'
import { failures } from '../../fhir/outcome.ts'
import type { Filter } from '../../fhir/search/filter.ts'
import { parseSearch, type Search } from '../../fhir/search.ts'
import type { Found, Kept } from '../../store/index.ts'
import type { Call } from '../call.ts'
import type { House } from '../house.ts'
import { withinReach, withinReadable } from '../reach.ts'

/** What a search found for the caller, read; shared with others who found it: nothing of it is changed. */
export interface Gathered {
  matches: readonly Kept[]
  total: number
  /** Where the next page goes on. */
  next?: string
}

type Query = readonly [string, string][]

/** Searches as the caller may; all that fits is counted. `more` are conditions that no query can say. */
export async function gathered(
  call: Call,
  type: string,
  query: Query,
  more: readonly Filter[] = [],
): Promise<Gathered> {
  const { house, permit } = call
  const search = parsed(call, type, query)
  const wanted = withinReach({ ...search, filters: [...search.filters, ...more] }, permit)
  const page = await house.store.search(wanted, permit.actor.sight)
  const isWhole = search.cursor === undefined && page.next === undefined
  return {
    matches: page.entries.map((entry) => readOnce(house, entry)),
    // The one page there is need not be counted again by the store.
    total: isWhole ? page.entries.length : await countOf(wanted, call),
    ...(page.next !== undefined && { next: page.next }),
  }
}

/** By `Type/id`. */
export type Named = ReadonlyMap<string, Kept>

/**
 * Those of a type that are named, at most a thousand, and what comes along with them; no more than the caller might
 * search for. Fails: too-costly when more would come along than may.
 *
 * Includes of a page's matches are looked up match by match: where many name few, these few are asked for instead.
 */
export async function named(
  call: Call,
  type: string,
  names: ReadonlySet<string>,
  includes: Query,
): Promise<Named> {
  const { house, permit } = call
  const ids = [...names].flatMap((name) => (name.startsWith(`${type}/`) ? [name.slice(type.length + 1)] : []))
  if (ids.length === 0) return new Map()
  const search = parsed(call, type, [['_id', ids.join(',')], ['_count', '1000'], ...includes])
  const { entries, remarks } = await house.store.search(search, permit.actor.sight)
  if (remarks) throw failures(remarks)
  const along = entries.map((entry) => ({ ...entry, mode: 'include' as const }))
  return new Map(
    withinReadable(along, permit).map(
      (entry) => [`${entry.type}/${entry.id}`, readOnce(house, entry)] as const,
    ),
  )
}

function parsed({ house, base, permit }: Call, type: string, query: Query): Search {
  const { zone } = house.desk(permit.actor).territory
  return parseSearch(type, new URLSearchParams([...query]), { zone, base }).search
}

/** Versions that were read lately, by the store that keeps them. */
const lately = new WeakMap<House['store'], Map<string, Pick<Found, 'version'> & { resource: Kept }>>()
/** So many are remembered a store, some 2 kB each; the oldest goes first. */
const mostRead = 10_000

/**
 * A version as a resource, the same one each time: who asks for diaries asks for the same slots again and again, and what
 * is made of a resource can be remembered by it. What is shown to whom is the search's to say, each time.
 */
function readOnce({ store }: House, { type, id, version, body }: Found): Kept {
  const known = lately.get(store) ?? new Map()
  lately.set(store, known)
  const name = `${type}/${id}`
  const before = known.get(name)
  if (before?.version === version) return before.resource
  // Whoever changed it would change what others are shown: nobody can. The store keeps resources, complete.
  const resource = JSON.parse(body, (_, value) => Object.freeze(value)) as Kept
  known.delete(name)
  known.set(name, { version, resource })
  for (const oldest of known.keys()) {
    if (known.size <= mostRead) break
    known.delete(oldest)
  }
  return resource
}

async function countOf(search: Search, { house, permit }: Call): Promise<number> {
  const { total = 0 } = await house.store.search({ ...search, totalOnly: true }, permit.actor.sight)
  return total
}

/** `Type/id` */
export const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`
