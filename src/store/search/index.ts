import type { Search } from '../../fhir/search.ts'
import type { Database } from '../database.ts'
import type { Found, Page, Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { matching, referencesOf } from './conditions.ts'
import { chainIn, isSteady } from './hot.ts'
import { type Along, carried, included, includesFrom } from './include.ts'
import { after, cursorAt, orderBy, orderOf, place } from './order.ts'
import { type Packed, packed, type ResourceRow, unpacked } from './rows.ts'
import { quoted } from './schema.ts'
import { totalBeside, totalOf } from './total.ts'

/** The matches, with their order and where the next page goes on; then what comes along, of which neither is said. */
type PageRow = Packed & {
  /** One more than belong to the page, when there are more. */
  ids: string | null
  /** Of the last match: it takes time to make. */
  place: (string | null)[] | null
}

/** One page of what a search finds, with what it brings along; `total` only when it was asked for. */
export async function findPage(
  { planned: query, steady }: Pick<Database, 'planned' | 'steady'>,
  search: Search,
  sight: Sight,
): Promise<Page> {
  if (search.totalOnly) return { entries: [], total: await totalOf(query, [search], sight) }
  const find = isSteady(search) ? steady : query
  const { matches, along, next } = inOrder(await find<PageRow>(searchStatement(search, sight)), search)
  const page = pageOf(matches, await included(steady, search, matches, sight, along), next)
  return { ...page, ...(await totalBeside(query, [search], sight, page)) }
}

/** A page of matches, with what comes along; `next` is the place of the last match when there are more. */
export function pageOf(
  matches: readonly ResourceRow[],
  { rows: others, remarks }: Along,
  next: readonly (string | null)[] | undefined,
): Page {
  const entries = matches.map((row) => found(row, 'match'))
  for (const row of others) entries.push(found(row, 'include'))
  return {
    entries,
    ...(next && { next: cursorAt(next) }),
    ...(remarks && { remarks }),
  }
}

/** Matches in order, and what the first round of includes brings along. */
function inOrder(rows: readonly PageRow[], { count }: Search) {
  const found = rows.find(({ ids }) => ids !== null)
  if (!found?.ids) return { matches: [], along: [], next: undefined }
  const ids = found.ids.split(' ')
  const byId = new Map<string, ResourceRow>()
  for (const row of unpacked(found)) byId.set(row.id, row)
  const matches: ResourceRow[] = []
  for (const id of ids.slice(0, count)) {
    const row = byId.get(id)
    if (row) matches.push(row)
  }
  return {
    matches,
    along: rows.filter((row) => row !== found).flatMap(unpacked),
    next: ids.length > count && found.place ? found.place : undefined,
  }
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
  // Said in the text: a plan for any number of rows would not stop after a page.
  const [shown, limit, last] = [count, count + 1, Math.max(count - 1, 0)].map((number) => raw(String(number)))
  const columns = ['s.id', ...keys.map(({ expression }, n) => `${expression} as k${n}`), ...carried(search)]
  const kept = keys.map((key, n) => ({ ...key, expression: `k${n}` }))
  const along = includesFrom(includes, type, sql`(select * from page limit ${shown})`, sight)
  const first = (from: Sql) =>
    sql`select ${raw(columns.join(', '))} from ${from} order by ${orderBy(keys)} limit ${limit}`
  return sql`with page as materialized (${firstOf(search, sight, first, sql`order by ${orderBy(kept)} limit ${limit}`)})
    select array_to_string(array(select id from page), ' ') as ids,
      (select ${place(kept)} from (select * from page offset ${last} limit 1) last) as place, ${packed}
    from resource r where r.type = ${type} and r.id = any(array(select id from page limit ${shown}))${join(
      along.map((statement) => sql` union all select null, null, ${packed} from (${statement}) r`),
      '',
    )}`
}

/** The first that match: `first` makes a statement of where they come from, `again` brings several into one order. */
function firstOf(search: Search, sight: Sight, first: (from: Sql) => Sql, again: Sql): Sql {
  const { type, filters, cursor } = search
  const rest = cursor === undefined ? [] : [after(orderOf(search), cursor)]
  const rows = { type, alias: 's', sight }
  const chain = chainIn(search)
  const [link] = chain?.any ?? []
  if (!chain || !link) return first(matching(rows, filters, ...rest))
  const { parameter } = chain
  const others = filters.filter((filter) => filter !== chain)
  const own = sql`s.${raw(quoted(parameter.column))} = link.reference`
  return sql`select found.* from unnest(${referencesOf(link, rows)}) link(reference)
    cross join lateral (${first(matching({ ...rows, besides: parameter }, others, own, ...rest))}) found ${again}`
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
