import type { ArrivalRow, Departure, Settlement } from '../index.ts'
import { raw, type Sql, sql } from '../sql.ts'
import { table } from './rows.ts'

/**
 * The row of what came in. Of two gateways that received the same message at once, the index lets one in. A row that
 * was refused may be written again when it is replayed.
 */
export function arrived(arrival: ArrivalRow): Sql {
  const {
    row,
    peer,
    id = null,
    kind,
    receivedAt,
    by,
    raw,
    status,
    digest,
    reason = null,
    answer = null,
  } = arrival
  const { knownUntil } = arrival
  return sql`outlived as (
    update message set current = false
    where peer = ${peer} and id = ${id}::text and current and known_until <= ${receivedAt}::timestamptz
      and row <> ${row}::uuid and (select ok from guard)
    returning 1
  ), arrived as (
    insert into message as m
      (row, peer, id, kind, received, by, raw, status, digest, reason, answer, known_until, current)
    select ${row}::uuid, ${peer}::text, ${id}::text, ${kind}::text, ${receivedAt}::timestamptz, ${by}::text, ${raw}::bytea,
      ${status}::text, ${digest}::text, ${reason}::text, ${answer}::bytea, ${knownUntil}::timestamptz,
      ${id}::text is not null and ${knownUntil}::timestamptz > ${receivedAt}::timestamptz
    where (select ok from guard) and (select count(*) from outlived) >= 0
    on conflict (row) do update set
      id = excluded.id, kind = excluded.kind, peer = excluded.peer, status = excluded.status,
      digest = excluded.digest, reason = excluded.reason,
      answer = excluded.answer, known_until = excluded.known_until, current = excluded.current
    where m.status = 'error'
    returning 1
  )`
}

/** Into the outbox. */
export function queued(departures: readonly Departure[], at: string): Sql {
  const rows = table('leaving', departures, {
    row: ['uuid', ({ row }) => row],
    peer: ['text', ({ peer }) => peer],
    lane: ['text', ({ lane, peer }) => lane ?? peer],
    kind: ['text', ({ kind }) => kind],
    about: ['text[][]', ({ about }) => about],
    not_before: ['timestamptz', ({ notBefore }) => notBefore],
    give_up_at: ['timestamptz', ({ giveUpAt }) => giveUpAt],
  })
  return sql`${rows}, queued as (
    insert into departure (row, peer, lane, kind, about, not_before, give_up_at, status, queued)
    select row, peer, lane, kind, about, not_before, give_up_at, 'queued', ${at}::timestamptz
    from leaving where (select ok from guard)
  )`
}

/** How departures ended, or that they are tried again, as a step decides it: also what was given up. What has been sent stays so. */
export function settled(settlements: readonly Settlement[], at: string): Sql {
  return settlementParts(settlements, at, raw(`d.status <> 'sent'`))
}

/** The same, as the deliverer tells it: what a step has cancelled meanwhile stays so, unless it has gone out after all. */
export function delivered(settlement: Settlement, at: string): Sql {
  return settlementParts([settlement], at, raw(`(d.status = 'queued' or s.status = 'sent')`))
}

/** One that had ended, and is queued again, begins anew. */
function settlementParts(settlements: readonly Settlement[], at: string, which: Sql): Sql {
  const rows = table('settlement', settlements, {
    row: ['uuid', ({ row }) => row],
    status: ['text', ({ status }) => status],
    reason: ['text', ({ reason }) => reason],
    not_before: ['timestamptz', ({ notBefore }) => notBefore],
  })
  return sql`${rows}, settled as (
    update departure d set
      status = s.status, last_error = coalesce(s.reason, d.last_error),
      not_before = case when s.status = 'queued' then s.not_before else d.not_before end,
      ended = case when s.status = 'queued' then null else ${at}::timestamptz end,
      queued = case when ${again} then ${at}::timestamptz else d.queued end,
      give_up_at = case when ${again} then null else d.give_up_at end,
      attempts = case when ${again} then 0 else d.attempts + (d.holder is not null)::integer end, holder = null, leased_until = null
    from settlement s
    where d.row = s.row and ${which} and (select ok from guard)
  )`
}

const again = raw(`(s.status = 'queued' and d.ended is not null)`)
