import type { Appointment, OperationOutcome, Resource } from '@medplum/fhirtypes'
import type { z } from 'zod'
import type { Incoming, Look, Received } from '../flows/message.ts'
import type { Log } from '../log.ts'
import type { DepartureRow } from '../store/index.ts'
import type { Ability } from './ability.ts'
import type { Peer } from './mllp/peer.ts'

export type { Content, Covered, Incoming, Look, Received } from '../flows/message.ts'

/**
 * Where a connector hands in what it has heard. Comes back once the fate of the message is committed.
 * `answer` makes the bytes to be answered from the outcome: they are kept in the same statement.
 */
export type Receive = (
  message: Incoming,
  answer?: (outcome: OperationOutcome, written: readonly string[]) => Buffer,
) => Promise<Received>

/** How a try to send ended. */
export interface Sent {
  /**
   * `sent`: the peer has it. `refused`: it says no, and sending again is no use. `later`: try again. `parked`: a person
   * has to look at this one. `stopped`: a person has to look at the line; until then nothing leaves by it.
   */
  end: 'sent' | 'refused' | 'later' | 'parked' | 'stopped'
  /** With `later`: nothing gets through now, whatever is sent. */
  isLineDown?: boolean
  /** Code and place, never a patient. */
  reason?: string
  /** Seconds the peer asked us to wait. */
  retryAfterSeconds?: number
  /**
   * What the peer answered with, when the answer itself says something (SRR^S01, an Appointment). Handed to `receive`.
   * With `refused`: the reason; it is a no all the same when nothing can be made of that.
   */
  reply?: Incoming
}

/** What leaves, rendered: the same bytes on each try. */
export interface Rendered {
  raw: Buffer
  contentType: string
  /** By what it is found later: `id=<control id>`, `order=…`, `patient=…`. */
  keys?: readonly string[]
}

/** What a partner calls us with: headers by lower-case name, the body as it came. */
export interface Called {
  headers: Readonly<Record<string, string>>
  body: Buffer
}

/** One open line to one peer. */
export interface Link extends AsyncDisposable {
  /** Absent: nothing leaves by this line. */
  send?(departure: DepartureRow & Rendered, signal: AbortSignal): Promise<Sent>
  /** Makes the bytes of a departure from the resources it tells of. */
  render?(departure: DepartureRow, about: readonly Resource[]): Promise<Rendered>
  /**
   * What the peer has of an appointment of ours now; absent: this peer cannot be asked. `unknown`: it has none.
   * Fails: transient when it does not answer.
   */
  look?(appointment: Appointment, signal: AbortSignal): Promise<Appointment | 'unknown'>
  /** The peer takes one connection: of several gateways, one sends by this line at a time. */
  readonly isOneOwners?: boolean
  /** Another gateway sends by this line from now on: what stands of it is closed, until something is sent again. */
  rest?(): void
  /** Takes a call of the partner over HTTP; absent: this peer does not call. */
  called?(call: Called): Promise<OperationOutcome>
  /** How the listener for HL7 v2 knows what the peer sends; absent: it sends nothing by it. */
  readonly peer?: Peer
  /** Address it listens on, when it does. */
  readonly address?: { host: string; port: number }
}

/** A kind of peer: the shape of its settings, and a way to open a line. */
export interface Connector<Settings = unknown> {
  settings: z.ZodType<Settings>
  /** What a partner with these settings can do. */
  able(settings: Settings): Ability
  open(settings: Settings, desk: LinkDesk): Promise<Link>
}

/** What a line is handed when it is opened. */
export interface LinkDesk {
  /** Name of the connector's file. */
  name: string
  /** `Organization/<id>` of the peer. */
  organization: string | undefined
  receive: Receive
  clock: () => Date
  log?: Log
  /** Whether something may be said to the peer now: of several gateways the line is this one's, and nobody has held it. */
  maySpeak(): Promise<boolean>
  /** Runs a map of `mappings/` by its URL or name; fails as the map says. */
  transform: (map: string, input: unknown) => unknown
  /** Small state that outlives the process and is shared by gateways. */
  recall(key: string): Promise<string | undefined>
  remember(key: string, value: string): Promise<void>
  /** Notes how a look at the partner's diary went. */
  noteDiary(look: Look): Promise<void>
  /** Whether loopback addresses may be called. */
  outboundLoopback: boolean
  /**
   * From now on runs a task of this name once a period, whatever the number of gateways: one of those that `when` lets.
   * What it fails with is told in the log.
   */
  every(
    name: string,
    everyMs: number,
    task: (signal: AbortSignal) => Promise<void>,
    when?: () => Promise<boolean>,
  ): void
}

/** A connector with its settings: `connector(z.object({…}), (settings) => …, async (settings, desk) => …)`. */
export function connector<S extends z.ZodType>(
  settings: S,
  able: (settings: z.output<S>) => Ability,
  open: (settings: z.output<S>, desk: LinkDesk) => Promise<Link>,
): Connector<z.output<S>> {
  // zod's own inference, which the type of a schema parameter does not carry.
  return { settings: settings as unknown as z.ZodType<z.output<S>>, able, open }
}
