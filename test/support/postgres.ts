import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type QueryResult } from 'pg'
import { silent } from '../../src/log.ts'
import { openEmbedded } from '../../src/store/embedded/index.ts'
import { openStore } from '../../src/store/index.ts'

/** Where tests find the server, the migrated database that they copy, and the list of copies; for all of vitest's workers. */
export const variables = {
  server: 'RELAIS_TEST_SERVER',
  template: 'RELAIS_TEST_TEMPLATE',
  registry: 'RELAIS_TEST_REGISTRY',
} as const

/**
 * One PostgreSQL for the whole run, with a migrated database to copy: the embedded one, or the server named by
 * RELAIS_TEST_DATABASE_URL. Vitest calls it once before all tests; what comes back is called after them.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await using opening = new AsyncDisposableStack()
  const server = process.env.RELAIS_TEST_DATABASE_URL ?? (await embedded(opening))
  const template = await database(server, `relais_template_${process.pid}`, opening)
  const registry = await database(server, `relais_registry_${process.pid}`, opening)
  const store = await openStore({ dataDir: '', databaseUrl: named(server, template) })
  await store[Symbol.asyncDispose]()
  await query(named(server, registry), 'create table copy (name text primary key, free boolean not null)')
  opening.defer(() => dropCopies(server, registry))
  process.env[variables.server] = server
  process.env[variables.template] = template
  process.env[variables.registry] = registry
  const open = opening.move()
  return () => open.disposeAsync()
}

async function embedded(opening: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-test-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const { connection } = opening.use(await openEmbedded(folder, silent, { max_connections: '400' }))
  return `postgresql://${connection.user}@localhost/${connection.database}?host=${connection.host}`
}

async function database(server: string, name: string, opening: AsyncDisposableStack): Promise<string> {
  await query(server, `create database ${name} template template0 encoding 'UTF8'`)
  opening.defer(async () => void (await query(server, `drop database ${name} with (force)`)))
  return name
}

async function dropCopies(server: string, registry: string): Promise<void> {
  const { rows } = await query(named(server, registry), 'select name from copy')
  for (const { name } of rows) await query(server, `drop database if exists ${name} with (force)`)
}

/** The same server, another database. */
export function named(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Runs one statement on a connection of its own. */
export async function query(
  server: string,
  text: string,
  values?: unknown[],
): Promise<QueryResult<Record<string, unknown>>> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}
