import type { Database } from './database.ts'
import type { Sight, Stored } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { raw, type Sql, sql } from './sql.ts'

/** A row of `resource` or `version` as it comes from the database. */
export interface StoredRow {
  type: string
  id: string
  version: number
  updated: string
  deleted: boolean
  body: string
  [column: string]: unknown
}

export function storedOf({ type, id, version, updated, deleted, body }: StoredRow): Stored {
  return { type, id, version, lastUpdated: updated, deleted, body }
}

/** The condition that a resource is for these eyes; `access` is a column. */
export function visible(sight: Sight, access: string): Sql {
  return sight === 'all' ? raw('true') : sql`${raw(access)} && ${[...sight]}::text[]`
}

/** Whether a resource with these keys is for these eyes. */
export const sees = (sight: Sight, access: readonly string[]): boolean =>
  sight === 'all' || sight.some((key) => access.includes(key))

/** The current version, deleted ones too; undefined when there is none for these eyes. */
export async function readCurrent(
  keyed: Keyed,
  type: string,
  id: string,
  sight: Sight,
): Promise<Stored | undefined> {
  const found = await keyed.current(type, id)
  if (!found || !sees(sight, found.access)) return undefined
  const { access: _, ...stored } = found
  return stored
}

/** One version. Who may see a resource now may see its past. */
export async function readVersion(
  db: Database,
  type: string,
  id: string,
  version: number,
  sight: Sight,
): Promise<Stored | undefined> {
  const [row] = await db.rows<StoredRow>(sql`
    select type, id, version, updated, deleted, body from resource
    where type = ${type} and id = ${id} and version = ${version}::integer and ${visible(sight, 'access')}
    union all
    select v.type, v.id, v.version, v.updated, v.deleted, v.body
    from version v join resource r on r.type = v.type and r.id = v.id
    where v.type = ${type} and v.id = ${id} and v.version = ${version}::integer and ${visible(sight, 'r.access')}`)
  return row && storedOf(row)
}
