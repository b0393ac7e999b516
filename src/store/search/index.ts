import type { Search } from '../../fhir/search.ts'
import type { Database } from '../database.ts'
import type { Found, Page, Sight } from '../index.ts'
import { raw, type Sql, sql } from '../sql.ts'
import { matching } from './conditions.ts'
import { isSteady } from './hot.ts'
import { included } from './include.ts'
import { after, cursorAt, orderBy, orderOf, place } from './order.ts'
import { type Query, type ResourceRow, resourceColumns } from './rows.ts'

/** Where the next page goes on is said by the last row of this one alone: it takes time to make and to read. */
export type MatchRow = ResourceRow & { place: (string | null)[] | null }

/** One page of what a search finds, with what it brings along; `total` only when it was asked for. */
export async function findPage(
  { planned: query, rows: steady }: Pick<Database, 'planned' | 'rows'>,
  search: Search,
  sight: Sight,
): Promise<Page> {
  const total = search.total || search.totalOnly ? await countOf(query, search, sight) : undefined
  const counted = total === undefined ? {} : { total }
  if (search.totalOnly) return { entries: [], ...counted }
  const find = isSteady(search) ? steady : query
  const rows = await find<MatchRow>(searchStatement(search, sight))
  const matches = rows.slice(0, search.count)
  return { ...pageOf(matches, rows, await included(query, search, matches, sight)), ...counted }
}

/** A page of matches, of rows of which one more may have been found, with what comes along. */
export function pageOf(
  matches: readonly MatchRow[],
  rows: readonly MatchRow[],
  others: readonly ResourceRow[],
): Page {
  const last = rows.length > matches.length ? matches.at(-1) : undefined
  return {
    entries: [...matches.map((row) => found(row, 'match')), ...others.map((row) => found(row, 'include'))],
    ...(last?.place && { next: cursorAt(last.place) }),
  }
}

/** The matches of one page and one more, by which a next page is known, in order. */
export function searchStatement(search: Search, sight: Sight): Sql {
  const keys = orderOf(search)
  const rest = search.cursor === undefined ? [] : [after(keys, search.cursor)]
  const rows = matching({ type: search.type, alias: 's', sight }, search.filters, ...rest)
  // Said in the text: a plan for any number of rows would not stop after a page.
  const [count, limit] = [raw(String(search.count)), raw(String(search.count + 1))]
  const page = sql`select s.id, row_number() over w as number,
      case when row_number() over w = ${count} then ${place(keys)} end as place
    from ${rows} window w as (order by ${orderBy(keys)}) order by ${orderBy(keys)} limit ${limit}`
  return sql`select ${resourceColumns}, m.place from (${page}) m
    join resource r on r.type = ${search.type} and r.id = m.id order by m.number`
}

/** How many match, on all pages. */
export function countStatement({ type, filters }: Search, sight: Sight): Sql {
  return sql`select count(*)::int as total from ${matching({ type, alias: 's', sight }, filters)}`
}

async function countOf(query: Query, search: Search, sight: Sight): Promise<number> {
  const [row] = await query<{ total: number }>(countStatement(search, sight))
  return row?.total ?? 0
}

const found = ({ type, id, version, updated, body }: ResourceRow, mode: Found['mode']): Found => ({
  type,
  id,
  version,
  lastUpdated: updated,
  deleted: false,
  body,
  mode,
})
