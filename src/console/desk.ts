import type { ReadAudit } from '../audit/reads.ts'
import type { Actor } from '../auth/actor.ts'
import type { Permit } from '../auth/permit.ts'
import type { Receive } from '../flows/receive.ts'
import type { Desk } from '../flows/step.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'

/** Where persons are known, and as what they are known here. */
export interface OidcSettings {
  /** URL of the provider; what it can do is read from its discovery document. */
  issuer: string
  clientId: string
  /** Absent: a public client, by PKCE alone. */
  clientSecret?: string
  /** Space-separated. */
  scope: string
  /** Level of authentication that is asked for, and must be had. */
  acr?: string
  /** The claim that names a person. */
  claim: string
  /** System under which a Practitioner carries the claim's value as identifier. */
  system: string
}

/** What the console is handed: it opens nothing but its own pages. */
export interface ConsoleDesk {
  settings: {
    /** Public URL without a slash at its end. */
    baseUrl: string
    /** How long a booking waits for the centre before the page is shown. */
    bookWaitMs: number
    maxBodyBytes: number
    oidc: OidcSettings
  }
  store: Store
  clock: () => Date
  log: Log
  /** Keeps a trail of what is shown. */
  reads: Pick<ReadAudit, 'note'>
  /** What steps are carried out with, on behalf of whom. */
  desk: (actor: Actor) => Desk
  /** Where a request taken by telephone is handed in, on behalf of whom. */
  receive: (permit: Permit) => Receive
}

/** What the middleware before us keeps with a request. */
export interface ConsoleEnv {
  Variables: {
    /** Its number, told to the caller and logged. */
    number: string
    /** The pattern of its path, without ids: for the log and the metrics. */
    route: string
  }
}
