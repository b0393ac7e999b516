import type { Database } from './database.ts'
import { sql } from './sql.ts'
import type { Sessions } from './store.ts'

/** Sessions of people, shared by all gateways on a server. What has ended is forgotten when another begins. */
export function sessionsIn(db: Database): Sessions {
  return {
    async begin(key, content, at, until) {
      await db.change(sql`
        with ended as (delete from session where until <= ${at}::timestamptz)
        insert into session (key, content, until) values (${key}, ${content}, ${until}::timestamptz)`)
    },
    async get(key, at) {
      const [row] = await db.rows<SessionRow>(sql`
        select content, until from session where key = ${key} and until > ${at}::timestamptz`)
      return row
    },
    async extend(key, until) {
      await db.change(sql`update session set until = ${until}::timestamptz where key = ${key}`)
    },
    async end(key, at) {
      const [row] = await db.change<{ content: string; live: boolean }>(sql`
        delete from session where key = ${key} returning content, until > ${at}::timestamptz as live`)
      return row?.live ? row.content : undefined
    },
  }
}

interface SessionRow {
  content: string
  until: string
  [column: string]: unknown
}
