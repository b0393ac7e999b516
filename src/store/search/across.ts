import type { Include, Search } from '../../fhir/search.ts'
import type { Database } from '../database.ts'
import type { Page, Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { matching } from './conditions.ts'
import { included } from './include.ts'
import { pageOf } from './index.ts'
import { after, type Key, orderBy, orderOf, place } from './order.ts'
import { type ResourceRow, resourceColumns } from './rows.ts'
import { totalBeside, totalOf } from './total.ts'

/** Searches of several types, alike in order, page size and place: `parseAcross` makes them so. */
export type Searches = readonly [Search, ...Search[]]

/** Where the next page goes on is said by the last row of this one alone: it takes time to make and to read. */
type MatchRow = ResourceRow & { place: (string | null)[] | null }

/** One page of what searches of several types find together, in one order, by one statement. */
export async function findAcross(
  { planned: query, steady }: Pick<Database, 'planned' | 'steady'>,
  searches: Searches,
  sight: Sight,
): Promise<Page> {
  const [first] = searches
  if (first.totalOnly) return { entries: [], total: await totalOf(query, searches, sight) }
  const rows = await query<MatchRow>(acrossStatement(searches, sight))
  const matches = rows.slice(0, first.count)
  const others = await included(steady, { includes: includesOf(searches) }, matches, sight)
  const next = rows.length > matches.length ? matches.at(-1)?.place : undefined
  const page = pageOf(matches, others, next ?? undefined)
  return { ...page, ...(await totalBeside(query, searches, sight, page)) }
}

/** The matches of one page and one more: the first of each type, and of these the first. */
export function acrossStatement(searches: Searches, sight: Sight): Sql {
  const [first] = searches
  const parts = searches.map((search) => firstOf(search, sight))
  const page = firstOfAll(parts, keysOf(first), first.count, 'u.type, u.id')
  return sql`select ${resourceColumns}, m.place from (${page}) m
    join resource r on r.type = m.type and r.id = m.id order by m.number`
}

/** The first of several, each in order with its keys as `k0`, `k1`: one more than there are on a page, with the place of its last. */
export function firstOfAll(
  parts: readonly Sql[],
  columns: readonly Key[],
  count: number,
  selected: string,
): Sql {
  const keys = columns.map((key, index) => ({ ...key, expression: `u.k${index}` }))
  return sql`select ${raw(selected)}, row_number() over w as number,
      case when row_number() over w = ${raw(String(count))} then ${place(keys)} end as place
    from (${join(parts, ' union all ')}) u
    window w as (order by ${orderBy(keys)}) order by ${orderBy(keys)} limit ${raw(String(count + 1))}`
}

/** The first that match of one type, with what they are ordered by. */
function firstOf(search: Search, sight: Sight): Sql {
  const keys = keysOf(search)
  const rest = search.cursor === undefined ? [] : [after(keys, search.cursor)]
  const rows = matching({ type: search.type, alias: 's', sight }, search.filters, ...rest)
  const values = raw(keys.map(({ expression }, index) => `${expression} as k${index}`).join(', '))
  return sql`(select ${raw(`'${search.type}'::text`)} as type, s.id, ${values} from ${rows}
    order by ${orderBy(orderOf(search))} limit ${raw(String(search.count + 1))})`
}

/** Ids are one type's own: the type decides last. */
function keysOf(search: Search): readonly Key[] {
  const own = orderOf(search)
  const type = {
    expression: `'${search.type}'::text collate "C"`,
    type: 'text',
    descending: own.at(-1)?.descending ?? true,
    always: true,
  } as const
  return [...own, type]
}

/** Each once: several types may bring along the same. */
function includesOf(searches: Searches): readonly Include[] {
  const all = searches.flatMap(({ includes }) => includes)
  const nameOf = ({ reverse, type, parameter, target, iterate }: Include) =>
    [reverse, type, parameter.code, target, iterate].join(' ')
  return [...new Map(all.map((include) => [nameOf(include), include])).values()]
}
