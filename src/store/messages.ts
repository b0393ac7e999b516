import type { Database } from './database.ts'
import type { Keyed } from './keyed.ts'
import { join, raw, type Sql, sql } from './sql.ts'
import type { Messages } from './store.ts'
import type { ArrivalRow } from './writes.ts'

/** What came in, as it was kept by the write that decided its fate. */
export function messagesIn(db: Database, keyed: Keyed): Messages {
  const get = async (row: string) => {
    const [found] = await db.rows<MessageRow>(sql`${selected} where row = ${row}::uuid`)
    return found && arrivalOf(found)
  }
  return {
    // Asked with whatever else is asked in this turn, as the facts of its step are; hardly any is known.
    async known(peer, id, at) {
      const row = await keyed.message({ peer, id, at })
      return row === undefined ? undefined : get(row)
    },
    get,
    async list({ peer, status, since, limit }) {
      const conditions = [
        ...(peer === undefined ? [] : [sql`peer = ${peer}`]),
        ...(status === undefined ? [] : [sql`status = ${status}`]),
        ...(since === undefined ? [] : [sql`received >= ${since}::timestamptz`]),
      ]
      const where = conditions.length > 0 ? sql`where ${join(conditions, ' and ')}` : raw('')
      const rows = await db.planned<MessageRow>(sql`
        ${selected} ${where} order by received desc, row desc limit ${limit}::integer`)
      return rows.map(arrivalOf)
    },
  }
}

const selected: Sql = raw(
  'select row, peer, id, kind, received, by, raw, status, digest, reason, answer, keys, known_until from message',
)

interface MessageRow {
  row: string
  peer: string
  id: string | null
  kind: string
  received: string
  by: ArrivalRow['by']
  raw: Buffer
  status: ArrivalRow['status']
  digest: string
  reason: string | null
  answer: Buffer | null
  keys: string[]
  known_until: string
}

function arrivalOf({ id, received, reason, answer, keys, known_until, ...same }: MessageRow): ArrivalRow {
  return {
    ...same,
    id: id ?? undefined,
    receivedAt: received,
    knownUntil: known_until,
    ...(reason !== null && { reason }),
    ...(answer !== null && { answer }),
    ...(keys.length > 0 && { keys }),
  }
}
