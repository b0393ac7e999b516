import type { Database } from './database.ts'
import { join, raw, type Sql, sql } from './sql.ts'

/** How long messages of a status are kept, in days; of one that is not named, for ever. */
export type Keeping = Readonly<Partial<Record<KeptStatus, number>>>

const came = ['transformed', 'filtered', 'error'] as const
const left = ['sent', 'parked', 'dead', 'cancelled'] as const

/** What is still to leave is never removed. */
export type KeptStatus = (typeof came)[number] | (typeof left)[number]

export const keptStatuses: readonly KeptStatus[] = [...came, ...left]

/** Messages that are kept for longer than they are to be. */
export interface Expired {
  direction: 'in' | 'out'
  status: KeptStatus
  count: number
}

/** How many there are. */
export async function expiredMessages(db: Database, keeping: Keeping, at: string): Promise<Expired[]> {
  const counts = partsOf(keeping, at).map(
    ({ direction, status, where }) => sql`
    select ${direction} as direction, ${status} as status, count(*) as count
    from ${raw(direction === 'in' ? 'message' : 'departure')} where ${where}`,
  )
  return told(await db.planned<Expired>(join(counts, ' union all ')))
}

/** Removes some of each, the oldest first. An id by which a message is known again is kept until it no longer is. */
export async function removeExpired(
  db: Database,
  keeping: Keeping,
  at: string,
  most: number,
): Promise<Expired[]> {
  const removed: Expired[] = []
  for (const { direction, status, where, order } of partsOf(keeping, at)) {
    const table = raw(direction === 'in' ? 'message' : 'departure')
    const rows = await db.change<{ count: number }>(sql`
      with gone as (
        delete from ${table} where row in (
          select row from ${table} where ${where} order by ${order} limit ${most}::integer for update skip locked
        ) returning 1
      ) select count(*) as count from gone`)
    removed.push({ direction, status, count: rows[0]?.count ?? 0 })
  }
  return told(removed)
}

interface Part {
  direction: Expired['direction']
  status: KeptStatus
  where: Sql
  order: Sql
}

function partsOf(keeping: Keeping, at: string): Part[] {
  return keptStatuses.flatMap((status) => {
    const days = keeping[status]
    if (days === undefined) return []
    const before = new Date(Date.parse(at) - days * 86_400_000).toISOString()
    return (came as readonly string[]).includes(status) ? inward(status, before, at) : outward(status, before)
  })
}

const inward = (status: KeptStatus, before: string, at: string): Part => ({
  direction: 'in',
  status,
  where: sql`status = ${status} and received < ${before}::timestamptz
    and (not current or known_until < ${at}::timestamptz)`,
  order: raw('status, received'),
})

const outward = (status: KeptStatus, before: string): Part => ({
  direction: 'out',
  status,
  where: sql`status = ${status} and queued < ${before}::timestamptz`,
  order: raw('status, queued'),
})

const told = (all: readonly Expired[]) => all.filter(({ count }) => count > 0)
