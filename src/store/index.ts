import type { Patient, Resource } from '@medplum/fhirtypes'
import type { PoolConfig } from 'pg'
import type { Failure } from '../fhir/outcome.ts'
import { parseSearch, type Search } from '../fhir/search.ts'
import { type Log, silent } from '../log.ts'
import { type Changes, changesAmong, changesHere } from './changes.ts'
import { clientsIn } from './clients.ts'
import { type Database, openDatabase, unreachable } from './database.ts'
import { openEmbedded } from './embedded/index.ts'
import { firstHad } from './first-had.ts'
import { handingOver } from './handing-over.ts'
import { readHistory } from './history.ts'
import { type Journal, journalIn } from './journal.ts'
import { keyedReads } from './keyed.ts'
import { type Lines, linesIn } from './lines.ts'
import { messagesIn } from './messages.ts'
import { migrate, newestMigration } from './migrate.ts'
import { earliestOffers, type OfferQuery } from './offers.ts'
import { outboxIn } from './outbox.ts'
import { readCurrent, readVersion } from './read.ts'
import { readerOf } from './reader.ts'
import { findAcross, type Searches } from './search/across.ts'
import { findPage } from './search/index.ts'
import { sessionsIn } from './sessions.ts'
import { sharedIn } from './shared.ts'
import { sql } from './sql.ts'
import { committing } from './together.ts'
import { waitingTasks } from './waiting.ts'

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
  const handing = handingOver()
  const commit = committing(db, zone)
  return {
    connection,
    messages: messagesIn(db, keyed),
    outbox: { ...outboxIn(db), handTo: handing.handTo },
    lines: linesIn(db),
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
    search: (search, sight) => findPage(db, search, sight),
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

/** Any resource that may be kept; `id` and `meta` are set when it comes from the store. */
export type Kept<R extends Resource = Resource> = R & {
  id: string
  meta: { versionId: string; lastUpdated: string }
}

/**
 * Whose eyes a resource is for. `all`: the whole territory (cell, region, operator).
 * Otherwise it is seen by whoever holds one of its keys: `public`, `member`, `org:<Organization id>`.
 */
export type Sight = 'all' | readonly string[]

/** A version of a resource as it is kept: the exact text that goes out on a read. */
export interface Stored {
  type: string
  id: string
  version: number
  /** Instant. */
  lastUpdated: string
  deleted: boolean
  /** JSON text; empty when deleted. */
  body: string
}

/** One entry of a search result, or of a history. */
export interface Found extends Stored {
  mode: 'match' | 'include'
}

export interface Page {
  /** Matches in order, then what was included. */
  entries: Found[]
  /** Where the next page goes on; absent on the last one. Opaque, for `Search.cursor`. */
  next?: string
  /** Only when it was asked for. */
  total?: number
}

/** Which changes: of one resource, of a type, or of all (types given: only those). */
export interface HistoryQuery {
  type?: string
  id?: string
  /** Only these types, for a caller who may not see all. */
  types?: readonly string[]
  /** Instant, inclusive. */
  since?: string
  /** Instant: the version that was current then. */
  at?: string
  order: 'newest' | 'oldest'
  count: number
  /** From a page's `next`, or from its `resume`. */
  cursor?: string
}

export { type Expired, type Keeping, type KeptStatus, keptStatuses } from './expiry.ts'
export type { Journal, MessageLine, MessageQuery } from './journal.ts'
export type { LineHealth } from './line-health.ts'
export type { HeldLine, LineState, Lines } from './lines.ts'
export type { OfferQuery } from './offers.ts'

export interface HistoryPage {
  entries: Stored[]
  next?: string
  /** Oldest first only: from where a later pull goes on, set on the last page too. */
  resume?: string
  total?: number
}

/** Reads facts. Everything it handed out by id or identifier is remembered with its version. */
export interface Reader {
  /** `Type/id` → version, for all that was read by id or identifier. */
  readonly versions: ReadonlyMap<string, number>
  /**
   * Reads all that lies along these trails in one statement. What is asked of it afterwards (by id, by reference, by
   * the same search, what is taken of a slot) is known already; the rest is read as ever.
   */
  around(trails: readonly Trail[]): Promise<void>
  read<T extends Resource['resourceType']>(
    type: T,
    id: string,
  ): Promise<Kept<Resource & { resourceType: T }> | undefined>
  /** By a literal reference, `Type/id`. */
  follow(reference: string | undefined): Promise<Kept | undefined>
  /** The one that carries one of the resource's own business identifiers. Fails: multiple-matches. */
  sameIdentifier<R extends Resource>(resource: R): Promise<Kept<R> | undefined>
  /** By one business identifier. */
  identified<T extends Resource['resourceType']>(
    type: T,
    system: string | undefined,
    value: string,
  ): Promise<Kept<Resource & { resourceType: T }> | undefined>
  /**
   * Those that refer, by a search parameter, to what carries one of a resource's business identifiers; read together
   * with what else is read by key in this turn.
   */
  naming<T extends Resource['resourceType']>(
    type: T,
    code: string,
    named: Resource,
  ): Promise<Kept<Resource & { resourceType: T }>[]>
  /** By search parameters as in a URL: `status=free&_sort=start`. At most 1000. */
  search<T extends Resource['resourceType']>(
    type: T,
    query: string,
  ): Promise<Kept<Resource & { resourceType: T }>[]>
  /**
   * Patients who are perhaps the same; read like `naming`, and with what names them by a search
   * (`ServiceRequest?subject&status=active`), known then to that search.
   */
  namesakes(of: Traits | SameTraits, query: string): Promise<Kept<Patient>[]>
  /** Who may see a resource now. */
  sight(reference: string): Promise<readonly string[]>
  /** What is taken of these slots, by slot id. */
  occupancies(slotIds: readonly string[]): Promise<Occupancy[]>
}

/**
 * A resource, by reference, and the ways that lead on from it; the resource that carries a business identifier, known
 * then to a search by it (`identifier=system|value`); or what is taken of a slot.
 */
export type Trail =
  | { from: string; ways?: readonly Way[] }
  | { carrying: Resource['resourceType']; system: string; value: string }
  | { places: string }

/** To what is named in an element (`participant.actor`); to those that name it (`Task?focus`); to what is taken of a slot. */
export type Way =
  | { named: string; ways?: readonly Way[] }
  | { naming: string; ways?: readonly Way[] }
  | { places: true }

/** Whoever bears a family name, as it is written, and is born on a day. */
export interface Traits {
  family: string
  /** ISO date. */
  birthDate: string
}

/** Whoever has a family name and the birth date of a patient that is kept; nobody where it has an identifier of these systems. */
export interface SameTraits {
  /** `Patient/<id>`. */
  patient: string
  unlessOf: readonly string[]
}

/** A place of a slot that is held or booked. The store forbids two of one place, and two at one time on one resource. */
export interface Occupancy {
  slot: string
  /** 1 to the slot's capacity. */
  place: number
  /** Appointment id. */
  appointment: string
  /** References of the people, rooms and machines that are taken with it. */
  resources: readonly string[]
  /** Instants, end exclusive. */
  start: string
  end: string
}

/**
 * A place among a limited number, whichever is free: the store picks it as it writes, so nobody has to read first how many
 * are left.
 */
export interface Counted extends Omit<Occupancy, 'place' | 'resources'> {
  /** How many places there are. */
  most: number
  /** What the write fails with when none is left. */
  full: Failure
}

/** A resource to be kept as a new version. */
export interface Written {
  /** Complete, with `id` and `meta`: its text is what will be read. */
  resource: Kept
  /** The version it replaces; 0 when it must not exist yet. */
  replaces: number
  /** Keys that may see it, added to those it has. */
  sight?: readonly string[]
  /** Keys that may see it, in place of those it has. */
  sightInstead?: readonly string[]
}

export interface Removed {
  type: string
  id: string
  /** The version that is deleted. */
  replaces: number
  /** Instant. */
  lastUpdated: string
}

/** What came in from a peer. One row a message; kept whatever becomes of it. */
export interface Arrival {
  /** Kept as evidence, byte for byte. */
  raw: Buffer
  /** The sender's own number for it, never used twice: MSH-10, Bundle.identifier. Absent when it could not be read. */
  id: string | undefined
  /** What may start a flow: `ORM^O01`, `Slot`. */
  kind: string
  /** Name of the peer, as in its connector's file; `?` when unknown. */
  peer: string
  /** Instant. */
  receivedAt: string
  /** How it came: `mllp`, `http`, `file`, `fhir`, `json`, `poll`. */
  by: string
}

export type ArrivalStatus = 'transformed' | 'filtered' | 'error'

/** The row of an arrival, as it is written when its fate is known. */
export interface ArrivalRow extends Arrival {
  /** UUID. */
  row: string
  status: ArrivalStatus
  /** SHA-256 of what makes two messages the same. */
  digest: string
  /** Why it was refused or filtered: texts of the issues, no patient data. */
  reason?: string
  /** What was answered, byte for byte, to be answered again. */
  answer?: Buffer
  /** By what it is found: `id=…`, `order=…`, `patient=…`, and what it made: `ServiceRequest/…`. */
  keys?: readonly string[]
  /** Until when the same id is the same message (instant). */
  knownUntil: string
}

/** What is to leave for a peer: written with the resources that it tells of. */
export interface Departure {
  /** UUID; also the control id on the wire, on each try. */
  row: string
  /** Name of the connector. */
  peer: string
  /** What it tells, whichever the wire: `appointment.requested`, `request.ordered`, `communication.sent`, `notification`. */
  kind: string
  /** Resources it tells of, by reference: rendered when first sent, from the versions named. `Type/id/_history/n`. */
  about: readonly string[]
  /** Those of one lane leave in order, one at a time. Default: the peer. */
  lane?: string
  /** Not sent before (instant). */
  notBefore?: string
  /** Given up after (instant). */
  giveUpAt?: string
  /** As it is to be sent, where it is not made from what it tells of. */
  rendered?: { raw: Buffer; contentType: string; keys?: readonly string[] }
}

export type DepartureStatus = 'queued' | 'sent' | 'parked' | 'dead' | 'cancelled'

export interface DepartureRow extends Departure {
  status: DepartureStatus
  attempts: number
  /** Bytes as first rendered, kept with the end of the first try; the same on each try. */
  raw?: Buffer
  contentType?: string
  lastError?: string
  /** Instants. */
  queuedAt: string
  endedAt?: string
  triedAt?: string
  /** By what it is found: `id=…`, `order=…`, `patient=…`, and what it tells of: `ServiceRequest/…`. */
  keys?: readonly string[]
}

/** How a departure ended, or when it is tried again. */
export interface Settlement {
  row: string
  status: DepartureStatus
  reason?: string
  /** With `queued`: not before (instant). */
  notBefore?: string
  /** Only if this one has it in hand still. What has been sent has been sent, whoever says so. */
  holder?: string
  /** With `queued`: though it has been sent, as a person has asked. */
  again?: true
  /** What was put on the wire. */
  raw?: Buffer
  contentType?: string
  /** By what else it is found: what its bytes say of themselves. */
  keys?: readonly string[]
}

/** How many departures of a peer may be claimed: of lanes after this one. */
export interface Room {
  peer: string
  most: number
  after?: string
}

/** Who has departures in hand, and until when (instant). */
export interface Lease {
  holder: string
  until: string
}

/** Whoever delivers in this process: departures that are written here are in its hand at once, if their lane is idle. */
export interface Taker {
  /** The lease on those of a peer; undefined while no more can be taken. */
  lease(peer: string): Lease | undefined
  /** Handed over after the commit, with those that have to wait. True when somebody should look for these. */
  take(leased: readonly DepartureRow[], waiting: readonly Departure[]): boolean
}

/** All that one step changes: one statement, all or nothing. */
export interface Write {
  resources?: readonly Written[]
  removed?: readonly Removed[]
  /** Others who may now see a resource; no new version. */
  grants?: readonly { reference: string; sight: readonly string[] }[]
  /** Versions that must still be current, though they are not written: `Type/id` → version. */
  relies?: ReadonlyMap<string, number>
  take?: readonly Occupancy[]
  count?: readonly Counted[]
  /** Appointments whose places are given back. */
  release?: readonly string[]
  arrival?: ArrivalRow
  departures?: readonly Departure[]
  /** By peer: on whose lease a departure leaves at once, if its lane is idle. */
  leases?: ReadonlyMap<string, Lease>
  settlements?: readonly Settlement[]
  /** Now, as the gateway's clock has it (instant). */
  at: string
}

/** Told in this process at once and in others soon after a commit. Best effort: whoever waits also looks now and then. */
export interface Changed {
  /** References of what was written, without version. */
  references: readonly string[]
  /** Something is to leave, and nobody has it in hand. */
  departures: boolean
  /** What was written, where it was written here. */
  written?: readonly Kept[]
}

/** Which Tasks are asked for: most urgent first, then by when an answer is due. */
export interface WaitingQuery {
  /** Reference. */
  owner: string
  statuses: readonly string[]
  /** In the order in which they come. */
  priorities: readonly string[]
  count: number
}

export interface Store extends AsyncDisposable {
  reader(): Reader
  /** True when it is committed; false when a version was no longer current: read again and decide again. Fails: conflict when a place is taken; duplicate when a business identifier exists. */
  write(write: Write): Promise<boolean>
  /** The current version, deleted ones too. */
  read(type: string, id: string, sight: Sight): Promise<Stored | undefined>
  vread(type: string, id: string, version: number, sight: Sight): Promise<Stored | undefined>
  search(search: Search, sight: Sight): Promise<Page>
  /** Of several types together, in one order. */
  searchAcross(searches: Searches, sight: Sight): Promise<Page>
  history(query: HistoryQuery, sight: Sight): Promise<HistoryPage>
  /** The earliest free slots of diaries. */
  offers(query: OfferQuery): Promise<Stored[]>
  /** The Tasks of an owner that are to be done first. */
  waiting(query: WaitingQuery): Promise<Stored[]>
  readonly messages: Messages
  readonly outbox: Outbox
  readonly lines: Lines
  readonly clients: Clients
  readonly sessions: Sessions
  /** When each of these resources first had one of these statuses, over all its versions: id → instant. */
  firstHad(type: string, ids: readonly string[], statuses: readonly string[]): Promise<Map<string, string>>
  readonly journal: Journal
  /** Once only, whatever the number of gateways: true for the first who names it. */
  once(purpose: string, key: string, until: string): Promise<boolean>
  /** A lease that one gateway holds at a time; undefined when another has it. Ends by itself at `until`. */
  lease(name: string, holder: string, until: string): Promise<boolean>
  unlease(name: string, holder: string): Promise<void>
  /** Small state of ours that all gateways share: signing keys, a poller's place. Text. */
  remember(name: string, value: string): Promise<void>
  recall(name: string): Promise<string | undefined>
  /** Those of the names that something is remembered under, in one look. */
  recallAll(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Sets it if there is none; comes back with what is now there. */
  recallOr(name: string, value: string): Promise<string>
  /** Calls back after each commit that this process or (soon) another made. */
  onChange(listener: (changed: Changed) => void): Disposable
  /** True when the database answers and is at the newest migration. */
  ready(): Promise<boolean>
  /** Connection string (libpq URL or socket folder form) for the job queue and tests. */
  readonly connection: PoolConfig
}

export interface Messages {
  /** The arrival of this id from this peer that is still known, if any. */
  known(peer: string, id: string, at: string): Promise<ArrivalRow | undefined>
  get(row: string): Promise<ArrivalRow | undefined>
  list(filter: { peer?: string; status?: string; since?: string; limit: number }): Promise<ArrivalRow[]>
}

export interface Outbox {
  /**
   * The next departures that may leave now, on a lease: heads of free lanes, as many of each peer as there is room for.
   * Two holders never get the same one; a lane with one in hand gives none.
   */
  claim(lease: Lease, rooms: readonly Room[], at: string): Promise<DepartureRow[]>
  /** The resources that a departure tells of, in the versions that it names. Those that are not there are left out. */
  about(references: readonly string[]): Promise<Stored[]>
  /** From now on, what is written here is handed over with its write. */
  handTo(taker: Taker): Disposable
  /** Leases what a holder has in hand until later. Rows; one that is missing is another's now, or has ended. */
  renew(lease: Lease, rows: readonly string[]): Promise<string[]>
  /**
   * Ends, or puts off, one that is in hand; counts the try, and keeps the bytes as they were first rendered.
   * Comes back with the next of its lane, if there is one that is due and whoever has the lease is to have it.
   */
  settle(settlement: Settlement, at: string, next?: Lease): Promise<DepartureRow[]>
  /** Earliest instant after now at which something that was put off, or is in a hand, may leave. For the sleeper. */
  nextAt(peers: readonly string[], at: string): Promise<string | undefined>
  get(row: string): Promise<DepartureRow | undefined>
  list(filter: { peer?: string; status?: string; limit: number }): Promise<DepartureRow[]>
}

/** API clients, as the territory's files and the command line left them. JSON text of a client, by its id. */
export interface Clients {
  get(id: string): Promise<{ registration: string; disabledAt?: string } | undefined>
  list(): Promise<{ id: string; registration: string; disabledAt?: string }[]>
  put(id: string, registration: string): Promise<void>
  /** Instant; undefined enables it again. */
  disable(id: string, at: string | undefined): Promise<void>
  /** The clients of the territory's folder: those that it had before and leaves out are disabled until it has them again. */
  folder(registrations: readonly { id: string; registration: string }[], at: string): Promise<void>
}

/** People who have signed in, and sign-ins under way. JSON text, by a key that nobody can guess. */
export interface Sessions {
  /** Keeps one until an instant; forgets those that ended before `at`. */
  begin(key: string, content: string, at: string, until: string): Promise<void>
  /** One that has not ended at that instant. */
  get(key: string, at: string): Promise<{ content: string; until: string } | undefined>
  extend(key: string, until: string): Promise<void>
  /** Ends it; comes back with what it held, for one caller only, when it had not ended at that instant. */
  end(key: string, at: string): Promise<string | undefined>
}
