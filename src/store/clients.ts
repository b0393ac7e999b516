import type { Database } from './database.ts'
import type { Clients } from './index.ts'
import { raw, sql } from './sql.ts'

/** API clients, by id. */
export function clientsIn(db: Database): Clients {
  return {
    async get(id) {
      const [row] = await db.rows<ClientRow>(sql`${selected} where id = ${id}`)
      return row && clientOf(row)
    },
    async list() {
      const rows = await db.rows<ClientRow>(sql`${selected} order by id`)
      return rows.map((row) => ({ id: row.id, ...clientOf(row) }))
    },
    async put(id, registration) {
      await db.change(sql`
        insert into client (id, registration) values (${id}, ${registration})
        on conflict (id) do update set registration = excluded.registration`)
    },
    async disable(id, at) {
      await db.change(sql`update client set disabled_at = ${at ?? null}::timestamptz where id = ${id}`)
    },
  }
}

const selected = raw('select id, registration, disabled_at from client')

interface ClientRow {
  id: string
  registration: string
  disabled_at: string | null
}

function clientOf({ registration, disabled_at }: ClientRow) {
  return { registration, ...(disabled_at !== null && { disabledAt: disabled_at }) }
}
