import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** What waits in a lane of a peer. */
export interface LaneHealth {
  lane: string
  /** Departures that are to leave. */
  queued: number
  /** Instant: since when the oldest one waits. */
  oldest: string
}

/** The lanes of a peer in which something waits to leave. */
export function lanesOf(db: Database, peer: string): Promise<LaneHealth[]> {
  return db.planned<LaneHealth>(sql`
    select lane, count(*) as queued, min(queued) as oldest from departure
    where status = 'queued' and peer = ${peer} group by lane order by lane`)
}
