import type { Search } from '../../fhir/search.ts'
import type { Database } from '../database.ts'
import type { Found, Page, Sight } from '../kept.ts'
import { type StoredRow, storedOf } from '../read.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { arrayText } from '../write/rows.ts'
import { isRare } from './hot.ts'
import { searchTable } from './schema.ts'
import { termOf } from './terms.ts'

/** A search for one identifier and nothing else; its rows have its number. */
interface Asked {
  type: string
  term: string
  sight: Sight
  /** One more than belong to a page. */
  most: number
}

type AskedRow = StoredRow & { n: number }

/**
 * Finds what has an identifier, for all who look in this process: what is looked for in one turn of the event loop, as the
 * conditions of a transaction are, is one statement. Undefined for any other search, and when there is more than a page.
 */
export function findsByIdentifier({
  rows,
}: Pick<Database, 'rows'>): (search: Search, sight: Sight) => Promise<Page | undefined> {
  let gathering: { asked: Asked[]; answer: Promise<AskedRow[]> } | undefined
  const gathered = () => {
    const asked: Asked[] = []
    const answer = new Promise<void>((go) => setImmediate(go)).then(() => {
      gathering = undefined
      return rows<AskedRow>(statementOf(asked))
    })
    return { asked, answer }
  }
  return async (search, sight) => {
    const term = identifierIn(search)
    if (term === undefined) return undefined
    gathering ??= gathered()
    const { asked, answer } = gathering
    const number = asked.push({ type: search.type, term, sight, most: search.count + 1 })
    const found = (await answer).filter(({ n }) => n === number)
    return found.length > search.count ? undefined : { entries: found.map(matchOf).sort(newestFirst) }
  }
}

/** The term of the identifier that a search asks for, where it asks for nothing else. */
function identifierIn({ filters, sort, cursor, includes, total, totalOnly }: Search): string | undefined {
  const [filter, ...others] = filters
  if (!filter || others.length > 0 || sort.length > 0 || includes.length > 0) return undefined
  if (cursor !== undefined || total || totalOnly || !isRare(filter) || filter.is !== 'overlap')
    return undefined
  const [value, ...more] = filter.any
  return value === undefined || more.length > 0 ? undefined : termOf(filter.parameter, value)
}

const matchOf = (row: AskedRow): Found => ({ ...storedOf(row), mode: 'match' })
const newestFirst = (one: Found, other: Found) => (one.id < other.id ? 1 : -1)

function statementOf(asked: readonly Asked[]): Sql {
  const numbered = asked.map((one, index) => ({ ...one, n: index + 1 }))
  const types = [...new Set(asked.map(({ type }) => type))].sort()
  return join(
    types.map((type) =>
      ofType(
        type,
        numbered.filter((one) => one.type === type),
      ),
    ),
    ' union all ',
  )
}

/** Those with the identifier are found by themselves first: `matching` says why. */
function ofType(type: string, asked: readonly (Asked & { n: number })[]): Sql {
  const sights = asked.map(({ sight }) => (sight === 'all' ? null : arrayText(sight)))
  return sql`select r.type, r.id, r.version, r.updated, r.deleted, r.body, k.n
    from unnest(${asked.map(({ term }) => term)}::text[], ${sights}::text[], ${asked.map(({ most }) => most)}::integer[],
      ${asked.map(({ n }) => n)}::integer[]) as k(term, sight, most, n)
    cross join lateral (
      select few.id
      from (select s.id, s.access from ${raw(searchTable(type))} s where s.terms @> array[k.term] offset 0) few
      where k.sight is null or few.access && k.sight::text[]
      limit k.most
    ) f
    join resource r on r.type = ${raw(`'${type}'`)} and r.id = f.id`
}
