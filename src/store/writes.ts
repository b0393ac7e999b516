import type { Failure } from '../fhir/outcome.ts'
import type { Occupancy } from './facts.ts'
import type { Kept } from './kept.ts'

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
  by: Road
}

/** How a message came: on a line, over HTTP in one form or another, by hand, as a dropped file, or fetched. */
export type Road = 'mllp' | 'http' | 'fhir' | 'json' | 'console' | 'file' | 'poll'

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
  /** Instant: until when it is in a gateway's hand. */
  leasedUntil?: string
  /** How long it has waited for a line that was held. */
  heldMs?: number
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
  /** By which conditions something is made that nothing fitted, and how often it had been when that was looked: key → number. */
  conditions?: ReadonlyMap<string, number>
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
