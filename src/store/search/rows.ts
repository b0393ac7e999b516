import { type Database, instant } from '../database.ts'
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

/** Many resources as two texts. */
export type Packed = {
  /** A line each: `Slot|1|1|2026-03-02 07:00:00+00`. */
  about: string | null
  /** Their bodies in the same order, with a character between that no JSON text has in it. */
  bodies: string | null
}

const between = '\u0001'

/**
 * What statements select of all `resource r` together. A thousand rows are a thousand messages of five values each, to
 * be cut out and named one by one; as two values they are read in half the time.
 */
export const packed: Sql = raw(
  `string_agg(concat_ws('|', r.type, r.id, r.version, r.updated), E'\n') as about, string_agg(r.body, chr(1)) as bodies`,
)

/** The resources in such a row. */
export function unpacked({ about, bodies }: Packed): ResourceRow[] {
  if (about === null || bodies === null) return []
  const texts = bodies.split(between)
  return about.split('\n').map((line, n) => {
    const [type = '', id = '', version, updated = ''] = line.split('|')
    const body = texts[n]
    if (body === undefined) throw new Error('There are fewer bodies than resources')
    return { type, id, version: Number(version), updated: instant(updated), body }
  })
}
