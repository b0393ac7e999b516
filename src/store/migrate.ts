import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { failure } from '../fhir/outcome.ts'

interface Migration {
  number: number
  name: string
  text: string
  checksum: string
}

/** Any number, the same for all gateways: who holds it migrates. */
const lock = 7_217_331

/** The number of the newest migration of this release. */
export async function newestMigration(): Promise<number> {
  return Math.max(0, ...(await migrations()).map(({ number }) => number))
}

/**
 * Brings the database to this release's shape: each new file of `migrations/` once, in order, in a transaction of its own.
 *
 * Several gateways may start at once: one migrates, the others wait. Fails: unsupported-value when the server is older
 * than 15, not in UTF-8, has been migrated by a newer release, or a released file has been edited.
 */
export async function migrate(client: Client): Promise<void> {
  await suits(client)
  await client.query('select pg_advisory_lock($1)', [lock])
  try {
    await client.query(
      'create table if not exists migration (number integer primary key, name text not null, checksum text not null, applied timestamptz not null default now())',
    )
    await applyNew(client)
    await raiseEpoch(client)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lock])
  }
}

async function suits(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  )
  const [{ version, encoding } = { version: '0', encoding: '?' }] = rows
  if (Number(version) < 150_000) {
    const major = Math.floor(Number(version) / 10_000)
    throw unsuited(
      `The PostgreSQL server is version ${major}; Relais needs 15 or newer. Upgrade it, or name another one.`,
    )
  }
  if (encoding !== 'UTF8') {
    throw unsuited(`The database is encoded in ${encoding}; create one with encoding UTF8.`)
  }
}

async function applyNew(client: Client): Promise<void> {
  const files = await migrations()
  const { rows } = await client.query<{ number: number; checksum: string }>(
    'select number, checksum from migration order by number',
  )
  const done = new Map(rows.map(({ number, checksum }) => [number, checksum]))
  const newer = rows.find(({ number }) => !files.some((file) => file.number === number))
  if (newer) {
    throw unsuited(
      `The database is at migration ${newer.number}, which this release does not know. Start the newer release.`,
    )
  }
  for (const file of files) {
    const checksum = done.get(file.number)
    if (checksum === undefined) await apply(client, file)
    else if (checksum !== file.checksum) {
      throw unsuited(
        `Migration ${file.name} is not the one this database was migrated with. A released migration is never edited: restore it, and add a new one.`,
      )
    }
  }
}

async function apply(client: Client, { number, name, text, checksum }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(text)
    await client.query('insert into migration (number, name, checksum) values ($1, $2, $3)', [
      number,
      name,
      checksum,
    ])
    await client.query('commit')
  } catch (thrown) {
    await client.query('rollback')
    throw thrown
  }
}

/**
 * Positions go on rising when the rows come from another cluster, whose transaction numbers were higher than ours are now
 * (a dump restored). Under the migration lock, before this gateway writes.
 */
async function raiseEpoch(client: Client): Promise<void> {
  await client.query(`
    update epoch set base = top.xact - pg_current_xact_id()::text::bigint + 1
    from (
      select greatest((select max(xact) from resource), (select max(xact) from version)) as xact
    ) as top
    where top.xact >= base + pg_current_xact_id()::text::bigint`)
}

async function migrations(): Promise<Migration[]> {
  const folder = join(import.meta.dirname, 'migrations')
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { number: Number(name.slice(0, 4)), name, text, checksum }
    }),
  )
}

function unsuited(text: string) {
  return failure('unsupported-value', text, 'RELAIS_DATABASE_URL')
}
