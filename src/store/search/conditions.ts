import type { Filter, Pair } from '../../fhir/search/filter.ts'
import { clean, normal, separator, wordLine } from '../../fhir/search/forms.ts'
import { type Area, degreesOf, earthMetres } from '../../fhir/search/near.ts'
import { eachColumn, isStretched, type Parameter } from '../../fhir/search/parameters.ts'
import { wordsColumn } from '../../fhir/search/row.ts'
import type { Amount, Comparison, Prefix } from '../../fhir/search/values.ts'
import type { Sight } from '../kept.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { hotColumns, isHot, isRare } from './hot.ts'
import { quoted, searchTable } from './schema.ts'
import { isTermed, termOf, valuesIn } from './terms.ts'

/** Rows of one search table under a name, and whose eyes look at them. */
interface Rows {
  type: string
  alias: string
  sight: Sight
  /** Where they come from, if not from the search table of their type: rows with its columns. */
  from?: Sql
  /** Columns that are asked by themselves, since an index begins with them. */
  hot?: ReadonlySet<string>
}

/**
 * The rows of a search table that fulfil all filters and are for these eyes: what stands after `from`.
 *
 * Where one of them leaves a handful at most, these are found first, by themselves: the planner takes a business identifier
 * for one of many, and would rather walk through all rows in their order until a page is full, which it never is.
 */
export function matching(
  rows: Rows & { besides?: Parameter },
  filters: readonly Filter[],
  ...more: readonly Sql[]
): Sql {
  const { type, alias, sight, from, besides } = rows
  const seen = sight === 'all' ? [] : [sql`${raw(alias)}.access && ${sight}::text[]`]
  const within = { ...rows, hot: hotColumns(type, filters, besides) }
  const rare = filters.find(isRare)
  const others = filters.filter((filter) => filter !== rare)
  const conditions = both([...seen, ...others.map((filter) => condition(within, filter)), ...more])
  const table = from ? sql`${from} ${raw(alias)}` : raw(`${searchTable(type)} ${alias}`)
  if (!rare) return sql`${table} where ${conditions}`
  const few = sql`(select * from ${table} where ${condition(within, rare)} offset 0)`
  return sql`${few} ${raw(alias)} where ${conditions}`
}

const both = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw('true') : join(conditions, ' and ')

/** SQL that is true of a row where the filter is. */
function condition(rows: Rows, filter: Filter): Sql {
  const { alias } = rows
  switch (filter.is) {
    case 'missing':
      return missing(alias, filter.parameter, filter.missing)
    case 'text':
    case 'overlap':
      return negated(filter.not, valued(rows, filter.parameter, filter.any))
    case 'date':
      return either(filter.any.map((comparison) => dated(alias, filter.parameter, comparison)))
    case 'quantity':
      return either(filter.any.map((amount) => measured(alias, filter.parameter, amount)))
    case 'string':
      return either(filter.any.map((text) => strings[filter.how](alias, filter.parameter, text)))
    case 'words':
      return either(filter.any.map((text) => worded(alias, filter.parameter, text)))
    case 'pairs':
      return either(filter.any.map((pair) => paired(rows, filter.parameter, pair)))
    case 'near':
      return either(filter.any.map((area) => around(alias, filter.parameter, area)))
    case 'either':
      return either(filter.any.map((filters) => both(filters.map((each) => condition(rows, each)))))
    case 'chain':
      return either(filter.any.map((link) => chained(rows, filter.parameter, link)))
    case 'has':
      return referred(rows, filter)
  }
}

const column = (alias: string, { column: name }: Parameter, suffix = ''): Sql =>
  raw(`${alias}.${quoted(name + suffix)}`)

const either = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw('false') : sql`(${join(conditions, ' or ')})`

/** What has no value does not have this one either. */
const negated = (not: boolean, condition: Sql): Sql => (not ? sql`(${condition}) is not true` : condition)

/** Rows that have one of these values. */
export function valued(
  { type, alias, hot }: Pick<Rows, 'type' | 'alias' | 'hot'>,
  parameter: Parameter,
  values: readonly string[],
): Sql {
  const [only] = values
  if (!isTermed(parameter) || isHot(type, parameter) || hot?.has(parameter.column)) {
    const own = column(alias, parameter)
    return values.length === 1 ? sql`${own} = ${only}` : sql`${own} = any(${values}::text[])`
  }
  const terms = values.map((value) => termOf(parameter, value))
  return terms.length === 1
    ? sql`${raw(alias)}.terms @> ${terms}::text[]`
    : sql`${raw(alias)}.terms && ${terms}::text[]`
}

function missing(alias: string, parameter: Parameter, isMissing: boolean): Sql {
  if (isTermed(parameter)) {
    // A first look at all terms as one text answers most rows, for a fourth of what it costs to go through them.
    const looked = raw(`strpos(array_to_string(${alias}.terms, ' '), '${parameter.code}=')`)
    const isThere = sql`exists (select from ${valuesIn(alias, parameter)})`
    return isMissing ? sql`(${looked} = 0 or not ${isThere})` : sql`(${looked} > 0 and ${isThere})`
  }
  return sql`${column(alias, parameter, firstOf(parameter))} ${raw(isMissing ? 'is null' : 'is not null')}`
}

/** What the first of a parameter's columns ends with. */
const firstOf = ({ kind }: Parameter): string =>
  kind === 'position' ? '_latitude' : isStretched({ kind }) ? '_low' : ''

function dated(alias: string, parameter: Parameter, { prefix, low, high }: Comparison<string>): Sql {
  const [from, to] = [sql`${low}::timestamptz`, sql`${high}::timestamptz`]
  if (parameter.kind === 'instant') return moment[prefix](column(alias, parameter), from, to)
  const ends = [column(alias, parameter, '_low'), column(alias, parameter, '_high')] as const
  if (parameter.kind === 'period') return stretch[prefix](...ends, from, to)
  const fits = stretch[prefix](raw('v.low'), raw('v.high'), from, to)
  return sql`(${outermost[prefix](...ends, from, to)}
    and exists (select from ${eachIn(alias, parameter, 'low timestamptz, high timestamptz')} where ${fits}))`
}

/** Each of several values that a row has, as the rows of a `from`: `v`. */
const eachIn = (alias: string, parameter: Parameter, columns: string): Sql =>
  raw(`jsonb_to_recordset(${alias}.${quoted(eachColumn(parameter))}) as v(${columns})`)

/** What the outermost ends of several stretches must be for one of them to fit: there for the index. */
const outermost: Record<Prefix, (low: Sql, high: Sql, from: Sql, to: Sql) => Sql> = {
  eq: (low, high, from, to) => sql`${low} <= ${to} and ${high} >= ${from}`,
  ne: (low) => sql`${low} is not null`,
  gt: (_, high, __, to) => sql`${high} > ${to}`,
  lt: (low, _, from) => sql`${low} < ${from}`,
  ge: (_, high, from) => sql`${high} >= ${from}`,
  le: (low, _, __, to) => sql`${low} <= ${to}`,
  sa: (_, high, __, to) => sql`${high} > ${to}`,
  eb: (low, _, from) => sql`${low} < ${from}`,
  ap: (low, high, from, to) => sql`${low} <= ${to} and ${high} >= ${from}`,
}

/** One moment against a stretch of time. */
const moment: Record<Prefix, (at: Sql, from: Sql, to: Sql) => Sql> = {
  eq: (at, from, to) => sql`${at} between ${from} and ${to}`,
  ne: (at, from, to) => sql`(${at} < ${from} or ${at} > ${to})`,
  gt: (at, _, to) => sql`${at} > ${to}`,
  lt: (at, from) => sql`${at} < ${from}`,
  ge: (at, from) => sql`${at} >= ${from}`,
  le: (at, _, to) => sql`${at} <= ${to}`,
  sa: (at, _, to) => sql`${at} > ${to}`,
  eb: (at, from) => sql`${at} < ${from}`,
  ap: (at, from, to) => sql`${at} between ${from} and ${to}`,
}

/**
 * One stretch against another. The first condition of each follows from the second: it is there for the index.
 *
 * Source: FHIR R4 search, 3.1.1.4.5 (prefixes).
 */
const stretch: Record<Prefix, (low: Sql, high: Sql, from: Sql, to: Sql) => Sql> = {
  eq: (low, high, from, to) => sql`(${low} between ${from} and ${to} and ${high} <= ${to})`,
  ne: (low, high, from, to) => sql`(${low} < ${from} or ${high} > ${to})`,
  gt: (_, high, __, to) => sql`${high} > ${to}`,
  lt: (low, _, from) => sql`${low} < ${from}`,
  ge: (low, high, from, to) => sql`(${high} >= ${from} and (${high} > ${to} or ${low} >= ${from}))`,
  le: (low, high, from, to) => sql`(${low} <= ${to} and (${low} < ${from} or ${high} <= ${to}))`,
  sa: (low, _, __, to) => sql`${low} > ${to}`,
  eb: (_, high, from) => sql`${high} < ${from}`,
  ap: (low, high, from, to) => sql`(${low} <= ${to} and ${high} >= ${from})`,
}

function measured(alias: string, parameter: Parameter, asked: Amount): Sql {
  const ends = [column(alias, parameter, '_low'), column(alias, parameter, '_high')] as const
  if (parameter.kind === 'quantity') return fitting(asked, ...ends, column(alias, parameter, '_unit'))
  const outer = outermost[asked.prefix](...ends, sql`${asked.low}::numeric`, sql`${asked.high}::numeric`)
  const columns = 'low numeric, high numeric, unit text[]'
  return sql`(${outer} and exists (select from ${eachIn(alias, parameter, columns)} where ${fittingEach(asked)}))`
}

function fitting({ prefix, low, high, unit }: Amount, from: Sql, to: Sql, units: Sql): Sql {
  const compared = amount[prefix](from, to, sql`${low}::numeric`, sql`${high}::numeric`)
  return unit === undefined ? compared : sql`(${compared} and ${units} && ${[unit]}::text[])`
}

const fittingEach = (asked: Amount): Sql => fitting(asked, raw('v.low'), raw('v.high'), raw('v.unit'))

/** The first half is found among the terms; whether the other goes with it, by looking at each element. */
function paired({ alias }: Rows, parameter: Parameter, { one, other }: Pair): Sql {
  const columns = 'one text[], other text[], low numeric, high numeric, unit text[]'
  const second = 'prefix' in other ? fittingEach(other) : sql`v.other && ${other}::text[]`
  return sql`(${raw(alias)}.terms @> ${[termOf(parameter, one)]}::text[] and exists (
    select from ${eachIn(alias, parameter, columns)} where v.one @> ${[one]}::text[] and ${second}))`
}

/** As for time, but what is rounded to a number ends before its upper end. */
const amount: Record<Prefix, (low: Sql, high: Sql, from: Sql, to: Sql) => Sql> = {
  ...stretch,
  eq: (low, high, from, to) => sql`(${low} >= ${from} and ${low} < ${to} and ${high} < ${to})`,
  ne: (low, high, from, to) => sql`(${low} < ${from} or ${high} >= ${to})`,
}

/** Normalised texts have no letters that LIKE takes for its own. */
const strings: Record<
  'start' | 'exact' | 'contains',
  (alias: string, parameter: Parameter, text: string) => Sql
> = {
  start: (alias, parameter, text) => like(alias, parameter, `%${separator}${normal(text)}%`),
  contains: (alias, parameter, text) => like(alias, parameter, `%${normal(text)}%`),
  exact: (alias, parameter, text) => {
    const same = like(alias, parameter, `%${separator}${normal(text)}${separator}%`)
    return sql`(${same} and ${column(alias, parameter, '_exact')} && ${[clean(text)]}::text[])`
  },
}

const worded = (alias: string, { code }: Parameter, text: string): Sql =>
  sql`${raw(`${alias}.${quoted(wordsColumn)}`)} like ${`%${separator}${wordLine(code, text)}%`}`

/** A band of latitudes is found by the index; what is in it is measured along a great circle. */
function around(alias: string, parameter: Parameter, { latitude, longitude, metres }: Area): Sql {
  const [north, east] = [column(alias, parameter, '_latitude'), column(alias, parameter, '_longitude')]
  const band = degreesOf(metres) + 1e-9
  const half = (from: number, to: Sql) => sql`power(sin(radians(${to} - ${from}::float8) / 2), 2)`
  const across = sql`cos(radians(${latitude}::float8)) * cos(radians(${north}::float8))`
  const chord = sql`${half(latitude, sql`${north}::float8`)} + ${across} * ${half(longitude, sql`${east}::float8`)}`
  return sql`(${north} between ${latitude - band}::numeric and ${latitude + band}::numeric
    and 2 * ${earthMetres}::float8 * asin(least(1, sqrt(${chord}))) <= ${metres}::float8)`
}

const like = (alias: string, parameter: Parameter, pattern: string): Sql =>
  sql`${column(alias, parameter)} like ${pattern}`

/** The referred are found first, then who refers to them, each by an index; nobody asks through what he may not see. */
function chained({ type, alias, sight }: Rows, parameter: Parameter, link: Link): Sql {
  return named({ type, alias }, parameter, (before) => referencesOf(link, { alias, sight }, before))
}

/** What is referred to, and the filter that it fulfils. */
type Link = (Filter & { is: 'chain' })['any'][number]

/** References to what a link is about, as an array, each after some text of ours. */
export function referencesOf(
  { type, filter }: Link,
  { alias, sight }: Pick<Rows, 'alias' | 'sight'>,
  before = '',
): Sql {
  const inner = { type, alias: `${alias}x`, sight }
  return sql`array(select ${raw(`'${before}${type}/' || ${inner.alias}.id`)} from ${matching(inner, [filter])})`
}

/** Rows that refer to one of some resources: these as an array of references, each after the text that is handed over. */
export function named(
  { type, alias }: Pick<Rows, 'type' | 'alias'>,
  parameter: Parameter,
  references: (before: string) => Sql,
): Sql {
  return isHot(type, parameter)
    ? sql`${column(alias, parameter)} = any(${references('')})`
    : sql`${raw(alias)}.terms && ${references(termOf(parameter, ''))}`
}

function referred(
  { type, alias, sight }: Rows,
  { type: source, parameter, filter }: Filter & { is: 'has' },
): Sql {
  const inner = { type: source, alias: `${alias}x`, sight }
  const ids = sql`select split_part(term.value, '/', 2) from (
    select ${raw(inner.alias)}.terms from ${matching(inner, [filter])}
  ) referring, ${valuesIn('referring', parameter)} where starts_with(term.value, ${raw(`'${type}/'`)})`
  return sql`${raw(alias)}.id = any(array(${ids}))`
}
