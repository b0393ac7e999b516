import { raw, type Sql } from '../sql.ts'

/** Runs one statement and gives its rows. */
export type Query = <Row>(piece: Sql) => Promise<Row[]>

/** A resource that was found. */
export interface ResourceRow {
  type: string
  id: string
  version: number
  /** Instant. */
  updated: string
  body: string
}

/** What statements select of `resource r`. */
export const resourceColumns: Sql = raw(
  `r.type, r.id, r.version, to_char(r.updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated, r.body`,
)
