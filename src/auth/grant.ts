import { Failure } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'
import { claimedIssuer, clientOfAssertion } from './assertion.ts'
import { openAttempts } from './attempts.ts'
import { openKeys } from './jwks.ts'
import { formOf, granted, type OAuthAnswer, OAuthFault, refusal, unable } from './oauth.ts'
import { grantedScopes, parseScopes, type Scope, scopeText } from './scopes.ts'
import { isHomeless, type Standing } from './standing.ts'
import type { Tokens } from './tokens.ts'

/** A request at the token endpoint, before anything of it is read. */
export interface TokenRequest {
  contentType: string | undefined
  body: string
  /** What stands after `?`, or empty. */
  query: string
  /** Where it came from, to count failures by. */
  address?: string
}

export interface GrantDesk {
  standings: (id: string) => Promise<Standing | undefined>
  tokens: Tokens
  store: Pick<Store, 'once'>
  clock: () => Date
  tokenUrl: string
  outboundLoopback: boolean
  log: Log
}

/** Failed assertions that pass in a minute: of one client from one address, and from one address. */
const limits = { client: { most: 60, windowMs: 60_000 }, address: { most: 300, windowMs: 60_000 } }

/**
 * The token endpoint: an assertion in, an access token out.
 *
 * Source: SMART App Launch 2.2.0, backend-services; RFC 6749, 4.4 and 5; RFC 7523.
 */
export function openGrant(desk: GrantDesk): (request: TokenRequest) => Promise<OAuthAnswer> {
  const keys = openKeys(desk)
  const byClient = openAttempts(desk.clock, limits.client)
  const byAddress = openAttempts(desk.clock, limits.address)

  const grant = async (request: TokenRequest, from: string): Promise<OAuthAnswer> => {
    const { assertion, scope } = asked(formOf(request.contentType, request.body, request.query))
    const by = `${from} ${claimedIssuer(assertion)}`
    byAddress.check(from)
    byClient.check(by)
    const client = await clientOfAssertion(assertion, {
      client: async (id) => (await desk.standings(id))?.client,
      keys: keys.named,
      tokenUrl: desk.tokenUrl,
      now: desk.clock(),
      once: (purpose, key, until) => desk.store.once(purpose, key, until),
    }).catch((thrown) => {
      if (thrown instanceof OAuthFault) {
        byAddress.failed(from)
        byClient.failed(by)
      }
      throw thrown
    })
    return issued(client.id, scope, desk)
  }

  return async (request) => {
    try {
      return await grant(request, request.address ?? '')
    } catch (thrown) {
      return told(thrown, desk.log)
    }
  }
}

async function issued(client: string, asked: string, desk: GrantDesk): Promise<OAuthAnswer> {
  const standing = await desk.standings(client)
  if (!standing || isHomeless(standing)) {
    throw new OAuthFault('unauthorized_client', 'The organisation of this client is not known here.', {
      client,
    })
  }
  const scopes = scopesFor(asked, standing)
  const scope = scopeText(scopes)
  const seconds = standing.client.tokenSeconds
  const { token, id } = await desk.tokens.issue({ client, scope, seconds })
  desk.log.event('token.granted', { client, jti: id, scopes: scopes.length })
  return granted({ access_token: token, token_type: 'bearer', expires_in: seconds, scope })
}

/** The two that are asked with, once grant and assertion types are right. */
function asked(form: ReadonlyMap<string, string>): { assertion: string; scope: string } {
  const grantType = form.get('grant_type')
  if (!grantType) throw missing('grant_type')
  if (grantType !== 'client_credentials') {
    throw new OAuthFault('unsupported_grant_type', 'Only grant_type=client_credentials is known here.')
  }
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    throw new OAuthFault(
      'invalid_request',
      'client_assertion_type is urn:ietf:params:oauth:client-assertion-type:jwt-bearer.',
    )
  }
  const assertion = form.get('client_assertion')
  if (!assertion) throw missing('client_assertion')
  return { assertion, scope: form.get('scope') ?? '' }
}

const missing = (name: string) => new OAuthFault('invalid_request', `The parameter ${name} is missing.`)

function scopesFor(asked: string, { client, registered }: Standing): Scope[] {
  const { scopes, faults } = parseScopes(asked)
  const [fault] = faults
  if (fault) throw new OAuthFault('invalid_scope', fault, { client: client.id })
  if (scopes.length === 0) {
    throw new OAuthFault('invalid_scope', 'Ask for scopes such as system/Slot.rs.', { client: client.id })
  }
  const granted = grantedScopes(scopes, registered)
  if (granted.length > 0) return granted
  throw new OAuthFault('invalid_scope', 'None of these scopes is registered for this client.', {
    client: client.id,
  })
}

function told(thrown: unknown, log: Log): OAuthAnswer {
  if (thrown instanceof OAuthFault) {
    log.event('token.refused', { error: thrown.error, ...thrown.noted })
    return refusal(thrown)
  }
  log.failed('token.failed', thrown)
  return unable(thrown instanceof Failure ? tellings[thrown.case].http : 500)
}
