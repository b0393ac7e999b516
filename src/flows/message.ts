import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes'
import type { Issue } from '../fhir/outcome.ts'
import type { Message } from '../hl7v2/message.ts'
import type { Arrival } from '../store/index.ts'
import type { ChangedAt } from './slots/seen.ts'

/** All that partners are told, whichever the wire. */
export const departureKinds = [
  'appointment.requested',
  'appointment.cancelled',
  'appointment.moved',
  'appointment.changed',
  'request.ordered',
  'request.updated',
  'request.cancelled',
  'communication.sent',
  'capacity.called',
  'patient.updated',
  'patient.merged',
] as const

/** A span of a diary of which all that there is was said: instants, end exclusive. */
export interface Covered {
  from: string
  to: string
}

/** How a look at a partner's diary went: when it began (instant). */
export type Look = { seenAt: string } | { failedAt: string }

/** What a message says, parsed but not yet transformed. */
export type Content =
  | { form: 'v2'; message: Message; covers?: Covered }
  | { form: 'fhir'; resource: Resource; covers?: Covered }
  | { form: 'json'; value: unknown; covers?: Covered }

/** An arrival with its content, as a connector hands it in. `content` is absent when it could not be read. */
export interface Incoming extends Arrival {
  /** Its row, when it is taken once more after it was refused. */
  row?: string
  content?: Content
  /** When the slots in it were changed at their source, where that tells it. */
  changedAt?: ChangedAt
  /** What was wrong with it, when it could not be read. */
  unreadable?: OperationOutcome
  /** Warnings on how it was read. */
  remarks?: readonly Issue[]
}

/** What became of an arrival: to be told to the sender. */
export interface Received {
  outcome: OperationOutcome
  /** The answer that was kept with it, byte for byte; set when the same message came before. */
  answer?: Buffer
}

/** A message as a route's step gets it: transformed. */
export interface Transformed {
  bundle: Bundle
  /** Fields whose code is in no ConceptMap. */
  unmapped: readonly string[]
  incoming: Incoming
  /** Names of all connectors of whoever sent it. */
  peers: readonly string[]
}
