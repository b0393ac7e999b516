import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import type { Actor } from './actor.ts'
import { signingAlgorithms } from './assertion.ts'
import { openBearer } from './bearer.ts'
import { grantableScopes, withSources } from './gate.ts'
import { openGrant, type TokenRequest } from './grant.ts'
import { nobody } from './nobody.ts'
import type { OAuthAnswer } from './oauth.ts'
import type { Permit } from './permit.ts'
import { isHomeless, openStandings, permitOf, type StandingDesk } from './standing.ts'
import { openTokens } from './tokens.ts'

/** Who may: tokens out, permits in. */
export interface Auth {
  /** Answers a POST at the token endpoint, in OAuth's JSON. */
  token(request: TokenRequest): Promise<OAuthAnswer>
  /** What the bearer of a token may do now. Fails: login, token-expired, forbidden; each a Denial. */
  authenticate(authorization: string | undefined): Promise<Permit>
  /** What a client may that came by another road, such as a peer on MLLP; undefined when it is not active. */
  permitOf(client: string): Promise<Permit | undefined>
  /** Who has shown no token, where none is needed: with the keys to diaries that are open now. */
  nobody(): Promise<Actor>
  /** Our public keys. */
  jwks(): object
  /** `/.well-known/smart-configuration`. */
  smartConfiguration(): object
}

export interface AuthDesk extends Omit<StandingDesk, 'clients'> {
  store: Pick<Store, 'clients' | 'once' | 'recallOr'>
  /** Absolute URL of the token endpoint. */
  tokenUrl: string
  /** Absolute base URL of the FHIR API: for whom tokens are good. */
  fhirUrl: string
  /** Whether key sets may be fetched from loopback. */
  outboundLoopback: boolean
  log: Log
}

/** Opens SMART Backend Services for the clients of a store. */
export async function openAuth(desk: AuthDesk): Promise<Auth> {
  const standings = openStandings({ ...desk, clients: desk.store.clients })
  const tokens = await openTokens(desk)
  return {
    token: openGrant({ ...desk, standings, tokens }),
    authenticate: openBearer({ ...desk, standings, tokens }),
    permitOf: async (client) => {
      const standing = await standings(client)
      return standing && !isHomeless(standing) ? permitOf(standing, standing.registered) : undefined
    },
    nobody: async () => ({
      ...nobody,
      sight: withSources(nobody.sight, (await desk.openSources?.()) ?? []),
    }),
    jwks: tokens.jwks,
    smartConfiguration: () => smartConfiguration(desk.tokenUrl),
  }
}

/** Source: SMART App Launch 2.2.0, conformance. `S256` is required there, though no app is launched here. */
function smartConfiguration(tokenUrl: string): object {
  return {
    token_endpoint: tokenUrl,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: signingAlgorithms,
    scopes_supported: grantableScopes(),
    code_challenge_methods_supported: ['S256'],
    capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
  }
}
