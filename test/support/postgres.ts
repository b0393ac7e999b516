import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { silent } from '../../src/log.ts'
import { openEmbedded } from '../../src/store/embedded/index.ts'
import { openStore } from '../../src/store/index.ts'

/** Where tests find the server, and the migrated database that they copy; set for all of vitest's workers. */
export const serverVariable = 'RELAIS_TEST_SERVER'
export const templateVariable = 'RELAIS_TEST_TEMPLATE'

/**
 * One PostgreSQL for the whole run, with a migrated database to copy: the embedded one, or the server named by
 * RELAIS_TEST_DATABASE_URL. Vitest calls it once before all tests; what comes back is called after them.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await using opening = new AsyncDisposableStack()
  const server = process.env.RELAIS_TEST_DATABASE_URL ?? (await embedded(opening))
  const template = `relais_template_${process.pid}`
  await query(server, `create database ${template} template template0 encoding 'UTF8'`)
  opening.defer(() => query(server, `drop database ${template} with (force)`))
  const store = await openStore({ dataDir: '', databaseUrl: named(server, template) })
  await store[Symbol.asyncDispose]()
  process.env[serverVariable] = server
  process.env[templateVariable] = template
  const open = opening.move()
  return () => open.disposeAsync()
}

async function embedded(opening: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-test-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const { connection } = opening.use(await openEmbedded(folder, silent, { max_connections: '400' }))
  return `postgresql://${connection.user}@localhost/${connection.database}?host=${connection.host}`
}

/** The same server, another database. */
export function named(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Runs one statement on a connection of its own. */
export async function query(server: string, text: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
