import type { PoolConfig } from 'pg'
import type { Search } from '../fhir/search.ts'
import type { Reader } from './facts.ts'
import type { Journal } from './journal.ts'
import type { HistoryPage, HistoryQuery, Kept, Page, Sight, Stored } from './kept.ts'
import type { Lines } from './lines.ts'
import type { Offer, OfferQuery } from './offers.ts'
import type { Searches } from './search/across.ts'
import type { ArrivalRow, DepartureRow, Lease, Room, Settlement, Taker, Write } from './writes.ts'

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
  /** What is to be done: `fulfill`. */
  code: string
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
  offers(query: OfferQuery): Promise<Offer[]>
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
  /** How often something was made by a condition, by its key: what a write is to count on. */
  conditionNumber(key: string): Promise<number>
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
  /** Connection string (libpq URL) or socket folder, for who looks at the database beside it. */
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
