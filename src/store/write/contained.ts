import type { Resource } from '@medplum/fhirtypes'
import { type SearchRow, searchRow } from '../../fhir/search/row.ts'
import { isServed } from '../../fhir/served.ts'
import type { Kept } from '../kept.ts'
import { keptColumns } from '../search/schema.ts'
import { termsOf } from '../search/terms.ts'
import { type Sql, sql } from '../sql.ts'
import { table } from './rows.ts'

/** A resource within another, by its place in the list: one that has a name there, and is of a type that is searched. */
interface Inner {
  container: Kept
  number: number
  type: string
  row: SearchRow
}

/**
 * The rows by which what others contain is found; nothing where nothing is contained.
 *
 * Rows of former versions count no more, whether they are here or not: they go when new ones come, so a write without
 * contained resources has nothing to do with this table.
 */
export function containedParts(resources: readonly Kept[], zone: string | undefined): Sql[] {
  const inner = resources.flatMap((container) => innerOf(container, zone))
  if (inner.length === 0) return []
  const rows = table('inner_row', inner, {
    container_type: ['text', ({ container }) => container.resourceType],
    container_id: ['text', ({ container }) => container.id],
    version: ['integer', ({ container }) => Number(container.meta.versionId)],
    number: ['integer', ({ number }) => number],
    type: ['text', ({ type }) => type],
    id: ['text', ({ row }) => row.id],
    terms: ['text[][]', ({ type, row }) => termsOf(type, row)],
    row: ['jsonb', ({ type, row }) => keptOf(type, row)],
  })
  return [
    rows,
    inserted,
    ...(inner.some(({ container }) => container.meta.versionId !== '1') ? [outdated] : []),
  ]
}

function innerOf(container: Kept, zone: string | undefined): Inner[] {
  const { contained = [] } = container as { contained?: readonly Resource[] } // as all types have it that may
  return contained.flatMap((resource, number) => {
    const { resourceType: type, id } = resource
    if (id === undefined || !isServed(type)) return []
    return [{ container, number, type, row: searchRow(resource, zone) }]
  })
}

/** Of what search sees, what its type's table has a column for. */
const keptOf = (type: string, row: SearchRow): string =>
  JSON.stringify(Object.fromEntries(keptColumns(type).map(({ name }) => [name, row[name]])))

const inserted: Sql = sql`inner_kept as (
  insert into contained (container_type, container_id, version, number, type, id, terms, row)
  select v.container_type, v.container_id, v.version, v.number, v.type, v.id, v.terms, v.row
  from inner_row v join written w on w.type = v.container_type and w.id = v.container_id
)`

const outdated: Sql = sql`inner_gone as (
  delete from contained c using inner_row v
  join written w on w.type = v.container_type and w.id = v.container_id
  where c.container_type = v.container_type and c.container_id = v.container_id and c.version < v.version
)`
