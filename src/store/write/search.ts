import { searchRow } from '../../fhir/search/row.ts'
import type { Kept } from '../index.ts'
import { searchTable } from '../search/schema.ts'
import { raw, type Sql, sql } from '../sql.ts'
import type { Change } from './resources.ts'
import { table } from './rows.ts'

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
      .map((resource) => ({ id: resource.id, row: JSON.stringify(searchRow(resource, zone)) }))
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

function inserted(type: string, rows: readonly { id: string; row: string }[], former: boolean): Sql[] {
  const name = searchTable(type)
  const values = table(`row_${name}`, rows, {
    id: ['text', ({ id }) => id],
    data: ['jsonb', ({ row }) => row],
  })
  const after = former ? sql`where (select count(*) from old_${raw(name)}) >= 0` : sql``
  const insert = sql`new_${raw(name)} as (
    insert into ${raw(name)}
    select made.* from row_${raw(name)} v
    join written w on w.type = ${raw(`'${type}'`)} and w.id = v.id
    cross join lateral jsonb_populate_record(null::${raw(name)}, v.data || jsonb_build_object('access', w.access)) made
    ${after}
  )`
  return [values, insert]
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
