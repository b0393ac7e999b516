import { Failure, issue } from '../fhir/outcome.ts'
import type { Case } from '../fhir/telling.ts'
import type { Actor } from './actor.ts'
import type { Scope } from './scopes.ts'

/** What a token lets its bearer do, as of now: asked before every interaction, by the gate. */
export interface Permit {
  actor: Actor
  /** Granted, and still registered. */
  scopes: readonly Scope[]
  /** Unknown search parameters are warned of rather than refused. */
  lenient: boolean
}

/** A refusal at the door, with what goes into `WWW-Authenticate`. */
export class Denial extends Failure {
  readonly challenge: string

  constructor(what: Case & ('login' | 'token-expired' | 'forbidden'), text: string, hint = '') {
    super([issue(what, text)])
    this.name = 'Denial'
    this.challenge = `Bearer realm="relais"${hint && `, ${hint}`}`
  }
}

/** No token came. Source: RFC 6750, 3.1: then no error code is given. */
export const noToken = () =>
  new Denial(
    'login',
    'Send an access token: Authorization: Bearer <token>. Tokens are had at the token endpoint.',
  )

export const badToken = () =>
  new Denial('login', 'The access token is not accepted. Ask for a new one.', 'error="invalid_token"')

export const oldToken = () =>
  new Denial('token-expired', 'The access token has expired. Ask for a new one.', 'error="invalid_token"')

/** The token is good, but does not reach as far. */
export const tooLittle = (text: string, scope?: string) =>
  new Denial(
    'forbidden',
    text,
    `error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`,
  )

/** A token in the URL would be logged on its way. Fails: login. Source: SMART App Launch 2.2.0; RFC 9700, 4.3.2. */
export function refuseTokenInUrl(query: URLSearchParams): void {
  if (!query.has('access_token')) return
  throw new Denial(
    'login',
    'Send the token in the Authorization header, not in the URL.',
    'error="invalid_request"',
  )
}
