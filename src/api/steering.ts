import type { OperationOutcome } from '@medplum/fhirtypes'
import type { Expired, HeldLine, LineHealth, MessageLine, MessageQuery } from '../store/index.ts'

/** Who looks or steers. */
export interface Who {
  /** Name of the person, as it stands in the trail. */
  person: string
  /** Through what: a client, or the command line. */
  through: string
}

/** A message as it is kept: what it said, and what came of it. */
export interface MessageWhole extends MessageLine {
  /** As it came, or as it left. */
  raw?: string
  mediaType?: string
  /** A v2 message as a tree, segments and fields by name; JSON as it is. */
  parsed?: unknown
  /** What was answered. */
  answer?: string
  /** References of what it has made, or tells of. */
  about: readonly string[]
  /** By what it is found. */
  keys: readonly string[]
}

/** A message once more. */
export interface Replay {
  row: string
  /** What it is to say in place of what it said. */
  text?: string
  /** Of what leaves: made anew from the resources as they are told, by the maps as they are now. */
  anew?: boolean
  /** Of what came: from whom it is, where its sender was unknown. */
  as?: string
}

/** What became of it. `row`: by which it goes on; another one where it says something else now. */
export interface Replayed {
  row: string
  outcome: OperationOutcome
}

/** A line to a partner, and how it fares. */
export interface ConnectorHealth extends LineHealth {
  /** `mllp`, `fhir` …; absent: what leaves by no file of the territory, such as notifications. */
  kind?: string
  organization?: string
}

/** Seeing and steering what comes and leaves. */
export interface Steering {
  messages(query: MessageQuery): Promise<MessageLine[]>
  /** Leaves a trail. Fails: not-found. */
  message(row: string, who: Who): Promise<MessageWhole>
  /** Leaves a trail. Fails: not-found; business-rule where it would be done twice. */
  replay(replay: Replay, who: Who): Promise<Replayed>
  /** Ends what was to leave: it is never sent. Leaves a trail. Fails: not-found; business-rule where it leaves by itself, or has left. */
  discard(row: string, who: Who): Promise<Replayed>
  connectors(): Promise<ConnectorHealth[]>
  /** `pause`: nothing leaves. `drain`: what waits now still leaves. `resume`: all leaves, at once. Leaves a trail. Fails: not-found. */
  steer(
    connector: string,
    how: 'pause' | 'drain' | 'resume',
    who: Who,
    reason?: string,
  ): Promise<HeldLine['state'] | 'open'>
  /** What would be removed now. */
  expired(): Promise<Expired[]>
}
