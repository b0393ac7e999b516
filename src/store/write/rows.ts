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
  const arrays = Object.values(columns).map(([type, of]) =>
    type === 'text[][]'
      ? sql`${rows.map((row) => arrayText(of(row)))}::text[]`
      : sql`${rows.map(of)}::${raw(type)}[]`,
  )
  const listed = arrays.reduce((before, array) => sql`${before}, ${array}`)
  return sql`${raw(name)} as materialized (
    select ${raw(selected.join(', '))} from unnest(${listed}) as t(${raw(names.join(', '))})
  )`
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
