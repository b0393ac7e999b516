import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** When each of these resources first had one of these statuses, over all its versions: id → instant. */
export async function firstHad(
  db: Database,
  type: string,
  ids: readonly string[],
  statuses: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.rows<{ id: string; at: string }>(sql`
    select id, min(updated) as at from (
      select id, updated, deleted, body from resource where type = ${type} and id = any(${[...ids]}::text[])
      union all
      select id, updated, deleted, body from version where type = ${type} and id = any(${[...ids]}::text[])
    ) as every
    where not deleted and body::jsonb ->> 'status' = any(${[...statuses]}::text[])
    group by id`)
  return new Map(rows.map(({ id, at }) => [id, at]))
}
