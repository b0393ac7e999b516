import { failure } from '../../fhir/outcome.ts'
import type { Parameter } from '../../fhir/search/parameters.ts'
import type { Include, Search } from '../../fhir/search.ts'
import type { Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { named } from './conditions.ts'
import { type Packed, packed, type Query, type ResourceRow, resourceColumns, unpacked } from './rows.ts'
import { quoted, searchTable } from './schema.ts'
import { valuesIn } from './terms.ts'

/** Together with one page; more is a sign that the question should be asked from the other side. */
const maxIncluded = 1000
/** Rounds of `:iterate`, which may go in circles. */
const maxRounds = 5

/** What was reached last, of one type. */
interface Reached {
  /** Their rows of the search table: what stands after `from`. */
  rows: Sql
  /** Their ids as a text array, each after some text of ours. */
  ids(before: string): Sql
}

/**
 * What the search brings along with its matches: each once, and nothing that is a match itself. `first` is what the
 * first round has brought, where it is known.
 */
export async function included(
  query: Query,
  search: Pick<Search, 'includes'>,
  matches: readonly { type: string; id: string }[],
  sight: Sight,
  first?: readonly ResourceRow[],
): Promise<ResourceRow[]> {
  const seen = new Set(search.includes.length > 0 ? matches.map(({ type, id }) => `${type}/${id}`) : [])
  const brought: ResourceRow[] = []
  let [includes, newest] = [search.includes, matches]
  for (let round = 0; round < maxRounds && newest.length > 0 && includes.length > 0; round++) {
    const known = round === 0 ? first : undefined
    const rows = known ?? (await bringing(query, includes, newest, sight))
    const fresh = rows.filter(({ type, id }) => !seen.has(`${type}/${id}`)).sort(byName)
    for (const { type, id } of fresh) seen.add(`${type}/${id}`)
    brought.push(...fresh)
    if (rows.length > maxIncluded || brought.length > maxIncluded) throw tooMany()
    ;[includes, newest] = [search.includes.filter(({ iterate }) => iterate), fresh]
  }
  return brought
}

const byName = (one: ResourceRow, other: ResourceRow): number =>
  one.type === other.type ? (one.id < other.id ? -1 : 1) : one.type < other.type ? -1 : 1

const tooMany = () =>
  failure(
    'value',
    `More than ${maxIncluded} resources would come along: ask for less with _count.`,
    '_include',
  )

async function bringing(
  query: Query,
  includes: readonly Include[],
  resources: readonly { type: string; id: string }[],
  sight: Sight,
): Promise<readonly ResourceRow[]> {
  const statement = includeStatement(includes, byType(resources), sight)
  if (!statement) return []
  const rows = await query<Packed>(sql`select ${packed} from (${statement}) r`)
  return rows.flatMap(unpacked)
}

function byType(resources: readonly { type: string; id: string }[]): ReadonlyMap<string, Reached> {
  const alike = Map.groupBy(resources, ({ type }) => type)
  return new Map([...alike].map(([type, all]) => [type, listed(type, all)]))
}

function listed(type: string, resources: readonly { id: string }[]): Reached {
  const ids = resources.map(({ id }) => id)
  return {
    rows: sql`(select * from ${raw(searchTable(type))} where id = any(${ids}::text[]))`,
    ids: (before) => sql`${ids.map((id) => `${before}${id}`)}::text[]`,
  }
}

/** The first round of includes, from `page`: rows with an id and what is `carried`. Empty when none begins there. */
export function includesFrom(includes: readonly Include[], type: string, page: Sql, sight: Sight): Sql[] {
  const ids = (before: string) => sql`array(select ${raw(`'${before}'`)} || id from ${page} p)`
  const statement = includeStatement(includes, new Map([[type, { rows: page, ids }]]), sight)
  return statement ? [statement] : []
}

/** Of the search table, what the first round of includes looks at in the rows of a page. */
export function carried({ type, includes }: Search): string[] {
  const forward = includes.filter((include) => !include.reverse && include.type === type)
  return [...new Set(forward.map(({ parameter }) => `s.${columnOf(parameter)}`))]
}

/** Where a parameter's references stand: one in a column of its own, several among the terms. */
const columnOf = (parameter: Parameter): string => (isSingle(parameter) ? quoted(parameter.column) : 'terms')

const isSingle = ({ kind }: Parameter): boolean => kind === 'reference'

/** One round of includes, from what was reached last; undefined when none of them begins there. */
export function includeStatement(
  includes: readonly Include[],
  reached: ReadonlyMap<string, Reached>,
  sight: Sight,
): Sql | undefined {
  const parts = includes.flatMap((include) =>
    include.reverse ? backward(include, reached) : forward(include, reached),
  )
  if (parts.length === 0) return undefined
  const seen = sight === 'all' ? raw('true') : sql`r.access && ${sight}::text[]`
  return sql`select ${resourceColumns} from (select distinct reference from (${join(parts, ' union all ')}) every) reached
    join resource r on r.type = split_part(reached.reference, '/', 1) and r.id = split_part(reached.reference, '/', 2)
    where not r.deleted and ${seen} and reached.reference = r.type || '/' || r.id limit ${raw(String(maxIncluded + 1))}`
}

function forward({ type, parameter, target }: Include, reached: ReadonlyMap<string, Reached>): Sql[] {
  const from = reached.get(type)
  if (!from) return []
  const [source, value] = isSingle(parameter)
    ? [sql`${from.rows} s`, raw(`s.${columnOf(parameter)}`)]
    : [sql`${from.rows} s, ${valuesIn('s', parameter)}`, raw('term.value')]
  const only = target === undefined ? raw('') : sql` where starts_with(${value}, ${`${target}/`})`
  return [sql`select ${value} as reference from ${source}${only}`]
}

function backward({ type, parameter, target }: Include, reached: ReadonlyMap<string, Reached>): Sql[] {
  return [...reached]
    .filter(([name]) => target === undefined || target === name)
    .map(
      ([name, { ids }]) => sql`select ${raw(`'${type}/'`)} || s.id as reference
        from ${raw(`${searchTable(type)} s`)} where ${named({ type, alias: 's' }, parameter, (before) => ids(`${before}${name}/`))}`,
    )
}
