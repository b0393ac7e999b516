import { type Issue, issue } from '../../fhir/outcome.ts'
import type { Parameter } from '../../fhir/search/parameters.ts'
import { beginningsOf, endsOf } from '../../fhir/search/references.ts'
import type { Include, Search } from '../../fhir/search.ts'
import type { Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { named } from './conditions.ts'
import { type Packed, packed, type Query, type ResourceRow, resourceColumns, unpacked } from './rows.ts'
import { quoted, searchTable } from './schema.ts'
import { valuesIn } from './terms.ts'

/** Together with one page; more is a sign that the question should be asked from the other side. */
const mostIncluded = 1000

/** What comes along with a page; `remarks` where that is not all. */
export interface Along {
  rows: readonly ResourceRow[]
  remarks?: readonly Issue[]
}

type Named = Pick<ResourceRow, 'type' | 'id'>

/** What was reached last, of one type. */
interface Reached {
  /** Their rows of the search table: what stands after `from`. */
  rows: Sql
  /** Their ids as a text array, each after some text of ours. */
  ids(before: string): Sql
}

/**
 * What the search brings along with its matches: each once, and nothing that is a match itself. `first` is what the
 * first round has brought, where it is known; what is missing comes by one statement, however many rounds it takes.
 */
export async function included(
  query: Query,
  { includes }: Pick<Search, 'includes'>,
  matches: readonly Named[],
  sight: Sight,
  first?: readonly ResourceRow[],
): Promise<Along> {
  if (includes.length === 0) return { rows: [] }
  const names = new Set(matches.map(nameOf))
  const known = (first ?? []).filter((row) => !names.has(nameOf(row)))
  const isFull = first !== undefined && first.length > mostIncluded
  const iterating = includes.filter(({ iterate }) => iterate)
  const begun = first ? iterating : includes
  const parts = isFull ? [] : roundOf(begun, byType(first ? known : matches))
  const left = [...names, ...known.map(nameOf)]
  const further = roundsStatement(parts, goingOn(iterating, begun), left, sight)
  const more = further ? (await query<Packed>(further)).flatMap(unpacked) : []
  const all = [...known, ...more]
  const rows = all.slice(0, mostIncluded).sort(byName)
  return isFull || all.length > mostIncluded ? { rows, remarks: [tooMany()] } : { rows }
}

const nameOf = ({ type, id }: Named): string => `${type}/${id}`

const byName = (one: Named, other: Named): number =>
  one.type === other.type ? (one.id < other.id ? -1 : 1) : one.type < other.type ? -1 : 1

const tooMany = (): Issue =>
  issue(
    'too-costly',
    `More than ${mostIncluded} resources would come along, and only so many do: ask for fewer matches with _count, or for the others by a search of their own.`,
    '_include',
  )

/** Includes for further rounds: none where nothing goes out from what the first of them leads to. */
function goingOn(iterating: readonly Include[], begun: readonly Include[]): readonly Include[] {
  const ends = new Set(begun.flatMap(endsOf))
  const goesOn = (include: Include) => beginningsOf(include).some((type) => ends.has(type))
  return iterating.some(goesOn) ? iterating : []
}

/**
 * What a round has reached, as statements of references, and what the includes lead to from there, round after round: each
 * once, none of those that are left out, and the first that come when there are too many. Undefined where nothing begins.
 *
 * Nobody goes on from what he may not see. A recursive part goes on only while its rows are asked for: at the limit it ends,
 * however much would follow.
 */
export function roundsStatement(
  begun: readonly Sql[],
  further: readonly Include[],
  left: readonly string[],
  sight: Sight,
): Sql | undefined {
  if (begun.length === 0) return undefined
  const round = further.length > 0 ? sql` union ${roundAfter(further, sight)}` : raw('')
  return sql`with recursive reached(reference) as (
      select distinct begun.reference collate "C" from (${join(begun, ' union all ')}) begun${round}
    )
    select ${packed} from (
      select ${resourceColumns} from reached join resource r on ${isKept('r', sight)}
      where reached.reference <> all(${left}::text[]) limit ${raw(String(mostIncluded + 1))}
    ) r`
}

/** What the resources lead to that were reached by the round before. */
function roundAfter(includes: readonly Include[], sight: Sight): Sql {
  const types = [...new Set(includes.flatMap(beginningsOf))]
  return sql`select next.reference collate "C" from reached join resource at on ${isKept('at', sight)}
      cross join lateral (${join(includes.map(following), ' union all ')}) next
      where split_part(reached.reference, '/', 1) in (${listOf(types)})`
}

/** That a row of `resource`, under this name, is what was reached, and is there for these eyes. */
function isKept(alias: string, sight: Sight): Sql {
  const [type, id] = [raw(`${alias}.type`), raw(`${alias}.id`)]
  const seen = sight === 'all' ? raw('true') : sql`${raw(alias)}.access && ${sight}::text[]`
  return sql`${type} = split_part(reached.reference, '/', 1) and ${id} = split_part(reached.reference, '/', 2)
      and not ${raw(alias)}.deleted and ${seen} and reached.reference = ${type} || '/' || ${id}`
}

/** Names of types, which are our own, in SQL. */
const listOf = (types: readonly string[]): Sql => raw(types.map((type) => `'${type}'`).join(', '))

/** What an include leads to from one resource, `at`. */
function following(include: Include): Sql {
  const { reverse, type, parameter } = include
  const begins = sql`at.type in (${listOf(beginningsOf(include))})`
  if (!reverse) return leading(include, raw(searchTable(type)), sql`${begins} and s.id = at.id`)
  const names = (before: string) => sql`array[${raw(`'${before}'`)} || at.type || '/' || at.id]`
  return sql`select ${raw(`'${type}/'`)} || s.id as reference from ${raw(`${searchTable(type)} s`)}
        where ${begins} and ${named({ type, alias: 's' }, parameter, names)}`
}

function byType(resources: readonly Named[]): ReadonlyMap<string, Reached> {
  const alike = Map.groupBy(resources, ({ type }) => type)
  return new Map([...alike].map(([type, all]) => [type, listed(type, all)]))
}

function listed(type: string, resources: readonly Named[]): Reached {
  const ids = resources.map(({ id }) => id)
  return {
    rows: sql`(select * from ${raw(searchTable(type))} where id = any(${ids}::text[]))`,
    ids: (before) => sql`${ids.map((id) => `${before}${id}`)}::text[]`,
  }
}

/** The first round of includes, from `page`: rows with an id and what is `carried`. Empty when none begins there. */
export function includesFrom(includes: readonly Include[], type: string, page: Sql, sight: Sight): Sql[] {
  const ids = (before: string) => sql`array(select ${raw(`'${before}'`)} || id from ${page} p)`
  const parts = roundOf(includes, new Map([[type, { rows: page, ids }]]))
  if (parts.length === 0) return []
  return [
    sql`select ${resourceColumns} from (select distinct reference from (${join(parts, ' union all ')}) every) reached
    join resource r on ${isKept('r', sight)} limit ${raw(String(mostIncluded + 1))}`,
  ]
}

/** Of the search table, what the first round of includes looks at in the rows of a page. */
export function carried({ type, includes }: Search): string[] {
  const forward = includes.filter((include) => !include.reverse && include.type === type)
  return [...new Set(forward.map(({ parameter }) => `s.${columnOf(parameter)}`))]
}

/** Where a parameter's references stand: one in a column of its own, several among the terms. */
const columnOf = (parameter: Parameter): string => (isSingle(parameter) ? quoted(parameter.column) : 'terms')

const isSingle = ({ kind }: Parameter): boolean => kind === 'reference'

/** One round of includes, as statements of references; empty when none of them begins there. */
const roundOf = (includes: readonly Include[], from: ReadonlyMap<string, Reached>): Sql[] =>
  includes.flatMap((include) => (include.reverse ? backward(include, from) : forward(include, from)))

function forward(include: Include, from: ReadonlyMap<string, Reached>): Sql[] {
  const reached = from.get(include.type)
  return reached ? [leading(include, reached.rows)] : []
}

/** What rows of its type's search table refer to. */
function leading({ parameter, target }: Include, rows: Sql, ...conditions: readonly Sql[]): Sql {
  const [source, value] = isSingle(parameter)
    ? [sql`${rows} s`, raw(`s.${columnOf(parameter)}`)]
    : [sql`${rows} s, ${valuesIn('s', parameter)}`, raw('term.value')]
  const only = target === undefined ? [] : [sql`starts_with(${value}, ${`${target}/`})`]
  const all = [...conditions, ...only]
  return sql`select ${value} as reference from ${source}${all.length > 0 ? sql` where ${join(all, ' and ')}` : raw('')}`
}

function backward({ type, parameter, target }: Include, from: ReadonlyMap<string, Reached>): Sql[] {
  return [...from]
    .filter(([name]) => target === undefined || target === name)
    .map(
      ([name, { ids }]) => sql`select ${raw(`'${type}/'`)} || s.id as reference
        from ${raw(`${searchTable(type)} s`)} where ${named({ type, alias: 's' }, parameter, (before) => ids(`${before}${name}/`))}`,
    )
}
