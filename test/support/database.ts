import { randomUUID } from 'node:crypto'
import { openStore, type Store, type StoreSettings } from '../../src/store/index.ts'
import { prepared as listed, named, type Prepared, query } from './postgres.ts'

/** A database for one test; gone, or emptied for the next one, when disposed of. */
export interface FreshDatabase extends AsyncDisposable {
  /** For `databaseUrl`. */
  url: string
}

/** A database at the newest migration and empty: one that a former test has left, emptied, or a copy of the migrated one. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { server, registry } = prepared()
  const name = (await reused(registry)) ?? (await copied())
  const url = named(server, name)
  return { url, [Symbol.asyncDispose]: () => giveBack(registry, name, url) }
}

/** A database without any table. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  const { server } = prepared()
  const name = newName()
  await query(server, `create database ${name} template template0 encoding 'UTF8'`)
  return {
    url: named(server, name),
    async [Symbol.asyncDispose]() {
      await query(server, `drop database ${name} with (force)`)
    },
  }
}

/** A store on a database of its own. `url` opens a second gateway's store on the same one. */
export async function openTestStore(
  settings: Partial<Omit<StoreSettings, 'databaseUrl'>> = {},
): Promise<Store & { url: string }> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await freshDatabase())
  const store = opening.use(await openStore({ dataDir: '', poolSize: 4, ...settings, databaseUrl: url }))
  const open = opening.move()
  return { ...store, url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

async function reused(registry: string): Promise<string | undefined> {
  const { rows } = await query(
    registry,
    `update copy set free = false
     where name = (select name from copy where free limit 1 for update skip locked) returning name`,
  )
  return rows[0] === undefined ? undefined : String(rows[0].name)
}

/** A copy takes half a second: it has a thousand files. */
async function copied(): Promise<string> {
  const { server, template, registry } = prepared()
  const name = newName()
  await query(registry, 'insert into copy (name, free) values ($1, false)', [name])
  await query(server, `create database ${name} template ${template}`)
  return name
}

/** Emptied, it serves again. One in which a test made tables of its own (the job queue does) is dropped. */
async function giveBack(registry: string, name: string, url: string): Promise<void> {
  const { server } = prepared()
  const { rows } = await query(url, leftovers)
  if (rows[0]?.own === true) {
    await query(url, emptying)
    await query(registry, 'update copy set free = true where name = $1', [name])
  } else {
    await query(server, `drop database ${name} with (force)`)
    await query(registry, 'delete from copy where name = $1', [name])
  }
}

/** Ends whoever is still connected, and tells whether there are no schemas but ours. */
const leftovers = `
  select (select count(pg_terminate_backend(pid)) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()) as ended,
    (select count(*) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema') = 1 as own`

/** Only what was written to is looked at: there are a thousand indexes, and opening them takes longer than the rest. */
const emptying = `
  do $$
  declare name text;
  begin
    for name in
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('migration', 'epoch')
        and pg_relation_size(oid) > 0
    loop
      execute format('delete from %I', name);
    end loop;
    update epoch set base = 0;
  end
  $$`

const newName = () => `relais_${randomUUID().replaceAll('-', '')}`

/** The server of this worker, and what is on it. */
function prepared(): Prepared {
  const all: readonly Prepared[] = JSON.parse(process.env[listed] ?? '[]')
  const mine = all[Number(process.env.VITEST_POOL_ID) - 1]
  if (!mine) throw new Error('Start tests with vitest: its configuration starts the database')
  return { ...mine, registry: named(mine.server, mine.registry) }
}
