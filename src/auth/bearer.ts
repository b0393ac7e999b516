import { badToken, noToken, oldToken, type Permit } from './permit.ts'
import { parseScopes, type Scope } from './scopes.ts'
import { permitOf, type Standing } from './standing.ts'
import type { Tokens } from './tokens.ts'

export interface BearerDesk {
  tokens: Pick<Tokens, 'verify'>
  standings: (id: string) => Promise<Standing | undefined>
  clock: () => Date
}

/** A token whose signature was found good, and the permit it gave when last asked. */
interface Verified {
  client: string
  /** Milliseconds since 1970. */
  expires: number
  scopes: readonly Scope[]
  last?: { standing: Standing; permit: Permit }
}

/** So many are remembered; the oldest goes first. */
const remembered = 10_000

/**
 * Turns an Authorization header into what its bearer may do.
 *
 * A signature is checked once a token; expiry each time; the client's standing as often as it is read again,
 * so a client that is disabled, or whose scopes shrink, feels it within seconds.
 */
export function openBearer({ tokens, standings, clock }: BearerDesk) {
  const known = new Map<string, Verified>()

  const verified = async (token: string): Promise<Verified> => {
    const { client, scope, expires } = await tokens.verify(token)
    const fresh = { client, expires: expires * 1000, scopes: parseScopes(scope).scopes }
    known.set(token, fresh)
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break
      known.delete(oldest)
    }
    return fresh
  }

  return async (authorization: string | undefined): Promise<Permit> => {
    const token = tokenOf(authorization)
    const found = known.get(token) ?? (await verified(token))
    if (clock().getTime() >= found.expires) {
      known.delete(token)
      throw oldToken()
    }
    const standing = await standings(found.client)
    if (!standing) throw badToken()
    if (found.last?.standing !== standing) {
      found.last = { standing, permit: permitOf(standing, found.scopes) }
    }
    return found.last.permit
  }
}

/** Source: RFC 6750, 2.1. */
function tokenOf(authorization: string | undefined): string {
  if (authorization === undefined) throw noToken()
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
  if (!token) throw noToken()
  return token
}
