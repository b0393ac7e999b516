import type { Filter } from '../../../src/fhir/search/filter.ts'
import { matches } from '../../../src/fhir/search/match.ts'
import { isStretched } from '../../../src/fhir/search/parameters.ts'
import { type SearchRow, searchRow } from '../../../src/fhir/search/row.ts'
import type { Search } from '../../../src/fhir/search.ts'
import type { Kept, Sight } from '../../../src/store/index.ts'

export interface Known {
  resource: Kept
  row: SearchRow
  access: readonly string[]
}

export const known = (resource: Kept, access: readonly string[]): Known => ({
  resource,
  row: searchRow(resource),
  access,
})

/** The ids that a search finds among all, in order, by looking at every one. */
export function naive(search: Search, sight: Sight, all: readonly Known[]): string[] {
  return all
    .filter(
      (one) =>
        seen(one, search.type, sight) && search.filters.every((filter) => holds(filter, one, sight, all)),
    )
    .sort((a, b) => inOrder(search, a, b))
    .map(({ resource }) => resource.id)
}

const seen = ({ resource, access }: Known, type: string, sight: Sight) =>
  resource.resourceType === type && (sight === 'all' || access.some((key) => sight.includes(key)))

function holds(filter: Filter, one: Known, sight: Sight, all: readonly Known[]): boolean {
  if (filter.is === 'chain') {
    return filter.any.some((link) =>
      all.some(
        (other) =>
          seen(other, link.type, sight) &&
          refers(one, filter.parameter.column, other) &&
          holds(link.filter, other, sight, all),
      ),
    )
  }
  if (filter.is === 'has') {
    return all.some(
      (other) =>
        seen(other, filter.type, sight) &&
        refers(other, filter.parameter.column, one) &&
        holds(filter.filter, other, sight, all),
    )
  }
  return matches({ filters: [filter] }, one.row)
}

function refers({ row }: Known, column: string, { resource }: Known): boolean {
  return [row[column]].flat().includes(`${resource.resourceType}/${resource.id}`)
}

/** What has no value counts as the greatest; ids decide last, newest first unless a key says otherwise. */
function inOrder(search: Search, a: Known, b: Known): number {
  const order = bySort(search, a, b)
  if (order !== 0) return order
  const byId = compare(a.resource.id, b.resource.id, false)
  return (search.sort.at(-1)?.descending ?? true) ? -byId : byId
}

/** By what a search is sorted by, and nothing else. */
export function bySort({ sort }: Search, a: Pick<Known, 'row'>, b: Pick<Known, 'row'>): number {
  for (const { parameter, descending } of sort) {
    const suffix = isStretched(parameter) ? '_low' : ''
    const column = `${parameter.column}${suffix}`
    const order = compare(a.row[column], b.row[column], parameter.kind === 'string')
    if (order !== 0) return descending ? -order : order
  }
  return 0
}

function compare(a: unknown, b: unknown, clipped: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  const [left, right] = [comparable(a, clipped), comparable(b, clipped)]
  return left < right ? -1 : left > right ? 1 : 0
}

function comparable(value: unknown, clipped: boolean): string | number {
  if (value === '-infinity' || value === '-Infinity')
    return typeof value === 'string' && value === '-infinity' ? '' : -Infinity
  if (value === 'infinity') return '~'
  if (value === 'Infinity') return Infinity
  if (typeof value === 'number') return value
  const text = String(value)
  return clipped ? Buffer.from(text.slice(0, 100)).toString('hex') : text
}
