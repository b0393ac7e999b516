import type { Database } from './database.ts'
import type { Stored } from './kept.ts'
import { join, type Sql, sql } from './sql.ts'

/** Which free slots are asked for: the earliest of some diaries. */
export interface OfferQuery {
  /** `Schedule/<id>`, and the keys of which a slot there must have one to be seen; absent: whatever it has. */
  diaries: readonly { reference: string; keys?: readonly string[] }[]
  /** Those that are reserved, those that are not, or either. */
  reserved: boolean | 'either'
  /** Tokens of what they are for (`system|code`), any of which will do; empty: whatever. */
  exams: readonly string[]
  /** Instants, end exclusive, between which they begin. */
  from: string
  to: string
  /** Where a former answer has ended: only what comes after it. */
  after?: { start: string; id: string }
  count: number
  /** So many of each diary; `count` unless it is said. */
  each?: number
}

/**
 * The earliest free slots of diaries, by their beginning and id. So many of each diary are looked at and no more, by an
 * index: it takes as long however many there are.
 */
export async function earliestOffers(db: Database, query: OfferQuery): Promise<Stored[]> {
  const rows = await db.rows<OfferRow>(offersStatement(query))
  return rows.map(({ updated, ...row }) => ({ ...row, lastUpdated: updated, deleted: false }))
}

interface OfferRow {
  type: string
  id: string
  version: number
  updated: string
  body: string
  [column: string]: unknown
}

export function offersStatement(query: OfferQuery): Sql {
  const parts = query.reserved === 'either' ? [true, false] : [query.reserved]
  return sql`
    with offer as (
      ${join(
        parts.map((reserved) => ofDiaries(query, reserved)),
        ' union all ',
      )}
      order by start, id limit ${query.count}::integer
    )
    select r.type, r.id, r.version, r.updated, r.body
    from offer join resource r on r.type = 'Slot' and r.id = offer.id order by offer.start, offer.id`
}

function ofDiaries(
  { diaries, exams, from, to, after, count, each = count }: OfferQuery,
  reserved: boolean,
): Sql {
  const references = diaries.map(({ reference }) => reference)
  const keys = diaries.map((diary) => diary.keys?.join(' ') ?? null)
  const terms = exams.length === 0 ? null : exams.map((token) => `service-type=${token}`)
  return sql`select id, start from earliest_offers(
    ${references}::text[], ${keys}::text[], ${reserved}::boolean, ${terms}::text[],
    ${after?.start ?? from}::timestamptz, ${after?.id ?? ''}::text, ${to}::timestamptz, ${each}::integer)`
}
