import type { Database } from './database.ts'
import type { LineState } from './lines.ts'
import { sql } from './sql.ts'

/** How a line to a peer fares. */
export interface LineHealth {
  peer: string
  /** `failing`: what was tried last did not get through. `absent`: nobody has such a line any more. */
  state: LineState | 'failing' | 'absent'
  /** Why it is held, or what it fails with: code and place. */
  reason?: string
  /** Who holds it, and since when. */
  by?: string
  since?: string
  /** Departures that are to leave, wait for a person, or have been given up. */
  queued: number
  parked: number
  dead: number
  /** Instant: since when the oldest one waits. */
  oldest?: string
  /** Messages in the hour before. */
  inLastHour: number
  outLastHour: number
  /** Instants: when something last came, was last taken by the peer, and last did not get there. */
  lastArrival?: string
  lastSent?: string
  lastError?: { at: string; reason: string }
}

/**
 * How these lines fare, in their order, and after them those that are absent here while something waits for them: each
 * figure along an index.
 */
export async function healthOf(db: Database, peers: readonly string[], at: string): Promise<LineHealth[]> {
  const absent = await leftBehind(db, peers)
  const health = await healthIn(db, [...peers, ...absent], at)
  return health.map((line) => (absent.includes(line.peer) ? { ...line, ...gone } : line))
}

const gone = { state: 'absent', reason: 'no connector has this name' } as const

/** Peers that are not among these, though something is to leave for them or waits for a person: one step a peer through the index. */
async function leftBehind(db: Database, peers: readonly string[]): Promise<string[]> {
  const rows = await db.planned<{ peer: string }>(sql`
    with recursive named as (
      (select peer from departure order by peer limit 1)
      union all
      select next.peer from named cross join lateral (
        select peer from departure where peer > named.peer order by peer limit 1
      ) next
    )
    select peer from named where not peer = any(${[...peers]}::text[]) and (
      exists (select from departure d where d.peer = named.peer and d.status = 'queued')
      or exists (select from departure d where d.peer = named.peer and d.status in ('parked', 'dead') and d.ended is not null)
    ) order by peer`)
  return rows.map(({ peer }) => peer)
}

async function healthIn(db: Database, peers: readonly string[], at: string): Promise<LineHealth[]> {
  const rows = await db.planned<HealthColumns>(sql`
    select p.peer, l.state, l.reason, l.by, l.since, waiting.*, ended.*,
      (select count(*) from message m
       where m.peer = p.peer and m.received > ${at}::timestamptz - interval '1 hour') as came,
      (select count(*) from departure d
       where d.peer = p.peer and d.status = 'sent' and d.ended > ${at}::timestamptz - interval '1 hour') as went,
      (select received from message m where m.peer = p.peer order by received desc limit 1) as arrived,
      (select d.ended from departure d
       where d.peer = p.peer and d.status = 'sent' and d.ended is not null order by d.ended desc limit 1) as sent,
      failed.tried as failed, failed.last_error
    from unnest(${[...peers]}::text[]) with ordinality as p(peer, n)
    left join line l on l.peer = p.peer
    cross join lateral (
      select count(*) as queued, min(d.queued) as oldest from departure d where d.status = 'queued' and d.peer = p.peer
    ) waiting
    cross join lateral (
      select count(*) filter (where d.status = 'parked') as parked, count(*) filter (where d.status = 'dead') as dead
      from departure d where d.peer = p.peer and d.status in ('parked', 'dead') and d.ended is not null
    ) ended
    left join lateral (
      select d.tried, d.last_error from departure d
      where d.peer = p.peer and d.last_error is not null and d.status <> 'sent' and d.tried is not null
      order by d.peer, d.tried desc limit 1
    ) failed on true
    order by p.n`)
  return rows.map(lineOf)
}

interface HealthColumns {
  peer: string
  state: Exclude<LineState, 'open'> | null
  reason: string | null
  by: string | null
  since: string | null
  queued: number
  oldest: string | null
  parked: number
  dead: number
  came: number
  went: number
  arrived: string | null
  sent: string | null
  failed: string | null
  last_error: string | null
}

function lineOf(row: HealthColumns): LineHealth {
  const { peer, queued, parked, dead, failed, sent, last_error } = row
  const isFailing = queued > 0 && failed !== null && (sent === null || sent < failed)
  const reason = row.state === null ? (isFailing ? last_error : null) : row.reason
  return {
    peer,
    state: row.state ?? (isFailing ? 'failing' : 'open'),
    ...(reason !== null && { reason }),
    ...(row.by !== null && { by: row.by }),
    ...(row.since !== null && { since: row.since }),
    queued,
    parked,
    dead,
    ...(row.oldest !== null && { oldest: row.oldest }),
    inLastHour: row.came,
    outLastHour: row.went,
    ...(row.arrived !== null && { lastArrival: row.arrived }),
    ...(sent !== null && { lastSent: sent }),
    ...(failed !== null && last_error !== null && { lastError: { at: failed, reason: last_error } }),
  }
}
