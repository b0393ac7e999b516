import { failure } from '../../fhir/outcome.ts'
import type { Include, Search } from '../../fhir/search.ts'
import type { Sight } from '../index.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { valued } from './conditions.ts'
import { type Query, type ResourceRow, resourceColumns } from './rows.ts'
import { searchTable } from './schema.ts'
import { valuesIn } from './terms.ts'

/** Together with one page; more is a sign that the question should be asked from the other side. */
const maxIncluded = 1000
/** Rounds of `:iterate`, which may go in circles. */
const maxRounds = 5

/** Ids by resource type. */
type Reached = ReadonlyMap<string, readonly string[]>

/** What the search brings along with its matches: each once, and nothing that is a match itself. */
export async function included(
  query: Query,
  search: Pick<Search, 'includes'>,
  matches: readonly { type: string; id: string }[],
  sight: Sight,
): Promise<ResourceRow[]> {
  const seen = new Set(matches.map(({ type, id }) => `${type}/${id}`))
  const brought: ResourceRow[] = []
  let [includes, newest] = [search.includes, byType(matches)]
  for (let round = 0; round < maxRounds && newest.size > 0 && includes.length > 0; round++) {
    const statement = includeStatement(includes, newest, sight)
    const rows = statement ? await query<ResourceRow>(statement) : []
    const fresh = rows.filter(({ type, id }) => !seen.has(`${type}/${id}`))
    for (const { type, id } of fresh) seen.add(`${type}/${id}`)
    brought.push(...fresh)
    if (rows.length > maxIncluded || brought.length > maxIncluded) throw tooMany()
    ;[includes, newest] = [search.includes.filter(({ iterate }) => iterate), byType(fresh)]
  }
  return brought
}

const tooMany = () =>
  failure(
    'value',
    `More than ${maxIncluded} resources would come along: ask for less with _count.`,
    '_include',
  )

function byType(resources: readonly { type: string; id: string }[]): Reached {
  const alike = Map.groupBy(resources, ({ type }) => type)
  return new Map([...alike].map(([type, all]) => [type, all.map(({ id }) => id)]))
}

/** One round of includes, from what was reached last; undefined when none of them begins there. */
export function includeStatement(
  includes: readonly Include[],
  reached: Reached,
  sight: Sight,
): Sql | undefined {
  const parts = includes.flatMap((include) =>
    include.reverse ? backward(include, reached) : forward(include, reached),
  )
  if (parts.length === 0) return undefined
  const seen = sight === 'all' ? raw('true') : sql`r.access && ${sight}::text[]`
  return sql`with reached as (select distinct reference from (${join(parts, ' union all ')}) every)
    select ${resourceColumns} from reached
    join resource r on r.type = split_part(reached.reference, '/', 1) and r.id = split_part(reached.reference, '/', 2)
    where not r.deleted and ${seen} and reached.reference = r.type || '/' || r.id
    order by r.type, r.id limit ${maxIncluded + 1}`
}

function forward({ type, parameter, target }: Include, reached: Reached): Sql[] {
  const ids = reached.get(type)
  if (!ids) return []
  const references = sql`select term.value as reference
    from ${raw(searchTable(type))} s, ${valuesIn('s', parameter)} where s.id = any(${ids}::text[])`
  return [target === undefined ? references : sql`${references} and starts_with(term.value, ${`${target}/`})`]
}

function backward({ type, parameter, target }: Include, reached: Reached): Sql[] {
  const references = [...reached]
    .filter(([name]) => target === undefined || target === name)
    .flatMap(([name, ids]) => ids.map((id) => `${name}/${id}`))
  if (references.length === 0) return []
  return [
    sql`select ${`${type}/`} || s.id as reference
      from ${raw(`${searchTable(type)} s`)} where ${valued({ type, alias: 's' }, parameter, references)}`,
  ]
}
