import type { Search } from '../../fhir/search.ts'
import type { Database } from '../database.ts'
import type { Found, Page, Sight } from '../index.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { matching } from './conditions.ts'
import { isSteady } from './hot.ts'
import { carried, included, includesFrom } from './include.ts'
import { after, cursorAt, orderBy, orderOf, place } from './order.ts'
import type { Query, ResourceRow } from './rows.ts'

/**
 * A row of the answer to a search. One, without an id, says which ids match and in which order (`body`), and where the
 * next page goes on; it takes time to make a place, and each row would have one. Of a match the type is known.
 */
interface PageRow extends Omit<ResourceRow, 'type' | 'id'> {
  type: string | null
  id: string | null
  place: (string | null)[] | null
  [column: string]: unknown
}

/** One page of what a search finds, with what it brings along; `total` only when it was asked for. */
export async function findPage(
  { planned: query, steady }: Pick<Database, 'planned' | 'steady'>,
  search: Search,
  sight: Sight,
): Promise<Page> {
  const total = search.total || search.totalOnly ? await countOf(query, search, sight) : undefined
  const counted = total === undefined ? {} : { total }
  if (search.totalOnly) return { entries: [], ...counted }
  const find = isSteady(search) ? steady : query
  const { matches, along, next } = inOrder(await find<PageRow>(searchStatement(search, sight)), search)
  return { ...pageOf(matches, await included(steady, search, matches, sight, along), next), ...counted }
}

/** A page of matches, with what comes along; `next` is the place of the last match when there are more. */
export function pageOf(
  matches: readonly ResourceRow[],
  others: readonly ResourceRow[],
  next: readonly (string | null)[] | undefined,
): Page {
  return {
    entries: [...matches.map((row) => found(row, 'match')), ...others.map((row) => found(row, 'include'))],
    ...(next && { next: cursorAt(next) }),
  }
}

/** The rows of a statement as what they are: matches in order, and what the first round of includes brings along. */
function inOrder(rows: readonly PageRow[], { type, count }: Search) {
  const byId = new Map<string, ResourceRow>()
  const along: ResourceRow[] = []
  let ids: string[] = []
  let next: PageRow['place'] = null
  for (const { type: brought, id, version, updated, body, place } of rows) {
    if (id === null) [ids, next] = [body === '' ? [] : body.split(' '), place]
    else if (brought === null) byId.set(id, { type, id, version, updated, body })
    else along.push({ type: brought, id, version, updated, body })
  }
  const matches = ids.slice(0, count).flatMap((id) => byId.get(id) ?? [])
  return { matches, along, next: ids.length > count && next ? next : undefined }
}

/**
 * The matches of one page, and what they bring along; whether one more matches, by which a next page is known.
 *
 * The resources of a page are fetched together by their ids, in the order of the table's key: those of one diary or one
 * day lie beside each other there.
 */
export function searchStatement(search: Search, sight: Sight): Sql {
  const { type, includes, count } = search
  const keys = orderOf(search)
  const rest = search.cursor === undefined ? [] : [after(keys, search.cursor)]
  const rows = matching({ type, alias: 's', sight }, search.filters, ...rest)
  // Said in the text: a plan for any number of rows would not stop after a page.
  const [shown, limit, last] = [count, count + 1, Math.max(count - 1, 0)].map((number) => raw(String(number)))
  const columns = ['s.id', ...keys.map(({ expression }, n) => `${expression} as k${n}`), ...carried(search)]
  const kept = keys.map((key, n) => ({ ...key, expression: `k${n}` }))
  const along = includesFrom(includes, type, sql`(select * from page limit ${shown})`, sight)
  return sql`with page as materialized (
      select ${raw(columns.join(', '))} from ${rows} order by ${orderBy(keys)} limit ${limit})
    select null::text as type, null::text as id, 0 as version, null::timestamptz as updated,
      array_to_string(array(select id from page), ' ') as body,
      (select ${place(kept)} from page offset ${last} limit 1) as place
    union all
    select null, r.id, r.version, r.updated, r.body, null from resource r
      where r.type = ${type} and r.id = any(array(select id from page limit ${shown}))${join(
        along.map((statement) => sql` union all (select a.*, null from (${statement}) a)`),
        '',
      )}`
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
