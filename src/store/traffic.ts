import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** What goes on with one peer. */
export interface Traffic {
  peer: string
  /** Departures that are to leave, wait for a person, or have been given up. */
  queued: number
  parked: number
  dead: number
  /** Instants: when something last came, and last left. */
  lastArrival?: string
  lastSent?: string
}

/** What goes on with these peers. */
export async function trafficOf(db: Database, peers: readonly string[]): Promise<Traffic[]> {
  const rows = await db.planned<TrafficRow>(sql`
    select name as peer, counted.*,
      (select received from message m where m.peer = name order by received desc limit 1) as arrived,
      (select max(ended) from departure d where d.peer = name and d.status = 'sent') as sent
    from unnest(${[...peers]}::text[]) with ordinality as peer (name, n)
    cross join lateral (
      select count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'parked') as parked,
        count(*) filter (where status = 'dead') as dead
      from departure d where d.peer = name and d.status in ('queued', 'parked', 'dead')
    ) counted
    order by n`)
  return rows.map(({ arrived, sent, ...counts }) => ({
    ...counts,
    ...(arrived !== null && { lastArrival: arrived }),
    ...(sent !== null && { lastSent: sent }),
  }))
}

interface TrafficRow {
  peer: string
  queued: number
  parked: number
  dead: number
  arrived: string | null
  sent: string | null
}
