import type { Filter } from '../../fhir/search/filter.ts'
import type { Parameter } from '../../fhir/search/parameters.ts'
import type { Search } from '../../fhir/search.ts'
import { combined } from './schema.ts'

/** Whether an index over several columns begins with this parameter: then it is asked by its column, otherwise by its terms. */
export const isHot = (type: string, { column }: Parameter): boolean =>
  combined(type).some(([first]) => first === column)

/** The columns that the filters ask for one value, as far as they begin an index over several columns. */
export function hotColumns(
  type: string,
  filters: readonly Filter[],
  besides?: Parameter,
): ReadonlySet<string> {
  const asked = new Set([
    ...filters.flatMap((filter) => equalIn(filter) ?? []),
    ...(besides ? [besides.column] : []),
  ])
  return new Set(
    combined(type).flatMap((columns) => {
      const end = columns.findIndex((column) => !asked.has(column))
      return columns.slice(0, end < 0 ? columns.length : end)
    }),
  )
}

/** The column that a filter asks for one value. */
function equalIn(filter: Filter): string | undefined {
  return filter.is === 'text' && !filter.not && filter.any.length === 1 ? filter.parameter.column : undefined
}

/** Whether next to nothing fits a filter, whatever the value: it asks for a business identifier. */
export const isRare = (filter: Filter): boolean =>
  filter.is === 'overlap' &&
  !filter.not &&
  filter.parameter.kind === 'token' &&
  filter.parameter.types.includes('Identifier') &&
  // A system alone is that of all.
  filter.any.every((value) => !value.endsWith('|'))

/** So many a page are asked for again and again: each is a statement of its own. */
const usualCounts: readonly number[] = [1, 5, 10, 20, 50, 100, 200, 500, 1000]

/**
 * Whether one plan is right for all values of a search: it finds a handful, or reads one index from its place on in the
 * order that is asked for, so it stops after a page whatever the values are. Then it is planned once a connection instead of each time.
 */
export function isSteady(search: Search): boolean {
  const { type, filters, sort, count } = search
  if (filters.some(isRare) || isEachLooked(search)) return true
  if (sort.length === 0 && filters.some(isById)) return true
  const [first, ...others] = sort
  if (!first || others.length > 0 || !usualCounts.includes(count)) return false
  const equal = filters.flatMap((filter) => equalIn(filter) ?? [])
  const ranges = filters.filter((filter) => equalIn(filter) === undefined)
  return combined(type).some((columns) => {
    const last = columns[equal.length]
    return (
      equal.length > 0 &&
      columns.slice(0, equal.length).every((column) => equal.includes(column)) &&
      last !== undefined &&
      isOf(last, first.parameter) &&
      ranges.every(
        (filter) => filter.is === 'date' && filter.any.length === 1 && isOf(last, filter.parameter),
      )
    )
  })
}

/** Whether a filter names what it is to find: by the table's key, which is the order where no other is asked for. */
const isById = (filter: Filter): boolean =>
  filter.is === 'text' && !filter.not && filter.parameter.code === '_id'

/**
 * Whether it is a chain to a few, each of which is looked at along its index: what is asked beside the order and what
 * leads up to it is asked of those rows alone.
 */
function isEachLooked(search: Search): boolean {
  const [link] = chainIn(search)?.any ?? []
  return link !== undefined && usualCounts.includes(search.count) && isOfFew(link.filter)
}

/** Whether a filter leads to a business identifier, over however many links. */
const isOfFew = (filter: Filter): boolean =>
  isRare(filter) || (filter.is === 'chain' && filter.any.every((link) => isOfFew(link.filter)))

const isOf = (column: string, parameter: Parameter) =>
  column === parameter.column || column === `${parameter.column}_low`

/**
 * The chain whose ends are looked at one after the other: of each the first of the order that is asked for, by an index
 * that begins with them, then the first of all. `Slot?schedule.actor=…&status=free&_sort=start` reads a page of each
 * diary, where to go through everybody's slots until enough of these diaries have come takes the longer the more
 * diaries there are.
 */
export function chainIn({ type, filters, sort }: Search): (Filter & { is: 'chain' }) | undefined {
  const [key, ...others] = sort
  if (!key || others.length > 0) return undefined
  const equal = filters.flatMap((filter) => equalIn(filter) ?? [])
  return filters.find(
    (filter): filter is Filter & { is: 'chain' } =>
      filter.is === 'chain' &&
      filter.any.length === 1 &&
      combined(type).some(
        ([first, ...rest]) =>
          first === filter.parameter.column &&
          rest.slice(0, -1).every((column) => equal.includes(column)) &&
          isOf(rest.at(-1) ?? '', key.parameter),
      ),
  )
}
