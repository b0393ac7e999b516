import { instantText, parseDate } from '../../fhir/dates.ts'
import { failure } from '../../fhir/outcome.ts'
import { clean } from '../../fhir/search/forms.ts'
import type { ColumnType, Parameter } from '../../fhir/search/parameters.ts'
import type { Search } from '../../fhir/search.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { quoted, sortText } from './schema.ts'

/** One thing that results are ordered by. What has no value counts as the greatest, as in PostgreSQL. */
export interface Key {
  expression: string
  type: ColumnType
  descending: boolean
  /** Every row has it. */
  always: boolean
}

/**
 * What a search is ordered by: its own keys, then the id, so that the order is total.
 *
 * Without keys of its own the newest come first: ids begin with the time of their making and never change, so a
 * page is the same whatever is written meanwhile.
 */
export function orderOf({ sort }: Search): readonly Key[] {
  const keys = sort.map(({ parameter, descending }) => ({ ...keyOf(parameter), descending }))
  const last = keys.at(-1)
  return [...keys, { expression: 's.id', type: 'text', descending: last?.descending ?? true, always: true }]
}

function keyOf({ kind, column, required: always }: Parameter) {
  const name = (suffix = '') => `s.${quoted(column + suffix)}`
  switch (kind) {
    case 'string':
      return { expression: sortText(name()), type: 'text', always } as const
    case 'period':
    case 'periods':
      return { expression: name('_low'), type: 'timestamptz', always } as const
    case 'quantity':
    case 'quantities':
      return { expression: name('_low'), type: 'numeric', always } as const
    case 'instant':
      return { expression: name(), type: 'timestamptz', always } as const
    default:
      return { expression: name(), type: 'text', always } as const
  }
}

export const orderBy = (keys: readonly Key[]): Sql =>
  raw(keys.map(({ expression, descending }) => `${expression}${descending ? ' desc' : ''}`).join(', '))

/** The values of a row that its place in the order depends on, as one text array. */
export const place = (keys: readonly Key[]): Sql => raw(`array[${keys.map(textOf).join(', ')}]`)

/** Instants in UTC: the server's own zone may have had offsets with seconds. */
const textOf = ({ expression, type }: Key): string =>
  type === 'timestamptz' ? `(${expression} at time zone 'UTC')::text` : `${expression}::text`

/** Opaque to everyone else. */
export const cursorAt = (values: readonly (string | null)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

/** The rows that come after the place where a page ended. Fails: value when it is no place in this order. */
export function after(keys: readonly Key[], cursor: string): Sql {
  const values = placeIn(cursor, keys)
  const steps = keys.map((key, index) => {
    const same = keys.slice(0, index).map((before, at) => equal(before, values[at] ?? null))
    return join([...same, beyond(key, values[index] ?? null)], ' and ')
  })
  const [first] = keys
  // The steps say it all; where the first key always has a value, the bound lets the index begin there.
  const bound = first?.always && keys.length > 1 ? [bounded(first, values[0] ?? null)] : []
  return join([...bound, sql`(${join(steps, ' or ')})`], ' and ')
}

const cast = ({ type }: Key, value: string): Sql => sql`${value}::${raw(type)}`

const equal = (key: Key, value: string | null): Sql =>
  value === null ? raw(`${key.expression} is null`) : sql`${raw(key.expression)} = ${cast(key, value)}`

const bounded = (key: Key, value: string | null): Sql =>
  value === null
    ? raw('true')
    : sql`${raw(key.expression)} ${raw(key.descending ? '<=' : '>=')} ${cast(key, value)}`

function beyond(key: Key, value: string | null): Sql {
  const { expression, descending, always } = key
  if (value === null) return raw(descending ? `${expression} is not null` : 'false')
  const further = sql`${raw(expression)} ${raw(descending ? '<' : '>')} ${cast(key, value)}`
  return descending || always ? further : sql`(${further} or ${raw(expression)} is null)`
}

function placeIn(cursor: string, keys: readonly Key[]): readonly (string | null)[] {
  const values = decoded(cursor)
  if (!Array.isArray(values) || values.length !== keys.length) throw misfit()
  return keys.map((key, index) => valueIn(key, values[index]))
}

const misfit = () =>
  failure('value', 'This page link does not fit the search: begin again without "_cursor".', '_cursor')

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

/** Only what the database may have written there: a cast of anything else would be its error, not the caller's. */
function valueIn({ type, always }: Key, value: unknown): string | null {
  if (value === null && !always) return null
  if (typeof value !== 'string') throw misfit()
  if (type === 'timestamptz') return instantIn(value)
  if (type === 'numeric' ? !/^-?(Infinity|\d+(\.\d+)?)$/.test(value) : value !== clean(value)) throw misfit()
  return value
}

/** PostgreSQL writes `2026-03-02 07:00:00.5`. */
function instantIn(text: string): string {
  if (/^-?infinity$/.test(text)) return text
  const date = parseDate(`${text.replace(' ', 'T')}Z`)
  if (date?.offset !== 'Z') throw misfit()
  return instantText(date.low)
}
