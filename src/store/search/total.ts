import type { Search } from '../../fhir/search.ts'
import type { Page, Sight } from '../kept.ts'
import { join, type Sql, sql } from '../sql.ts'
import type { Searches } from './across.ts'
import { matching } from './conditions.ts'
import { everything, isContained } from './contained.ts'
import type { Query } from './rows.ts'

/** How many match, on all pages. */
export function countStatement(search: Search, sight: Sight): Sql {
  return sql`select count(*)::int as total from ${allOf(search, sight)}`
}

/** All that match, on all pages: what stands after `from`. */
function allOf(search: Search, sight: Sight): Sql {
  const { type, filters } = search
  return isContained(search) ? everything(search, sight) : matching({ type, alias: 's', sight }, filters)
}

/** The number on all pages, where it is asked for: known already where this page is all there is. */
export async function totalBeside(
  query: Query,
  searches: Searches,
  sight: Sight,
  page: Page,
): Promise<{ total?: number }> {
  const [{ total, cursor }] = searches
  if (!total) return {}
  const isAll = page.next === undefined && cursor === undefined
  const shown = () => page.entries.filter(({ mode }) => mode === 'match').length
  return { total: isAll ? shown() : await totalOf(query, searches, sight) }
}

/** How many match, of all types together: counted, or as the planner guesses. */
export async function totalOf(query: Query, searches: Searches, sight: Sight): Promise<number> {
  const [{ estimated }] = searches
  if (estimated) return guessed(query, searches, sight)
  const each = searches.map((search) => countStatement(search, sight))
  const [row] = await query<{ total: number }>(
    sql`select sum(total)::int as total from (${join(each, ' union all ')}) every`,
  )
  return row?.total ?? 0
}

/** What `explain` tells, as far as it is read. */
interface Explained {
  'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }]
}

async function guessed(query: Query, searches: Searches, sight: Sight): Promise<number> {
  const each = searches.map((search) => sql`select from ${allOf(search, sight)}`)
  const [row] = await query<Explained>(sql`explain (format json) ${join(each, ' union all ')}`)
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
}
