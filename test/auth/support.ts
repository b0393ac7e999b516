import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { type Auth, openAuth } from '../../src/auth/index.ts'
import { type Log, silent } from '../../src/log.ts'
import type { Store } from '../../src/store/index.ts'

export const tokenUrl = 'https://gateway.example/auth/token'
export const fhirUrl = 'https://gateway.example/fhir'

export type Alg = 'ES384' | 'RS384'

/** A key pair of a client. */
export interface ClientKey {
  alg: Alg
  kid: string
  sign: CryptoKey
  /** The public half, as it is registered. */
  jwk: JWK
  /** The whole pair. */
  secret: JWK
}

export async function clientKey(alg: Alg = 'ES384', kid: string = randomUUID()): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const secret = { ...(await exportJWK(privateKey)), kid, alg }
  return { alg, kid, sign: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg }, secret }
}

/** An assertion as a well-behaved client makes it, changed where the test says so. */
export function assertion(
  client: string,
  key: ClientKey,
  at: Date,
  { header = {}, claims = {} }: { header?: object; claims?: JWTPayload } = {},
): Promise<string> {
  const now = Math.floor(at.getTime() / 1000)
  return new SignJWT({
    iss: client,
    sub: client,
    aud: tokenUrl,
    exp: now + 240,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
    .sign(key.sign)
}

export const form = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString()

export const asked = (signed: string, scope = 'system/*.rs'): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: signed,
  scope,
})

/** A request at the token endpoint and its answer, read. */
export async function post(auth: Auth, parameters: Record<string, string> | string, contentType?: string) {
  const body = typeof parameters === 'string' ? parameters : form(parameters)
  const answer = await auth.token({
    contentType: contentType ?? 'application/x-www-form-urlencoded',
    body,
    query: '',
    address: '192.0.2.1',
  })
  return { ...answer, said: JSON.parse(answer.body) }
}

/** A clock that stands still until it is turned. */
export function turnedClock(start = '2026-01-05T08:00:00Z') {
  let now = Date.parse(start)
  return Object.assign(() => new Date(now), {
    turn(seconds: number) {
      now += seconds * 1000
    },
  })
}

export interface TestAuth {
  auth: Auth
  clock: ReturnType<typeof turnedClock>
  /** Organisations that are members; changed by the test. */
  members: Set<string>
}

export async function openTestAuth(
  store: Store,
  clock = turnedClock(),
  log: Log = silent,
): Promise<TestAuth> {
  const members = new Set<string>()
  const auth = await openAuth({
    store,
    clock,
    tokenUrl,
    fhirUrl,
    outboundLoopback: true,
    log,
    organizationOf: async ({ organization = '' }) =>
      organization.startsWith('urn:test|') ? organization.replace('urn:test|', 'Organization/') : undefined,
    memberOf: async (organization) => members.has(organization),
  })
  return { auth, clock, members }
}

/** Registers a client that is as the test says, and otherwise a cell that may read everything. */
export async function register(store: Store, given: Record<string, unknown>): Promise<string> {
  const id = String(given.id ?? `client-${randomUUID()}`)
  const client = { name: 'A client', organization: 'urn:test|o1', role: 'cell', scopes: ['system/*.rs'] }
  await store.clients.put(id, JSON.stringify({ ...client, ...given, id }))
  return id
}

/** A server of a client's key set. */
export async function serveKeys(keys: () => unknown, headers: Record<string, string> = {}) {
  let calls = 0
  let status = 200
  const server = createServer((_, res) => {
    calls += 1
    const location = status >= 300 && status < 400 ? { location: '/other' } : {}
    res.writeHead(status, { 'content-type': 'application/json', ...location, ...headers })
    res.end(JSON.stringify(keys()))
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as AddressInfo // listening on a TCP port
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    calls: () => calls,
    answerWith(code: number) {
      status = code
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
