import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type QueryResult } from 'pg'
import type { TestProject } from 'vitest/node'
import { silent } from '../../src/log.ts'
import { openEmbedded } from '../../src/store/embedded/index.ts'
import { openStore } from '../../src/store/index.ts'

/** A server, the migrated database on it that tests copy, and the one with the list of copies. */
export interface Prepared {
  server: string
  template: string
  registry: string
}

/** Where tests find what is prepared, a list in JSON: the n-th of vitest's workers has the n-th server to itself. */
export const prepared = 'RELAIS_TEST_SERVERS'

/**
 * A PostgreSQL for each of vitest's workers, with a migrated database to copy: embedded ones, or the servers named by
 * RELAIS_TEST_DATABASE_URL, a blank between two. Workers do not share one, because a feed of changes waits for the oldest
 * writer of the whole server. Vitest calls it once before all tests; what comes back is called after them.
 */
export default async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  await using opening = new AsyncDisposableStack()
  const servers = givenServers() ?? (await Promise.all(Array(config.maxWorkers).fill(opening).map(embedded)))
  const all = await Promise.all(servers.map((server) => prepare(server, opening)))
  process.env[prepared] = JSON.stringify(all)
  const open = opening.move()
  return () => open.disposeAsync()
}

/** Those that RELAIS_TEST_DATABASE_URL names, if any. */
export function givenServers(): readonly string[] | undefined {
  const servers = process.env.RELAIS_TEST_DATABASE_URL?.split(/\s+/).filter((url) => url !== '')
  return servers?.length ? servers : undefined
}

async function prepare(server: string, opening: AsyncDisposableStack): Promise<Prepared> {
  const template = await database(server, `relais_template_${process.pid}`, opening)
  const registry = await database(server, `relais_registry_${process.pid}`, opening)
  const store = await openStore({ dataDir: '', databaseUrl: named(server, template) })
  await store[Symbol.asyncDispose]()
  await query(named(server, registry), 'create table copy (name text primary key, free boolean not null)')
  opening.defer(() => dropCopies(server, registry))
  return { server, template, registry }
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
