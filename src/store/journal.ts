import type { Database } from './database.ts'
import { type Expired, expiredMessages, type Keeping, removeExpired } from './expiry.ts'
import { type LaneHealth, lanesOf } from './lane-health.ts'
import { healthOf, type LineHealth } from './line-health.ts'
import { join, raw, type Sql, sql } from './sql.ts'

/** Which messages are looked for; what is absent is not asked. */
export interface MessageQuery {
  direction?: 'in' | 'out'
  /** Name of a connector, or of a client. */
  peer?: string
  status?: string
  kind?: string
  /** Instants: from, and before. */
  since?: string
  until?: string
  /** Control id; number of an order or an appointment; identifier of a patient: each as it is written. */
  id?: string
  order?: string
  patient?: string
  /** `Type/id`: what it made, or tells of. */
  about?: string
  limit: number
  /** Only what comes after this one: the last of the page before. */
  after?: Pick<MessageLine, 'at' | 'row'>
}

/** A message without what it says. */
export interface MessageLine {
  row: string
  direction: 'in' | 'out'
  /** Instant: when it came, or was queued. */
  at: string
  peer: string
  kind: string
  status: string
  /** The sender's own number for it. */
  id?: string
  reason?: string
  /** Of what leaves: tries so far, when it is tried again at the earliest, when it was last tried, and when it ended. */
  attempts?: number
  nextTry?: string
  triedAt?: string
  endedAt?: string
}

/** All messages, in and out: to be found, counted, and in the end removed. */
export interface Journal {
  /** Newest first. */
  find(query: MessageQuery): Promise<MessageLine[]>
  /** How lines fare, in the order of their names here; and those that are not named, while something waits for them. */
  health(peers: readonly string[], at: string): Promise<LineHealth[]>
  /** What waits in the lanes of a peer. */
  lanes(peer: string): Promise<LaneHealth[]>
  /** How many messages are kept for longer than they are to be, by status. */
  expired(keeping: Keeping, at: string): Promise<Expired[]>
  /** Removes some of those; comes back with how many, 0 when none are left. */
  remove(keeping: Keeping, at: string, most: number): Promise<Expired[]>
}

export function journalIn(db: Database): Journal {
  return {
    async find(query) {
      const rows = await db.planned<LineColumns>(found(query, await keysOf(query, db)))
      return rows.map(lineOf)
    },
    health: (peers, at) => healthOf(db, peers, at),
    lanes: (peer) => lanesOf(db, peer),
    expired: (keeping, at) => expiredMessages(db, keeping, at),
    remove: (keeping, at, most) => removeExpired(db, keeping, at, most),
  }
}

/** What an order or a patient is found by: as a message says it, and by the resources that bear the number. */
async function keysOf({ id, order, patient, about }: MessageQuery, db: Database): Promise<string[][]> {
  const wanted = [
    { key: 'order', value: order, types: ['ServiceRequest', 'Appointment', 'DiagnosticReport'] },
    { key: 'patient', value: patient, types: ['Patient'] },
  ].flatMap(({ value, ...one }) => (value === undefined ? [] : [{ ...one, value }]))
  const sets = await Promise.all(
    wanted.map(async ({ key, value, types }) => [`${key}=${value}`, ...(await bearing(value, types, db))]),
  )
  return [...sets, ...(id === undefined ? [] : [[`id=${id}`]]), ...(about === undefined ? [] : [[about]])]
}

async function bearing(value: string, types: readonly string[], db: Database): Promise<string[]> {
  const rows = await db.rows<{ reference: string }>(sql`
    select type || '/' || id as reference from identity
    where type = any(${[...types]}::text[]) and value = ${value}`)
  return rows.map(({ reference }) => reference)
}

/** Each side along its own index, then the newest of both. */
function found(query: MessageQuery, keys: readonly string[][]): Sql {
  const { direction, limit } = query
  const came = sql`
    select row, 'in' as direction, received as at, peer, kind, status, id, reason, null::integer as attempts,
      null::timestamptz as next_try, null::timestamptz as tried, null::timestamptz as ended
    from ${having('message', keys)} where ${conditions(query, 'received')}
    order by received desc, row desc limit ${limit}::integer`
  const leaves = sql`
    select row, 'out', queued, peer, kind, status, null, last_error, attempts,
      case when status = 'queued' then coalesce(not_before, queued) end, tried, ended
    from ${having('departure', keys)} where ${conditions(query, 'queued')}
    order by queued desc, row desc limit ${limit}::integer`
  const sides = [...(direction === 'out' ? [] : [came]), ...(direction === 'in' ? [] : [leaves])]
  return sql`
    select * from (${join(
      sides.map((side) => sql`(${side})`),
      ' union all ',
    )}) as found (row, direction, at, peer, kind, status, id, reason, attempts, next_try, tried, ended)
    order by at desc, row desc limit ${limit}::integer`
}

/** Those that have one of each set of keys: found by their index first, whatever is asked of them besides. */
function having(table: 'message' | 'departure', keys: readonly string[][]): Sql {
  if (keys.length === 0) return raw(table)
  const all = join(
    keys.map((set) => sql`keys && ${set}::text[]`),
    ' and ',
  )
  return sql`(select * from ${raw(table)} where ${all} offset 0) ${raw(table)}`
}

function conditions(
  { peer, status, kind, since, until, after }: MessageQuery,
  at: 'received' | 'queued',
): Sql {
  const time = raw(at)
  const all = [
    raw('true'),
    ...(peer === undefined ? [] : [sql`peer = ${peer}`]),
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(since === undefined ? [] : [sql`${time} >= ${since}::timestamptz`]),
    ...(until === undefined ? [] : [sql`${time} < ${until}::timestamptz`]),
    ...(after === undefined ? [] : [sql`(${time}, row) < (${after.at}::timestamptz, ${after.row}::uuid)`]),
  ]
  return join(all, ' and ')
}

interface LineColumns extends Pick<MessageLine, 'row' | 'direction' | 'at' | 'peer' | 'kind' | 'status'> {
  id: string | null
  reason: string | null
  attempts: number | null
  next_try: string | null
  tried: string | null
  ended: string | null
}

const lineOf = ({ id, reason, attempts, next_try, tried, ended, ...same }: LineColumns): MessageLine => ({
  ...same,
  ...(id !== null && { id }),
  ...(reason !== null && { reason }),
  ...(attempts !== null && { attempts }),
  ...(next_try !== null && { nextTry: next_try }),
  ...(tried !== null && { triedAt: tried }),
  ...(ended !== null && { endedAt: ended }),
})
