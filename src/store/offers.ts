import type { Database } from './database.ts'
import type { Stored } from './kept.ts'
import { join, type Sql, sql } from './sql.ts'

/** Which free slots are asked for: the earliest of some diaries. */
export interface OfferQuery {
  /** `Schedule/<id>`, and the keys of which a slot there must have one to be seen; absent: whatever it has. */
  diaries: readonly { reference: string; keys?: readonly string[] }[]
  /** Those that are reserved, those that are not, either, or so many of each of the two. */
  reserved: boolean | 'either' | 'each'
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
export async function earliestOffers(db: Database, query: OfferQuery): Promise<Offer[]> {
  const rows = await db.rows<OfferRow>(offersStatement(query))
  return rows.map(({ updated, ...row }) => ({ ...row, lastUpdated: updated, deleted: false }))
}

/** A free slot, and which of the two kinds it is. */
export interface Offer extends Stored {
  reserved: boolean
}

interface OfferRow {
  type: string
  id: string
  version: number
  updated: string
  body: string
  reserved: boolean
  [column: string]: unknown
}

export function offersStatement({ diaries, reserved, count, ...query }: OfferQuery): Sql {
  const references = diaries.map(({ reference }) => reference)
  const keys = diaries.map((diary) => diary.keys?.join(' ') ?? null)
  const kinds = typeof reserved === 'boolean' ? [reserved] : [true, false]
  const parts = kinds.map((kind) => ofDiaries({ count, ...query }, kind))
  const first = (offers: Sql) => sql`(select * from (${offers}) o order by start, id limit ${count}::integer)`
  const offers =
    reserved === 'each' ? join(parts.map(first), ' union all ') : first(join(parts, ' union all '))
  return sql`
    with diary as materialized (
      select reference, string_to_array(keys, ' ') as keys
      from unnest(${references}::text[], ${keys}::text[]) as d(reference, keys)
    ), offer as (${offers})
    select r.type, r.id, r.version, r.updated, r.body, offer.reserved
    from offer join resource r on r.type = 'Slot' and r.id = offer.id order by offer.start, offer.id`
}

/** So many of each diary are read, and no more: by the index, in its order. */
function ofDiaries(
  { exams, from, to, after, count, each = count }: Omit<OfferQuery, 'diaries' | 'reserved'>,
  reserved: boolean,
): Sql {
  const terms = exams.length === 0 ? null : exams.map((token) => `service-type=${token}`)
  return sql`
    select found.id, found.start, ${reserved}::boolean as reserved from diary cross join lateral (
      select s.id, s.start from search_slot s
      where s.schedule = diary.reference and s.status = 'free' and is_reserved(s.terms) = ${reserved}::boolean
        and (s.start, s.id) > (${after?.start ?? from}::timestamptz, ${after?.id ?? ''}::text)
        and s.start < ${to}::timestamptz
        and (diary.keys is null or s.access && diary.keys)
        and (${terms}::text[] is null or s.terms && ${terms}::text[])
      order by s.start, s.id limit ${each}::integer
    ) found`
}
