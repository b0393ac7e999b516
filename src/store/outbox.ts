import type { Database } from './database.ts'
import { type StoredRow, storedOf } from './read.ts'
import { join, raw, type Sql, sql } from './sql.ts'
import type { Outbox } from './store.ts'
import { delivered } from './write/messages.ts'
import { table } from './write/rows.ts'
import type { DepartureRow, Lease, Room, Settlement } from './writes.ts'

/** What leaves: written by steps, taken from here by whoever delivers. */
export function outboxIn(db: Database): Omit<Outbox, 'handTo'> {
  return {
    async claim(lease, rooms, at) {
      const rows = await db.change<DepartureColumns>(claim(lease, rooms, at))
      return rows.sort((a, b) => a.seq - b.seq).map(departureOf)
    },
    async about(references) {
      const wanted = references.map((reference) => reference.split('/'))
      const rows = await db.change<StoredRow & { n: number }>(toldOf(wanted)) // by their keys and nothing else
      return rows.sort((a, b) => a.n - b.n).map(storedOf)
    },
    async renew({ holder, until }, rows) {
      const held = await db.change<{ row: string }>(sql`
        update departure set leased_until = ${until}::timestamptz
        where row = any(${[...rows]}::uuid[]) and status = 'queued' and holder = ${holder} returning row`)
      return held.map(({ row }) => row)
    },
    async settle(settlement, at, lease) {
      const rows = await db.change<DepartureColumns>(settle(settlement, at, lease))
      return rows.map(departureOf)
    },
    async nextAt(peers, at) {
      const [row] = await db.planned<{ next: string | null }>(sql`
        select min(soonest.at) as next from unnest(${[...peers]}::text[]) as p(peer) cross join lateral (
          select greatest(not_before, leased_until) as at from departure
          where status = 'queued' and peer = p.peer and (not_before is not null or leased_until is not null)
            and greatest(not_before, leased_until) > ${at}::timestamptz
          order by peer, greatest(not_before, leased_until) limit 1
        ) soonest`)
      return row?.next ?? undefined
    },
    async get(row) {
      const [found] = await db.rows<DepartureColumns>(sql`${selected} where row = ${row}::uuid`)
      return found && departureOf(found)
    },
    async list({ peer, status, limit }) {
      const conditions = [
        ...(peer === undefined ? [] : [sql`peer = ${peer}`]),
        ...(status === undefined ? [] : [sql`status = ${status}`]),
      ]
      const where = conditions.length > 0 ? sql`where ${join(conditions, ' and ')}` : raw('')
      const rows = await db.planned<DepartureColumns>(sql`
        ${selected} ${where} order by queued desc, seq desc limit ${limit}::integer`)
      return rows.map(departureOf)
    },
  }
}

/**
 * The heads of lanes that may leave: due, in nobody's hand, and by a line that is not held. A head in another's hand, or
 * put off, keeps its lane waiting. Lanes are stepped through from where it was looked last, one step through the index
 * each however long they are, until there are as many as are wanted. The conditions stand on the row that is locked, so
 * that they are looked at again when another was quicker.
 */
function claim({ holder, until }: Lease, rooms: readonly Room[], at: string): Sql {
  const head = raw('row, peer, lane, seq, not_before, leased_until')
  const asked = table('room', rooms, {
    peer: ['text', ({ peer }) => peer],
    most: ['integer', ({ most }) => most],
    after: ['text', ({ after = '' }) => after],
  })
  return sql`
    with ${asked}, due as materialized (
      select one.row from room r left join line l on l.peer = r.peer cross join lateral (
        with recursive head as (
          (
            select ${head} from departure where status = 'queued' and peer = r.peer and lane > r.after
            order by peer, lane, seq limit 1
          )
          union all
          select next.* from head before cross join lateral (
            select ${head} from departure where status = 'queued' and peer = r.peer and lane > before.lane
            order by peer, lane, seq limit 1
          ) next
        )
        select row from head
        where ${isDue('head', at)} and (l.peer is null or l.state = 'draining' and head.seq <= l.drain_to)
        limit r.most
      ) one
    ), free as materialized (
      select d.row from due join departure d on d.row = due.row
      where d.status = 'queued' and ${isDue('d', at)}
      order by d.seq for update of d skip locked
    )
    update departure d set holder = ${holder}, leased_until = ${until}::timestamptz
    from free where d.row = free.row
    returning ${named}`
}

const isDue = (of: string, at: string): Sql => sql`
  (${raw(of)}.not_before is null or ${raw(of)}.not_before <= ${at}::timestamptz)
    and (${raw(of)}.leased_until is null or ${raw(of)}.leased_until <= ${at}::timestamptz)`

/** Resources in the versions that are named; without one, the current. */
function toldOf(references: readonly string[][]): Sql {
  const [types, ids, versions] = [0, 1, 3].map((n) => references.map((parts) => parts[n] ?? null))
  return sql`
    with wanted as (
      select * from unnest(${types}::text[], ${ids}::text[], ${versions}::integer[])
        with ordinality as w(type, id, version, n)
    )
    select w.n::integer as n, r.type, r.id, r.version, r.updated, r.deleted, r.body
    from wanted w join resource r on r.type = w.type and r.id = w.id
    where w.version is null or r.version = w.version
    union all
    select w.n::integer as n, v.type, v.id, v.version, v.updated, v.deleted, v.body
    from wanted w join version v on v.type = w.type and v.id = w.id and v.version = w.version`
}

/** Notes how a try ended, and takes what is next in its lane. */
function settle(settlement: Settlement, at: string, lease: Lease | undefined): Sql {
  const noted = sql`with guard as (select true as ok), ${delivered(settlement, at)}`
  if (!lease) return sql`${noted} select ${named} from departure d where false`
  return sql`${noted}, next as materialized (
      select d.row from settled s cross join lateral (
        select row from departure where status = 'queued' and peer = s.peer and lane = s.lane and row <> s.row
        order by peer, lane, seq limit 1
      ) n join departure d on d.row = n.row
      where s.status <> 'queued' and d.status = 'queued' and ${isDue('d', at)}
        and not exists (select from line l where l.peer = d.peer and (l.state <> 'draining' or d.seq > l.drain_to))
      for update of d skip locked
    )
    update departure d set holder = ${lease.holder}, leased_until = ${lease.until}::timestamptz
    from next where d.row = next.row
    returning ${named}`
}

const columns = [
  'row',
  'seq',
  'peer',
  'lane',
  'kind',
  'about',
  'not_before',
  'status',
  'attempts',
  'raw',
  'content_type',
  'last_error',
  'queued',
  'ended',
  'tried',
  'keys',
  'held_ms',
  'leased_until',
]

const named: Sql = raw(columns.map((column) => `d.${column}`).join(', '))

const selected: Sql = raw(`select ${columns.join(', ')} from departure`)

interface DepartureColumns {
  row: string
  seq: number
  peer: string
  lane: string
  kind: string
  about: string[]
  not_before: string | null
  status: DepartureRow['status']
  attempts: number
  raw: Buffer | null
  content_type: string | null
  last_error: string | null
  queued: string
  ended: string | null
  tried: string | null
  keys: string[]
  held_ms: number
  leased_until: string | null
}

function departureOf(row: DepartureColumns): DepartureRow {
  return {
    row: row.row,
    peer: row.peer,
    kind: row.kind,
    about: row.about,
    lane: row.lane,
    status: row.status,
    attempts: row.attempts,
    queuedAt: row.queued,
    ...(row.leased_until !== null && { leasedUntil: row.leased_until }),
    ...(row.held_ms > 0 && { heldMs: row.held_ms }),
    ...(row.keys.length > 0 && { keys: row.keys }),
    ...(row.not_before !== null && { notBefore: row.not_before }),
    ...(row.raw !== null && { raw: row.raw }),
    ...(row.content_type !== null && { contentType: row.content_type }),
    ...(row.last_error !== null && { lastError: row.last_error }),
    ...(row.ended !== null && { endedAt: row.ended }),
    ...(row.tried !== null && { triedAt: row.tried }),
  }
}
