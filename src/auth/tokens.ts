import { randomUUID } from 'node:crypto'
import {
  type CryptoKey,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose'
import { z } from 'zod'
import type { Store } from '../store/index.ts'
import { badToken, oldToken } from './permit.ts'

/** What an access token says. */
export interface TokenContent {
  client: string
  scope: string
  /** Seconds since 1970. */
  expires: number
}

export interface Tokens {
  issue(content: { client: string; scope: string; seconds: number }): Promise<{ token: string; id: string }>
  /** What a token of ours says. Fails: login, token-expired. */
  verify(token: string): Promise<TokenContent>
  /** Public halves of the keys. */
  jwks(): { keys: JWK[] }
}

export interface TokensDesk {
  store: Pick<Store, 'recallOr'>
  clock: () => Date
  /** Who issues. */
  tokenUrl: string
  /** For whom: the FHIR base. */
  fhirUrl: string
}

const alg = 'ES384'
/** Source: RFC 9068, 2.1. */
const typ = 'at+jwt'

const keptKeys = z.object({ keys: z.array(z.looseObject({ kid: z.string() })).min(1) })

const claims = z.object({ client_id: z.string(), scope: z.string(), exp: z.number() })

/** Signs and verifies access tokens with the key pair that all gateways of a store share. */
export async function openTokens({ store, clock, tokenUrl, fhirUrl }: TokensDesk): Promise<Tokens> {
  const kept = keptKeys.parse(JSON.parse(await store.recallOr('auth.signing-keys', await newKeys())))
  const keys = await Promise.all(kept.keys.map(pair))
  const [signing] = keys
  if (!signing) throw new Error('There is no signing key.')
  const keyOf: JWTVerifyGetKey = ({ kid }) => keys.find((key) => key.kid === kid)?.verify ?? fail(badToken())

  return {
    async issue({ client, scope, seconds }) {
      const now = Math.floor(clock().getTime() / 1000)
      const id = randomUUID()
      const token = await new SignJWT({ client_id: client, scope })
        .setProtectedHeader({ alg, typ, kid: signing.kid })
        .setIssuer(tokenUrl)
        .setSubject(client)
        .setAudience(fhirUrl)
        .setJti(id)
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(signing.sign)
      return { token, id }
    },

    async verify(token) {
      const expected = { algorithms: [alg], typ, issuer: tokenUrl, audience: fhirUrl, currentDate: clock() }
      const { payload } = await jwtVerify(token, keyOf, expected).catch((thrown) => {
        throw thrown instanceof errors.JWTExpired ? oldToken() : badToken()
      })
      const { client_id, scope, exp } = claims.parse(payload)
      return { client: client_id, scope, expires: exp }
    },

    jwks: () => ({ keys: keys.map((key) => key.public) }),
  }
}

/** A new key pair, as it is kept: the private half too, in the gateway's own database. */
async function newKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid: randomUUID(), alg, use: 'sig' }] })
}

async function pair(key: { kid: string; [member: string]: unknown }) {
  const { d: _, ...open } = key
  // Kept by newKeys, so these are JWKs of a pair on P-384, and none of them is a shared secret.
  const [sign, verify] = (await Promise.all([importJWK(key, alg), importJWK(open, alg)])) as CryptoKey[]
  if (!sign || !verify) throw new Error('A signing key could not be read.')
  return { kid: key.kid, sign, verify, public: open as JWK }
}

function fail(thrown: Error): never {
  throw thrown
}
