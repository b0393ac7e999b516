import type { Database } from './database.ts'
import type { DepartureRow, Lease, Outbox, Settlement } from './index.ts'
import { type StoredRow, storedOf } from './read.ts'
import { join, raw, type Sql, sql } from './sql.ts'
import { delivered } from './write/messages.ts'

/** What leaves: written by steps, taken from here by whoever delivers. */
export function outboxIn(db: Database): Omit<Outbox, 'handTo'> {
  return {
    async claim(holder, peers, at, until, limit) {
      const rows = await db.change<DepartureColumns>(claim(holder, peers, at, until, limit))
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
    async nextAt(peers) {
      const [row] = await db.planned<{ next: string | null }>(sql`
        with recursive ${heads(peers)}
        select min(greatest(coalesce(not_before, queued), coalesce(leased_until, queued))) as next from head`)
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
 * The head of each lane, when it may leave: due, and in nobody's hand. A head in another's hand, or put off, keeps its
 * lane waiting. The conditions stand on the row that is locked, so that they are looked at again when another was quicker.
 */
function claim(holder: string, peers: readonly string[], at: string, until: string, limit: number): Sql {
  return sql`
    with recursive ${heads(peers)}, free as materialized (
      select d.row from head h join departure d on d.row = h.row
      where d.status = 'queued' and (d.not_before is null or d.not_before <= ${at}::timestamptz)
        and (d.leased_until is null or d.leased_until <= ${at}::timestamptz)
      order by d.seq limit ${limit}::integer
      for update of d skip locked
    )
    update departure d set holder = ${holder}, leased_until = ${until}::timestamptz
    from free where d.row = free.row
    returning ${named}`
}

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
      where s.status <> 'queued' and d.status = 'queued'
        and (d.not_before is null or d.not_before <= ${at}::timestamptz)
        and (d.leased_until is null or d.leased_until <= ${at}::timestamptz)
      for update of d skip locked
    )
    update departure d set holder = ${lease.holder}, leased_until = ${lease.until}::timestamptz
    from next where d.row = next.row
    returning ${named}`
}

/** The first queued of each lane: one step through the index a lane, however long the lanes are. */
function heads(peers: readonly string[]): Sql {
  const head = raw('row, peer, lane, seq, not_before, leased_until, queued')
  return sql`head as (
    (
      select ${head} from departure where status = 'queued' and peer = any(${[...peers]}::text[])
      order by peer, lane, seq limit 1
    )
    union all
    select next.* from head before cross join lateral (
      select ${head} from departure
      where status = 'queued' and peer = any(${[...peers]}::text[]) and (peer, lane) > (before.peer, before.lane)
      order by peer, lane, seq limit 1
    ) next
  )`
}

const columns = [
  'row',
  'seq',
  'peer',
  'lane',
  'kind',
  'about',
  'not_before',
  'give_up_at',
  'status',
  'attempts',
  'raw',
  'content_type',
  'last_error',
  'queued',
  'ended',
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
  give_up_at: string | null
  status: DepartureRow['status']
  attempts: number
  raw: Buffer | null
  content_type: string | null
  last_error: string | null
  queued: string
  ended: string | null
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
    ...(row.not_before !== null && { notBefore: row.not_before }),
    ...(row.give_up_at !== null && { giveUpAt: row.give_up_at }),
    ...(row.raw !== null && { raw: row.raw }),
    ...(row.content_type !== null && { contentType: row.content_type }),
    ...(row.last_error !== null && { lastError: row.last_error }),
    ...(row.ended !== null && { endedAt: row.ended }),
  }
}
