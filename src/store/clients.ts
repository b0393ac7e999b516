import type { Database } from './database.ts'
import { raw, sql } from './sql.ts'
import type { Clients } from './store.ts'

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
      // Whoever enables what the folder has left out takes it over.
      await db.change(sql`
        update client set disabled_at = ${at ?? null}::timestamptz,
          left_out = case when ${at === undefined} then null else left_out end,
          from_folder = from_folder and (left_out is null or not ${at === undefined})
        where id = ${id}`)
    },
    async folder(registrations, at) {
      const ids = registrations.map(({ id }) => id)
      const texts = registrations.map(({ registration }) => registration)
      await db.change(sql`
        with gone as (
          update client set left_out = ${at}::timestamptz
          where from_folder and left_out is null and id <> all(${ids}::text[])
        )
        insert into client (id, registration, from_folder)
        select id, registration, true from unnest(${ids}::text[], ${texts}::text[]) as said (id, registration)
        on conflict (id) do update set registration = excluded.registration, from_folder = true, left_out = null`)
    },
  }
}

const selected = raw('select id, registration, coalesce(disabled_at, left_out) as disabled_at from client')

interface ClientRow {
  id: string
  registration: string
  disabled_at: string | null
}

function clientOf({ registration, disabled_at }: ClientRow) {
  return { registration, ...(disabled_at !== null && { disabledAt: disabled_at }) }
}
