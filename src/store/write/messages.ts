import { raw, type Sql, sql } from '../sql.ts'
import type { ArrivalRow, Departure, Settlement } from '../writes.ts'
import { table } from './rows.ts'
import type { Whole } from './whole.ts'

/**
 * The rows of what came in. Of two gateways that received the same message at once, the index lets one in. A row that
 * was refused may be written again when it is replayed.
 */
export function arrived(arrivals: readonly ArrivalRow[]): Sql {
  const rows = table('arriving', arrivals, {
    row: ['uuid', ({ row }) => row],
    peer: ['text', ({ peer }) => peer],
    id: ['text', ({ id }) => id],
    kind: ['text', ({ kind }) => kind],
    received: ['timestamptz', ({ receivedAt }) => receivedAt],
    by: ['text', ({ by }) => by],
    raw: ['bytea', ({ raw: bytes }) => bytes],
    status: ['text', ({ status }) => status],
    digest: ['text', ({ digest }) => digest],
    reason: ['text', ({ reason }) => reason],
    answer: ['bytea', ({ answer }) => answer],
    keys: ['text[][]', ({ keys = [] }) => keys],
    known_until: ['timestamptz', ({ knownUntil }) => knownUntil],
  })
  return sql`${rows}, outlived as (
    update message m set current = false
    from arriving a
    where m.peer = a.peer and m.id = a.id and m.current and m.known_until <= a.received
      and m.row <> a.row and (select ok from guard)
    returning 1
  ), arrived as (
    insert into message as m
      (row, peer, id, kind, received, by, raw, status, digest, reason, answer, keys, known_until, current)
    select row, peer, id, kind, received, by, raw, status, digest, reason, answer, keys, known_until,
      id is not null and known_until > received
    from arriving where (select ok from guard) and (select count(*) from outlived) >= 0
    on conflict (row) do update set
      id = excluded.id, kind = excluded.kind, peer = excluded.peer, status = excluded.status,
      digest = excluded.digest, reason = excluded.reason,
      answer = excluded.answer, keys = excluded.keys, known_until = excluded.known_until, current = excluded.current
    where m.status = 'error'
    returning 1
  )`
}

/**
 * Into the outbox. What is to leave on a lease is in its holder's hand at once, if nothing is before it in its lane but
 * what ends here. (Two that are written at the same moment may both be: nothing says which is the first.)
 */
export function queued({ departures = [], leases = new Map(), settlements = [], at }: Whole): Sql {
  const rows = table('leaving', departures, {
    row: ['uuid', ({ row }) => row],
    peer: ['text', ({ peer }) => peer],
    lane: ['text', ({ lane, peer }) => lane ?? peer],
    kind: ['text', ({ kind }) => kind],
    about: ['text[][]', ({ about }) => about],
    keys: ['text[][]', ({ about, rendered }) => [...about.map(unversioned), ...(rendered?.keys ?? [])]],
    raw: ['bytea', ({ rendered }) => rendered?.raw],
    content_type: ['text', ({ rendered }) => rendered?.contentType],
    not_before: ['timestamptz', ({ notBefore }) => notBefore],
    holder: ['text', ({ peer }) => leases.get(peer)?.holder],
    until: ['timestamptz', ({ peer }) => leases.get(peer)?.until],
    first: ['boolean', (departure) => isFirst(departure, departures)],
  })
  const ending = settlements.filter(({ status }) => status !== 'queued').map(({ row }) => row)
  const idle =
    leases.size > 0
      ? sql`l.first and (l.not_before is null or l.not_before <= ${at}::timestamptz) and not exists (
      select from departure d where d.status = 'queued' and d.peer = l.peer and d.lane = l.lane
        and d.row <> all(${ending}::uuid[])
    ) and not exists (select from line where peer = l.peer)`
      : raw('false')
  return sql`${rows}, queued as (
    insert into departure
      (row, peer, lane, kind, about, keys, raw, content_type, not_before, status, queued, holder,
        leased_until)
    select row, peer, lane, kind, about, keys, raw, content_type, not_before, 'queued', ${at}::timestamptz,
      case when idle then holder end, case when idle then until end
    from (select l.*, ${idle} as idle from leaving l) leaving where (select ok from guard)
    returning row, holder
  )`
}

const unversioned = (reference: string) => reference.replace(/\/_history\/.*$/, '')

const laneOf = ({ lane, peer }: Departure) => `${peer} ${lane ?? peer}`

const isFirst = (departure: Departure, all: readonly Departure[]) =>
  all.find((one) => laneOf(one) === laneOf(departure)) === departure

/** Departures that somebody else may have taken meanwhile: their rows are held while this is written. */
export function fenced(settlements: readonly Settlement[]): Sql {
  const rows = table('fence', settlements, {
    row: ['uuid', ({ row }) => row],
    holder: ['text', ({ holder }) => holder],
  })
  return sql`${rows}, in_hand as materialized (
    select d.row from fence f join departure d on d.row = f.row and d.holder = f.holder and d.status = 'queued'
    order by d.row for no key update of d
  )`
}

/** How departures ended, or that they are tried again, as a step decides it: also what was given up. What has been sent stays so. */
export function settled(settlements: readonly Settlement[], at: string): Sql {
  return settlementParts(settlements, at, raw(`(d.status <> 'sent' or s.again)`))
}

/**
 * The same, as the deliverer tells it: what a step has cancelled meanwhile stays so, and what another has in hand by
 * now is left to it; unless it has gone out after all.
 */
export function delivered(settlement: Settlement, at: string): Sql {
  return settlementParts(
    [settlement],
    at,
    raw(`(d.status = 'queued' and (s.holder is null or s.holder = d.holder) or s.status = 'sent')`),
  )
}

/** One that had ended, and is queued again, begins anew. */
function settlementParts(settlements: readonly Settlement[], at: string, which: Sql): Sql {
  const rows = table('settlement', settlements, {
    row: ['uuid', ({ row }) => row],
    status: ['text', ({ status }) => status],
    reason: ['text', ({ reason }) => reason],
    not_before: ['timestamptz', ({ notBefore }) => notBefore],
    holder: ['text', ({ holder }) => holder],
    raw: ['bytea', ({ raw: bytes }) => bytes],
    content_type: ['text', ({ contentType }) => contentType],
    keys: ['text[][]', ({ keys = [] }) => keys],
    again: ['boolean', ({ again = false }) => again],
  })
  return sql`${rows}, settled as (
    update departure d set
      keys = case when d.raw is null then d.keys || s.keys else d.keys end,
      tried = case when d.holder is null then d.tried else ${at}::timestamptz end,
      raw = coalesce(d.raw, s.raw), content_type = coalesce(d.content_type, s.content_type),
      status = s.status, last_error = coalesce(s.reason, d.last_error),
      not_before = case when s.status = 'queued' then s.not_before else d.not_before end,
      ended = case when s.status = 'queued' then null else ${at}::timestamptz end,
      queued = case when ${again} then ${at}::timestamptz else d.queued end,
      held_ms = case when ${again} then 0 else d.held_ms end,
      attempts = case when ${again} then 0 else d.attempts + (d.holder is not null)::integer end, holder = null, leased_until = null
    from settlement s
    where d.row = s.row and ${which} and (select ok from guard)
    returning d.row, d.peer, d.lane, d.status
  )`
}

const again = raw(`(s.status = 'queued' and d.ended is not null)`)
