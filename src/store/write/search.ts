import type { Column } from '../../fhir/search/parameters.ts'
import { type SearchRow, searchRow } from '../../fhir/search/row.ts'
import type { Kept } from '../kept.ts'
import { keptColumns, quoted, remembered, searchTable } from '../search/schema.ts'
import { termsOf } from '../search/terms.ts'
import { raw, type Sql, sql } from '../sql.ts'
import type { Change } from './resources.ts'
import { arrayText, table } from './rows.ts'

/**
 * The rows by which what is written is found, in the table of each type: those of former versions go, new ones come
 * with the keys that the resource has now.
 */
export function indexedParts(
  resources: readonly Kept[],
  changes: readonly Change[],
  zone: string | undefined,
): Sql[] {
  const types = [...new Set(changes.map(({ type }) => type))].sort()
  return types.flatMap((type) => {
    const former = changes.some((change) => change.type === type && change.replaces > 0)
    const rows = resources
      .filter(({ resourceType }) => resourceType === type)
      .map((resource) => searchRow(resource, zone))
    return [...(former ? [removed(type)] : []), ...(rows.length > 0 ? inserted(type, rows, former) : [])]
  })
}

function removed(type: string): Sql {
  const name = searchTable(type)
  return sql`old_${raw(name)} as (
    delete from ${raw(name)} s using change c
    where c.type = ${raw(`'${type}'`)} and s.id = c.id and c.replaces > 0 and (select ok from guard)
    returning 1
  )`
}

/** A row travels as one array of texts, which is read faster than JSON; `access` is what the written row has. */
function inserted(type: string, rows: readonly SearchRow[], former: boolean): Sql[] {
  const columns = keptColumns(type)
  const values = table(`row_${searchTable(type)}`, rows, {
    cells: ['text[][]', (row) => cellsOf(type, row, columns)],
  })
  return [values, former ? instead(type) : anew(type)]
}

const anew = remembered((type) => insertion(type, raw('')))

/** Once the former row is gone. */
const instead = remembered((type) =>
  insertion(type, sql`where (select count(*) from old_${raw(searchTable(type))}) >= 0`),
)

function insertion(type: string, after: Sql): Sql {
  const name = searchTable(type)
  const columns = keptColumns(type)
  const names = ['id', 'access', 'updated', 'terms', ...columns.map((column) => quoted(column.name))]
  const cells = [
    'w.id',
    'w.access',
    'v.cells[2]::timestamptz',
    'v.cells[3]::text[]',
    ...columns.map((column, n) => `v.cells[${n + 4}]${column.type === 'text' ? '' : `::${column.type}`}`),
  ]
  return sql`new_${raw(name)} as (
    insert into ${raw(name)} (${raw(names.join(', '))})
    select ${raw(cells.join(', '))} from row_${raw(name)} v
    join written w on w.type = ${raw(`'${type}'`)} and w.id = v.cells[1]
    ${after}
  )`
}

function cellsOf(type: string, row: SearchRow, columns: readonly Column[]): (string | null)[] {
  return [
    String(row.id),
    String(row.updated),
    arrayText(termsOf(type, row)),
    ...columns.map(({ name, type: kind }) => (kind === 'jsonb' ? jsonCell : cell)(row[name])),
  ]
}

const jsonCell = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

function cell(value: unknown): string | null {
  if (value === undefined) return null
  return Array.isArray(value) ? arrayText(value) : String(value)
}

/** Who may find what others were let see. */
export function grantedParts(types: readonly string[]): Sql[] {
  return types.map((type) => {
    const name = searchTable(type)
    return sql`seen_${raw(name)} as (
      update ${raw(name)} s set access = g.access from granted g where g.type = ${raw(`'${type}'`)} and s.id = g.id
    )`
  })
}
