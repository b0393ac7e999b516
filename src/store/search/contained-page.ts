import type { Database } from '../database.ts'
import type { Page, Sight } from '../kept.ts'
import { raw, type Sql, sql } from '../sql.ts'
import { firstOfAll } from './across.ts'
import { type ContainedSearch, sourcesOf } from './contained.ts'
import { pageOf } from './index.ts'
import { after, orderBy } from './order.ts'
import type { ResourceRow } from './rows.ts'
import { totalBeside, totalOf } from './total.ts'

/** A match; `local` only where it is a contained resource. Where the next page goes on is said by the last row alone. */
type MatchRow = ResourceRow & { local: string | null; place: (string | null)[] | null }

/** One page of what a search finds among contained resources (or their containers), and beside them if it asks for both. */
export async function findContained(
  { planned: query }: Pick<Database, 'planned'>,
  search: ContainedSearch,
  sight: Sight,
): Promise<Page> {
  if (search.totalOnly) return { entries: [], total: await totalOf(query, [search], sight) }
  const rows = await query<MatchRow>(containedStatement(search, sight))
  const matches = rows.slice(0, search.count)
  const next = rows.length > matches.length ? matches.at(-1)?.place : undefined
  const page = pageOf(matches, { rows: [] }, next ?? undefined)
  const entries = page.entries.map((entry, n) => {
    const local = matches[n]?.local
    return local ? { ...entry, local } : entry
  })
  return { ...page, entries, ...(await totalBeside(query, [search], sight, page)) }
}

/** The matches of one page and one more. The text of a contained resource is cut from its container's as it stands there. */
export function containedStatement(search: ContainedSearch, sight: Sight): Sql {
  const { count, cursor, contained } = search
  const sources = sourcesOf(search, sight)
  const parts = sources.map(({ rows, type, id, number, keys }) => {
    const values = raw(keys.map(({ expression }, n) => `${expression} as k${n}`).join(', '))
    const rest = cursor === undefined ? raw('') : sql` and ${after(keys, cursor)}`
    const of = raw(`${type} as type, ${id} as id, ${contained.as === 'container' ? '-1' : number} as inside`)
    return sql`(select ${of}, ${values} from ${rows}${rest} order by ${orderBy(keys)} limit ${raw(String(count + 1))})`
  })
  const page = firstOfAll(parts, sources[0]?.keys ?? [], count, 'u.type, u.id, u.inside')
  return sql`select r.type, r.id, r.version, r.updated, m.place,
      case when m.inside < 0 then r.body else own.text::text end as body, own.text ->> 'id' as local
    from (${page}) m join resource r on r.type = m.type and r.id = m.id
    left join lateral (select r.body::json -> 'contained' -> m.inside as text) own on m.inside >= 0
    order by m.number`
}
