import { raw, type Sql, sql } from '../sql.ts'

/** How one column of a table of values is made: its SQL type, and its value in a row. */
export type Columns<Row> = Readonly<Record<string, readonly [type: ColumnType, of: (row: Row) => unknown]>>

/** `text[][]`: an array in each row; arrays of several lengths travel as their texts. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'boolean'
  | 'timestamptz'
  | 'uuid'
  | 'bytea'
  | 'jsonb'
  | 'numeric'
  | 'text[][]'

/** Values as a table of a `with`: one parameter a column, whatever the number of rows, so that one plan serves all. */
export function table<Row>(name: string, rows: readonly Row[], columns: Columns<Row>): Sql {
  const names = Object.keys(columns)
  const selected = names.map((column) =>
    columns[column]?.[0] === 'text[][]' ? `${column}::text[] as ${column}` : column,
  )
  const arrays = Object.values(columns).map(([type, of]) => {
    if (type === 'text') return sql`${textArray(rows.map(of))}::text[]`
    if (type === 'text[][]') return sql`${textArray(rows.map((row) => arrayText(of(row))))}::text[]`
    return sql`${rows.map(of)}::${raw(type)}[]`
  })
  const listed = arrays.reduce((before, array) => sql`${before}, ${array}`)
  return sql`${raw(name)} as materialized (
    select ${raw(selected.join(', '))} from unnest(${listed}) as t(${raw(names.join(', '))})
  )`
}

const textOid = 25
const noLength = -1

/**
 * PostgreSQL's binary form of an array of texts: long texts go as they are, without quotes and escapes for both sides to
 * make and to read. Source: PostgreSQL, array_recv (arrayfuncs.c): dimensions, nulls, type, then length and bounds of the
 * one dimension, and each text behind its length.
 */
function textArray(values: readonly unknown[]): Buffer {
  const texts = values.map((value) => (value === undefined || value === null ? undefined : String(value)))
  const lengths = texts.map((text) => (text === undefined ? noLength : Buffer.byteLength(text)))
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), texts.length > 0 ? 20 : 12)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  const put = (number: number) => {
    at = bytes.writeInt32BE(number, at)
  }
  put(texts.length > 0 ? 1 : 0)
  put(texts.includes(undefined) ? 1 : 0)
  put(textOid)
  if (texts.length > 0) {
    put(texts.length)
    put(1)
  }
  for (const [n, text] of texts.entries()) {
    put(lengths[n] ?? noLength)
    if (text !== undefined) at += bytes.write(text, at)
  }
  return bytes
}

/** PostgreSQL's text of an array of texts. */
export function arrayText(value: unknown): string {
  if (!Array.isArray(value)) throw new Error('An array of texts is expected')
  return `{${value.map(elementText).join(',')}}`
}

function elementText(value: unknown): string {
  if (value === null) return 'NULL'
  const text = String(value)
  return `"${special.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}

const special = /["\\]/
