import type { PoolConfig } from 'pg'
import { parseSearch } from '../fhir/search.ts'
import { type Log, silent } from '../log.ts'
import { type Changes, changesAmong, changesHere } from './changes.ts'
import { clientsIn } from './clients.ts'
import { numberOf } from './conditions.ts'
import { type Database, openDatabase, unreachable } from './database.ts'
import { openEmbedded } from './embedded/index.ts'
import { firstHad } from './first-had.ts'
import { handingOver } from './handing-over.ts'
import { readHistory } from './history.ts'
import { journalIn } from './journal.ts'
import type { Found } from './kept.ts'
import { keyedReads } from './keyed.ts'
import { linesIn } from './lines.ts'
import { messagesIn } from './messages.ts'
import { migrate, newestMigration } from './migrate.ts'
import { earliestOffers } from './offers.ts'
import { outboxIn } from './outbox.ts'
import { readCurrent, readVersion } from './read.ts'
import { readerOf } from './reader.ts'
import { findAcross } from './search/across.ts'
import { findsByIdentifier } from './search/by-identifier.ts'
import { isContained } from './search/contained.ts'
import { findContained } from './search/contained-page.ts'
import { findPage } from './search/index.ts'
import { sessionsIn } from './sessions.ts'
import { sharedIn } from './shared.ts'
import { sql } from './sql.ts'
import type { Changed, Store } from './store.ts'
import { committing } from './together.ts'
import { waitingTasks } from './waiting.ts'
import type { Write } from './writes.ts'

export interface StoreSettings {
  /** The embedded PostgreSQL lives here; not touched when a server is named. */
  dataDir: string
  /** A PostgreSQL server, 15 or newer. */
  databaseUrl?: string
  /** Connections for searches; as many for reads by key, and as many for writing. */
  poolSize?: number
  log?: Log
  /** By which leases end. */
  clock?: () => Date
  /** IANA zone of dates without an offset, for search. */
  zone?: string
}

/**
 * The store, at the newest migration: on the server that is named, otherwise on the PostgreSQL in the data folder.
 *
 * Fails: lock-error when another process uses the folder; unsupported-value when the server or its database does not
 * suit; transient when it cannot be reached.
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const { dataDir, databaseUrl, poolSize = 8, log = silent } = settings
  await using opening = new AsyncDisposableStack()
  const connection: PoolConfig =
    databaseUrl === undefined
      ? opening.use(await openEmbedded(dataDir, log)).connection
      : { connectionString: databaseUrl }
  const db = opening.use(openDatabase(connection, poolSize, log))
  await migrated(db)
  const changes = opening.use(databaseUrl === undefined ? changesHere(log) : changesAmong(db, log))
  const open = opening.move()
  return storeOn(db, changes, connection, settings, () => open.disposeAsync())
}

async function migrated(db: Database): Promise<void> {
  const client = db.client()
  try {
    await client.connect()
    await migrate(client)
  } catch (thrown) {
    throw unreachable(thrown) ?? thrown
  } finally {
    await client.end()
  }
}

function storeOn(
  db: Database,
  changes: Changes,
  connection: PoolConfig,
  { clock = () => new Date(), zone }: StoreSettings,
  close: () => Promise<void>,
): Store {
  const keyed = keyedReads(db, zone)
  const byIdentifier = findsByIdentifier(db)
  const handing = handingOver()
  const lines = linesIn(db)
  const commit = committing(db, zone)
  return {
    connection,
    messages: messagesIn(db, keyed),
    outbox: { ...outboxIn(db), handTo: handing.handTo },
    lines: {
      ...lines,
      async open(peer, at) {
        const wasHeld = await lines.open(peer, at)
        changes.tell({ references: [], departures: true })
        return wasHeld
      },
    },
    clients: clientsIn(db),
    sessions: sessionsIn(db),
    ...sharedIn(db, clock),
    reader: () => readerOf(db, keyed, (type, query) => matchesOf(db, type, query, zone)),
    async write(write) {
      const done = await commit(handing.leased(write))
      if (!done) return false
      changes.tell(changedBy(write, handing.over(write, done.leased)))
      return true
    },
    read: (type, id, sight) => readCurrent(keyed, type, id, sight),
    vread: (type, id, version, sight) => readVersion(db, type, id, version, sight),
    search: async (search, sight) =>
      isContained(search)
        ? findContained(db, search, sight)
        : ((await byIdentifier(search, sight)) ?? findPage(db, search, sight)),
    conditionNumber: (key) => numberOf(db, key),
    searchAcross: (searches, sight) => findAcross(db, searches, sight),
    history: (query, sight) => readHistory(db, query, sight),
    offers: (query) => earliestOffers(db, query),
    waiting: (query) => waitingTasks(db, query),
    firstHad: (type, ids, statuses) => firstHad(db, type, ids, statuses),
    journal: journalIn(db),
    onChange: (listener) => changes.listen(listener),
    ready: () => isReady(db),
    [Symbol.asyncDispose]: close,
  }
}

/** What a step looks for among its facts; the gateway's own eyes see all. */
async function matchesOf(
  db: Database,
  type: string,
  query: string,
  zone: string | undefined,
): Promise<readonly Found[]> {
  const options = { defaultCount: 1000, maxCount: 1000, ...(zone !== undefined && { zone }) }
  const { entries } = await findPage(db, parseSearch(type, query, options).search, 'all')
  return entries.filter(({ mode }) => mode === 'match')
}

function changedBy(
  { resources = [], removed = [], grants = [], settlements = [] }: Write,
  waits: boolean,
): Changed {
  return {
    written: resources.map(({ resource }) => resource),
    references: [
      ...resources.map(({ resource }) => `${resource.resourceType}/${resource.id}`),
      ...removed.map(({ type, id }) => `${type}/${id}`),
      ...grants.map(({ reference }) => reference),
    ],
    departures: waits || settlements.some(({ status }) => status === 'queued'),
  }
}

async function isReady(db: Database): Promise<boolean> {
  try {
    const [row] = await db.rows<{ newest: number }>(sql`select max(number) as newest from migration`)
    return row?.newest === (await newestMigration())
  } catch {
    return false // which is the answer
  }
}

export { type Expired, type Keeping, type KeptStatus, keptStatuses } from './expiry.ts'
export type * from './facts.ts'
export type { Journal, MessageLine, MessageQuery } from './journal.ts'
export type * from './kept.ts'
export type { LineHealth } from './line-health.ts'
export type { HeldLine, LineState, Lines } from './lines.ts'
export type { Offer, OfferQuery } from './offers.ts'
export type * from './store.ts'
export type * from './writes.ts'
