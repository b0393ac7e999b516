import { appendFileSync, readFileSync } from 'node:fs'

/** What a client may ask for. */
export type Operation = 'find' | 'hold' | 'book' | 'release' | 'move' | 'cancel' | 'read' | 'update'

/**
 * How it ended for the client. `refused`: the centre said no; `taken`: another client was quicker; `stale`: the version
 * that the client named is not the current one; `unavailable`: later, perhaps; `unknown`: no answer came.
 */
export type Outcome =
  | 'done'
  | 'pending'
  | 'refused'
  | 'taken'
  | 'expired'
  | 'gone'
  | 'stale'
  | 'invalid'
  | 'throttled'
  | 'unavailable'
  | 'unknown'
  | 'fault'

/** An appointment as an answer shows it. */
export interface Shown {
  id: string
  version: number
  status: string
  slot?: string
}

/** A client begins to ask: whatever comes of it may come from now on. */
export interface Asked {
  event: 'asked'
  n: number
  /** ms since the proof began; the clock of the process in which all clients are. */
  at: number
  client: number
  gateway: number
  operation: Operation
  slot?: string
  appointment?: string
}

/** The answer to question `n` has come, or the client has given up. */
export interface Answered {
  event: 'answered'
  n: number
  at: number
  outcome: Outcome
  status: number
  why?: string
  shown?: Shown
}

/** What a centre has done in its own system: asked by us, or by its desk for itself. */
export interface AtCentre {
  event: 'centre'
  at: number
  centre: string
  what:
    | 'booked'
    | 'refused'
    | 'cancelled'
    | 'moved'
    | 'taken by the desk'
    | 'given back'
    | 'cancelled by the desk'
  place: string
  appointment?: string
}

/** What the nemesis did. */
export interface Disturbed {
  event: 'disturbed'
  at: number
  what: string
}

/** A change at the desk is visible by search. */
export interface Seen {
  event: 'seen'
  at: number
  centre: string
  way: 'pushed' | 'polled'
  /** From the change to the search that shows it. */
  ms: number
  /** Of these, until a gateway that took it was told: what the centre has tried before, and what stood before it in its line. */
  toldMs?: number
}

/** One version that the gateway keeps, in the order in which they were written. */
export interface Version {
  event: 'version'
  type: 'Appointment' | 'Slot'
  id: string
  version: number
  /** `meta.lastUpdated`: what is written together has the same. */
  updated: string
  status: string
  slots: readonly string[]
  request?: string
}

/** A place in a centre's own diary at the end, and the gateway's slot for it. */
export interface PlaceAtEnd {
  event: 'place'
  centre: string
  slot: string
  /** The desk has given it to somebody of its own. */
  own: boolean
  /** Our numbers of the appointments that are booked there. */
  appointments: readonly string[]
}

export type Event = Asked | Answered | AtCentre | Disturbed | Seen | Version | PlaceAtEnd

/** A history that grows, on disk line by line. */
export interface History {
  readonly file: string
  readonly events: readonly Event[]
  /** ms since the proof began. */
  now(): number
  add(event: Event): void
}

export function openHistory(file: string): History {
  const events: Event[] = []
  const began = performance.now()
  return {
    file,
    events,
    now: () => Math.round(performance.now() - began),
    add(event) {
      events.push(event)
      appendFileSync(file, `${JSON.stringify(event)}\n`)
    },
  }
}

/** A history that was written before. */
export const readHistory = (file: string): Event[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event) // written by `add`
