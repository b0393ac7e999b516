import type { OperationOutcome, Resource } from '@medplum/fhirtypes'
import type { Registry } from 'prom-client'
import type { ReadAudit } from '../audit/reads.ts'
import type { Actor } from '../auth/actor.ts'
import type { Auth } from '../auth/index.ts'
import type { Permit } from '../auth/permit.ts'
import type { Receive } from '../flows/receive.ts'
import type { Desk } from '../flows/step.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import type { Steering } from './steering.ts'

/** What the API needs to know of the process. */
export interface ApiSettings {
  /** Public URL without a slash at its end; in every absolute link. Forwarded headers are never asked for it. */
  baseUrl: string
  /** The largest body that is read. */
  maxBodyBytes: number
  /** Addresses whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** Version of the software, told in `/metadata`. */
  version: string
  /** How long `$book` waits for the centre before it answers 202. */
  bookWaitMs: number
  /** `/metrics` is on a listener of its own. */
  adminListener: boolean
}

/** What the API is handed: it opens nothing itself. */
export interface House {
  settings: ApiSettings
  store: Store
  /** What links to further pages are sealed with; the same in every gateway on a store. */
  linkKey: string
  clock: () => Date
  log: Log
  auth: Auth
  metrics: Registry
  /** Keeps a trail of what is read; absent where none is kept. */
  reads?: Pick<ReadAudit, 'note'>
  /** What steps are carried out with, on behalf of whom. */
  desk: (actor: Actor) => Desk
  /** Where arrivals are handed in that are not FHIR, on behalf of whom. */
  receive: (permit: Permit) => Receive
  /** Answers a v2 message on behalf of a client: bytes in, acknowledgement out. */
  answerV2: (raw: Buffer, permit: Permit) => Promise<Buffer>
  /** Takes calls of a connector's partner; undefined where it does not call. */
  called?: (
    connector: string,
  ) => ((call: { headers: Record<string, string>; body: Buffer }) => Promise<OperationOutcome>) | undefined
  /** Profiles, value sets, maps and what else is declared, each with its id: served read-only. */
  conformance: readonly Resource[]
  /** Seeing and steering what comes and leaves; absent where nobody may. */
  steering?: Steering
  /** The gateway has been told to stop: it is no longer ready. */
  isStopping?: () => boolean
}

/** The FHIR base, without a slash at its end. */
export const fhirBase = ({ settings }: Pick<House, 'settings'>): string => `${settings.baseUrl}/fhir`
