import type { Database } from './database.ts'
import { sql } from './sql.ts'
import type { Store } from './store.ts'

/** What gateways on one store agree on: keys used once, who holds what, small state. */
export type Shared = Pick<
  Store,
  'once' | 'lease' | 'unlease' | 'remember' | 'recall' | 'recallAll' | 'recallOr'
>

const sweepEveryMs = 10 * 60_000

export function sharedIn(db: Database, clock: () => Date): Shared {
  let sweptAt = clock().getTime()
  return {
    async once(purpose, key, until) {
      const rows = await db.change(sql`
        insert into once (purpose, key, until) values (${purpose}, ${key}, ${until}::timestamptz)
        on conflict (purpose, key) do nothing returning 1`)
      const now = clock()
      if (now.getTime() - sweptAt > sweepEveryMs) {
        sweptAt = now.getTime()
        await sweep(db, now)
      }
      return rows.length === 1
    },
    async lease(name, holder, until) {
      const rows = await db.change(sql`
        insert into lease as l (name, holder, until) values (${name}, ${holder}, ${until}::timestamptz)
        on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where l.holder = excluded.holder or l.until <= ${clock().toISOString()}::timestamptz
        returning 1`)
      return rows.length === 1
    },
    async unlease(name, holder) {
      await db.change(sql`delete from lease where name = ${name} and holder = ${holder}`)
    },
    async remember(name, value) {
      await db.change(sql`
        insert into memory (name, value) values (${name}, ${value})
        on conflict (name) do update set value = excluded.value`)
    },
    async recall(name) {
      const [row] = await db.rows<{ value: string }>(sql`select value from memory where name = ${name}`)
      return row?.value
    },
    async recallAll(names) {
      if (names.length === 0) return new Map()
      const rows = await db.rows<{ name: string; value: string }>(sql`
        select name, value from memory where name = any(${[...names]}::text[])`)
      return new Map(rows.map(({ name, value }) => [name, value]))
    },
    async recallOr(name, value) {
      await db.change(sql`
        insert into memory (name, value) values (${name}, ${value}) on conflict (name) do nothing`)
      const [row] = await db.rows<{ value: string }>(sql`select value from memory where name = ${name}`)
      return row?.value ?? value
    },
  }
}

/** Keys a day past their end are forgotten; the day is for gateways whose clocks differ. */
async function sweep(db: Database, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 24 * 60 * 60_000).toISOString()
  await db.change(sql`delete from once where until < ${before}::timestamptz`)
}
