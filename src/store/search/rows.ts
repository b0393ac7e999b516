import type { Database } from '../database.ts'
import { raw, type Sql } from '../sql.ts'

/** Runs one statement, planned for its values, and gives its rows. */
export type Query = Database['planned']

/** A resource that was found. */
export type ResourceRow = {
  type: string
  id: string
  version: number
  /** Instant. */
  updated: string
  body: string
}

/** What statements select of `resource r`. */
export const resourceColumns: Sql = raw(`r.type, r.id, r.version, r.updated, r.body`)
