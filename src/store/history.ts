import { z } from 'zod'
import { failure } from '../fhir/outcome.ts'
import type { Database } from './database.ts'
import type { HistoryPage, HistoryQuery, Sight } from './kept.ts'
import { type StoredRow, storedOf, visible } from './read.ts'
import { join, raw, type Sql, sql } from './sql.ts'

/** Where a change stands: the transaction that made it, and its number within it. */
interface Position {
  xact: number
  seq: number
}

/** A change beside the horizon: the oldest transaction that still runs. The row is empty when there is no change. */
type PlacedRow = StoredRow & Position & { horizon: number }

/**
 * Changes in the order of their positions, a page at a time, deletions included.
 *
 * Oldest first, a page ends before the oldest transaction that is still running: whatever commits later has a later
 * position, so whoever goes on from `resume` misses nothing, and does not look twice at what is not for its eyes. Newest
 * first shows all that is committed.
 */
export async function readHistory(db: Database, query: HistoryQuery, sight: Sight): Promise<HistoryPage> {
  const cursor = query.cursor === undefined ? undefined : positionOf(query.cursor)
  const rows = await db.planned<PlacedRow>(pageStatement(query, cursor, sight))
  const found = rows.filter(({ type }) => type !== null)
  const entries = found.slice(0, query.count)
  const last = entries.at(-1)
  const more = found.length > query.count && last ? cursorOf(last) : undefined
  return {
    entries: entries.map(storedOf),
    ...(more !== undefined && { next: more }),
    ...(query.order === 'oldest' && { resume: more ?? cursorOf({ xact: rows[0]?.horizon ?? 0, seq: 0 }) }),
    ...(query.id !== undefined && { total: await countOf(db, query, sight) }),
  }
}

/** One more than the page holds is asked for: it tells whether there is a next one. */
function pageStatement(query: HistoryQuery, cursor: Position | undefined, sight: Sight): Sql {
  const direction = raw(query.order === 'oldest' ? 'asc' : 'desc')
  const limit = sql`order by xact ${direction}, seq ${direction} limit ${query.count + 1}::integer`
  const { current, former } = changesOf(query, cursor, sight)
  return sql`
    with horizon as materialized (
      select base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xact from epoch
    )
    select horizon.xact as horizon, change.* from horizon left join (
      (select r.type, r.id, r.version, r.updated, r.deleted, r.body, r.xact, r.seq ${current} ${limit})
      union all
      (select v.type, v.id, v.version, v.updated, v.deleted, v.body, v.xact, v.seq ${former} ${limit})
      ${limit}
    ) as change on true order by change.xact ${direction}, change.seq ${direction}`
}

/** What is now, and what was before it, each from its table. */
function changesOf(query: HistoryQuery, cursor: Position | undefined, sight: Sight) {
  const current = where([...conditions(query, cursor, 'r'), visible(sight, 'r.access')])
  const former = where([
    ...conditions(query, cursor, 'v'),
    ...(query.at === undefined ? [] : [sql`v.until > ${query.at.low}::timestamptz`]),
    ...(sight === 'all' ? [] : [visible(sight, 'r.access')]),
  ])
  const owner = sight === 'all' ? raw('') : raw('join resource r on r.type = v.type and r.id = v.id')
  return { current: sql`from resource r ${current}`, former: sql`from version v ${owner} ${former}` }
}

function where(conditions: readonly Sql[]): Sql {
  return conditions.length > 0 ? sql`where ${join(conditions, ' and ')}` : raw('')
}

function conditions(query: HistoryQuery, cursor: Position | undefined, alias: 'r' | 'v'): Sql[] {
  const a = raw(alias)
  const { type, id, types, since, at, order } = query
  return [
    ...(type === undefined ? [] : [sql`${a}.type = ${type}`]),
    ...(id === undefined ? [] : [sql`${a}.id = ${id}`]),
    ...(types === undefined ? [] : [sql`${a}.type = any(${[...types]}::text[])`]),
    ...(since === undefined ? [] : [sql`${a}.updated >= ${since}::timestamptz`, notLongBefore(since, alias)]),
    ...(at === undefined ? [] : [sql`${a}.updated <= ${at.high}::timestamptz`]),
    ...(order === 'oldest' ? [settledOnly(a)] : []),
    ...(cursor === undefined ? [] : [beyond(cursor, order, a)]),
  ]
}

/** Below the oldest transaction that is still running. */
const settledOnly = (a: Sql) => sql`${a}.xact < (select xact from horizon)`

const beyond = ({ xact, seq }: Position, order: HistoryQuery['order'], a: Sql) =>
  sql`(${a}.xact, ${a}.seq) ${raw(order === 'oldest' ? '>' : '<')} (${xact}::bigint, ${seq}::bigint)`

/**
 * Positions rise with time, so changes since an instant are at the end of the index, and the rest need not be looked at.
 * Ten minutes are left for gateways whose clocks differ.
 */
function notLongBefore(since: string, alias: 'r' | 'v'): Sql {
  const table = raw(alias === 'r' ? 'resource' : 'version')
  return sql`${raw(alias)}.xact >= coalesce((
    select xact from ${table} where updated < ${since}::timestamptz - interval '10 minutes'
    order by updated desc limit 1
  ), 0)`
}

/** How many versions one resource has, of the time that is asked for. */
async function countOf(db: Database, query: HistoryQuery, sight: Sight): Promise<number> {
  const { type, id, since, at } = query
  const { current, former } = changesOf({ ...query, order: 'newest' }, undefined, sight) // settled or not
  const [row] = await db.rows<{ total: number }>(
    since === undefined && at === undefined
      ? sql`select version as total from resource where type = ${type} and id = ${id} and ${visible(sight, 'access')}`
      : sql`select ((select count(*) ${current}) + (select count(*) ${former}))::integer as total`,
  )
  return row?.total ?? 0
}

const positionForm = z.string().regex(/^\d{1,15}-\d{1,15}$/)

function cursorOf({ xact, seq }: Position): string {
  return `${xact}-${seq}`
}

function positionOf(cursor: string): Position {
  const { success, data } = positionForm.safeParse(cursor)
  if (!success)
    throw failure('value', 'This page link is not one of ours. Begin again without it.', '_cursor')
  const [xact = 0, seq = 0] = data.split('-').map(Number)
  return { xact, seq }
}
