import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import type { Client, PublicKey } from './client.ts'
import { OAuthFault } from './oauth.ts'

/** What a client assertion is checked with. */
export interface AssertionDesk {
  /** The active client of this id. */
  client(id: string): Promise<Client | undefined>
  keys(client: Client, kid: string): Promise<PublicKey[]>
  tokenUrl: string
  now: Date
  /** True for the first who names it, whatever the number of gateways. */
  once(purpose: string, key: string, until: string): Promise<boolean>
}

/** The algorithms that are taken, and the keys that fit them; `none` and shared secrets never. */
const algorithms: Readonly<Record<string, PublicKey['kty']>> = { RS384: 'RSA', ES384: 'EC' }

export const signingAlgorithms = Object.keys(algorithms)

/** Farthest a client may set the end of an assertion. */
const longestSeconds = 300
/** How far a client's clock may be off. */
const skewSeconds = 10

const header = z.looseObject({
  alg: z.enum(['RS384', 'ES384']),
  kid: z.string().min(1).max(200),
  typ: z.string().regex(/^JWT$/i),
  jku: z.string().optional(),
  crit: z.never().optional(),
})

const seconds = z.int().min(0)

/** What PostgreSQL can keep and a log can show. */
const name = z.string().regex(/^[^\p{Cc}]{1,500}$/u)

const claims = z.looseObject({
  iss: name,
  sub: name,
  aud: z.union([z.string(), z.array(z.string())]),
  exp: seconds,
  iat: seconds.optional(),
  nbf: seconds.optional(),
  jti: name,
})

type Header = z.output<typeof header>
type Claims = z.output<typeof claims>

/**
 * The client that signed an assertion.
 *
 * In this order: form, client, key, signature, claims, and only then the `jti`, so that nobody can burn the
 * ids of another. Fails: OAuthFault invalid_client, with the reason for the log.
 *
 * Source: SMART App Launch 2.2.0, client-confidential-asymmetric; RFC 7523, 3.
 */
export async function clientOfAssertion(assertion: string, desk: AssertionDesk): Promise<Client> {
  const { head, said } = taken(assertion)
  const client = await desk.client(said.iss)
  if (!client) throw refused('unknown-client', said)
  const key = await keyOf(client, head, said, desk)
  await checkSignature(assertion, head, key, said)
  checkClaims(said, desk)
  const until = new Date((said.exp + skewSeconds) * 1000).toISOString()
  if (!(await desk.once('jti', `${said.iss}|${said.jti}`, until))) throw refused('replayed', said)
  return client
}

/** Whom an assertion claims to come from, believed by nobody: to count failures by. Empty when it cannot be read. */
export function claimedIssuer(assertion: string): string {
  try {
    return String(decodeJwt(assertion).iss ?? '').slice(0, 64)
  } catch {
    return ''
  }
}

/** What an assertion says of itself, before anything of it is believed. */
function taken(assertion: string): { head: Header; said: Claims } {
  try {
    return { head: header.parse(decodeProtectedHeader(assertion)), said: claims.parse(decodeJwt(assertion)) }
  } catch (cause) {
    throw refused('unreadable', undefined, cause)
  }
}

async function keyOf(client: Client, head: Header, said: Claims, desk: AssertionDesk): Promise<PublicKey> {
  if (head.jku !== undefined && head.jku !== client.jwksUrl) throw refused('other-jku', said)
  const keys = await desk.keys(client, head.kid).catch((cause) => {
    throw refused('keys-unreachable', said, cause)
  })
  const [key, ...more] = keys.filter((key) => fits(key, head.alg))
  if (!key) throw refused('unknown-key', said)
  if (more.length > 0) throw refused('ambiguous-key', said)
  return key
}

function fits(key: PublicKey, alg: string): boolean {
  return (
    key.kty === algorithms[alg] &&
    (key.alg === undefined || key.alg === alg) &&
    (key.use === undefined || key.use === 'sig') &&
    (key.key_ops === undefined || key.key_ops.includes('verify'))
  )
}

async function checkSignature(
  assertion: string,
  { alg }: Header,
  key: PublicKey,
  said: Claims,
): Promise<void> {
  try {
    // A JWK by its schema; only the marks of optional members differ.
    await compactVerify(assertion, await importJWK(key as JWK, alg), { algorithms: [alg] })
  } catch (cause) {
    throw refused('bad-signature', said, cause)
  }
}

function checkClaims(said: Claims, { tokenUrl, now }: AssertionDesk): void {
  const at = now.getTime() / 1000
  const audiences = typeof said.aud === 'string' ? [said.aud] : said.aud
  if (said.sub !== said.iss) throw refused('other-subject', said)
  if (!audiences.every((one) => one === tokenUrl) || audiences.length === 0)
    throw refused('other-audience', said)
  if (said.exp <= at - skewSeconds) throw refused('expired', said)
  if (said.exp > at + longestSeconds + skewSeconds) throw refused('too-long', said)
  if (said.iat !== undefined && said.iat > at + skewSeconds) throw refused('issued-later', said)
  if (said.nbf !== undefined && said.nbf > at + skewSeconds) throw refused('not-yet', said)
}

/** Which check failed is for the log; a caller learns only that it is not known. */
function refused(reason: string, said?: Pick<Claims, 'iss' | 'jti'>, cause?: unknown): OAuthFault {
  const fault = new OAuthFault(
    'invalid_client',
    'The client assertion was not accepted. Check client id, key, audience, expiry and that jti is new.',
    { reason, ...(said && { client: said.iss, jti: said.jti }) },
  )
  fault.cause = cause
  return fault
}
