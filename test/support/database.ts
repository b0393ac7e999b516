import { randomUUID } from 'node:crypto'
import { openStore, type Store, type StoreSettings } from '../../src/store/index.ts'
import { named, query, serverVariable, templateVariable } from './postgres.ts'

/** A database for one test, at the newest migration and empty; dropped when disposed of. */
export interface FreshDatabase extends AsyncDisposable {
  /** For `databaseUrl`. */
  url: string
}

/** A copy of the migrated database (0.1 s). */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { server, template } = prepared()
  const database = `relais_${randomUUID().replaceAll('-', '')}`
  await query(server, `create database ${database} template ${template}`)
  return {
    url: named(server, database),
    [Symbol.asyncDispose]: () => query(server, `drop database ${database} with (force)`),
  }
}

/** An empty database on the same server, without any table. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  const { server } = prepared()
  const database = `relais_${randomUUID().replaceAll('-', '')}`
  await query(server, `create database ${database} template template0 encoding 'UTF8'`)
  return {
    url: named(server, database),
    [Symbol.asyncDispose]: () => query(server, `drop database ${database} with (force)`),
  }
}

/** A store on a database of its own; both are gone when it is disposed of. `url` opens a second gateway's store. */
export async function openTestStore(
  settings: Partial<Omit<StoreSettings, 'databaseUrl'>> = {},
): Promise<Store & { url: string }> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await freshDatabase())
  const store = opening.use(await openStore({ dataDir: '', poolSize: 4, ...settings, databaseUrl: url }))
  const open = opening.move()
  return { ...store, url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

function prepared(): { server: string; template: string } {
  const server = process.env[serverVariable]
  const template = process.env[templateVariable]
  if (!server || !template) throw new Error('Start tests with vitest: its configuration starts the database')
  return { server, template }
}
