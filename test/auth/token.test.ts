import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLog } from '../../src/log.ts'
import { openStore } from '../../src/store/index.ts'
import { openTestStore } from '../support/database.ts'
import {
  asked,
  assertion,
  clientKey,
  form,
  openTestAuth,
  post,
  register,
  serveKeys,
  tokenUrl,
  turnedClock,
} from './support.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

/** A client of its own, at a gateway of its own, on the one store. */
async function openWithClient(given: Record<string, unknown> = {}) {
  const key = await clientKey()
  const id = await register(store, { jwks: { keys: [key.jwk] }, ...given })
  const opened = await openTestAuth(store)
  const signed = (options?: Parameters<typeof assertion>[3]) => assertion(id, key, opened.clock(), options)
  return { ...opened, id, key, signed }
}

describe('a token is given', () => {
  test.each(['ES384', 'RS384'] as const)('for %s keys, by value and by URL', async (alg) => {
    const key = await clientKey(alg)
    await using keys = await serveKeys(() => ({ keys: [key.jwk] }))
    const { auth, clock } = await openTestAuth(store)
    for (const given of [{ jwks: { keys: [key.jwk] } }, { jwksUrl: keys.url }]) {
      const id = await register(store, given)
      const { status, headers, said } = await post(auth, asked(await assertion(id, key, clock())))
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
      })
      expect(said).toEqual({
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 300,
        scope: 'system/*.rs',
      })
      const permit = await auth.authenticate(`Bearer ${said.access_token}`)
      expect(permit.actor).toMatchObject({ client: id, organization: 'Organization/o1', sight: 'all' })
    }
  })

  test('with its audience in a list, and with times that a slow clock makes', async () => {
    const client = await openWithClient()
    const now = client.clock().getTime() / 1000
    for (const claims of [{ aud: [tokenUrl] }, { iat: now + 8, nbf: now + 8 }, { exp: now - 5 }]) {
      expect((await post(client.auth, asked(await client.signed({ claims })))).status).toBe(200)
    }
  })

  test('for what is registered of what was asked', async () => {
    const client = await openWithClient({ scopes: ['system/Slot.rs', 'system/Task.cruds'] })
    const { said } = await post(client.auth, asked(await client.signed(), 'system/*.read system/Task.write'))
    expect(said.scope).toBe('system/Slot.rs system/Task.rs system/Task.cud')
  })

  test('for as long as the client is registered for', async () => {
    const client = await openWithClient({ tokenSeconds: 60 })
    const { said } = await post(client.auth, asked(await client.signed()))
    expect(said.expires_in).toBe(60)
  })
})

describe('an assertion is refused', () => {
  test.each<[string, { header?: object; claims?: Record<string, unknown> }]>([
    ['with another audience', { claims: { aud: 'https://other.example/auth/token' } }],
    ['with the audience cut short', { claims: { aud: 'https://gateway.example' } }],
    ['with an audience beside ours', { claims: { aud: [tokenUrl, 'https://other.example'] } }],
    ['with a jti of control characters', { claims: { jti: 'a\u0000b' } }],
    ['for another subject', { claims: { sub: 'somebody' } }],
    ['of an unknown client', { claims: { iss: 'nobody', sub: 'nobody' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['without an end', { claims: { exp: undefined } }],
    ['that has expired', { claims: { exp: Date.parse('2026-01-05T07:59:00Z') / 1000 } }],
    ['that lasts too long', { claims: { exp: Date.parse('2026-01-05T08:06:00Z') / 1000 } }],
    ['that ends at half a second', { claims: { exp: Date.parse('2026-01-05T08:01:00.500Z') / 1000 } }],
    ['that ends at a word', { claims: { exp: 'soon' } }],
    ['that is not valid yet', { claims: { nbf: Date.parse('2026-01-05T08:01:00Z') / 1000 } }],
    ['issued in the future', { claims: { iat: Date.parse('2026-01-05T08:01:00Z') / 1000 } }],
    ['whose issuer no store can keep', { claims: { iss: 'a\u0000b', sub: 'a\u0000b' } }],
    ['without a jti', { claims: { jti: undefined } }],
    ['with a jti that is no text', { claims: { jti: 7 } }],
    ['without a kid', { header: { kid: undefined } }],
    ['with another kid', { header: { kid: 'other' } }],
    ['without a typ', { header: { typ: undefined } }],
    ['with another typ', { header: { typ: 'at+jwt' } }],
    ['with a jku that is not registered', { header: { jku: 'https://evil.example/jwks' } }],
  ])('%s', async (_, changed) => {
    const client = await openWithClient()
    // What a hostile client writes: other types than a good one has.
    const options = changed as Parameters<typeof assertion>[3]
    const { status, said } = await post(client.auth, asked(await client.signed(options)))
    expect(status).toBe(401)
    expect(said).toEqual({ error: 'invalid_client', error_description: expect.any(String) })
  })

  test('signed by another key of the same name', async () => {
    const client = await openWithClient()
    const forged = await assertion(client.id, await clientKey('ES384', client.key.kid), client.clock())
    expect((await post(client.auth, asked(forged))).said.error).toBe('invalid_client')
  })

  test('signed with an algorithm that does not fit the key, or with none', async () => {
    const client = await openWithClient()
    const [, body, signature] = (await client.signed()).split('.')
    const headed = (header: object) =>
      Buffer.from(JSON.stringify({ kid: client.key.kid, typ: 'JWT', ...header }))
    for (const [alg, end] of [
      ['none', ''],
      ['HS256', signature],
      ['RS384', signature],
      ['ES256', signature],
    ]) {
      const forged = `${headed({ alg }).toString('base64url')}.${body}.${end}`
      expect((await post(client.auth, asked(forged))).status).toBe(401)
    }
  })

  test.each(['', 'x', 'a.b.c', `${'e30.'.repeat(2)}x`, 'ey'.repeat(50_000)])(
    'that is no JWT',
    async (text) => {
      const client = await openWithClient()
      const { status } = await post(client.auth, asked(text))
      expect(status).toBe(text === '' ? 400 : 401)
    },
  )

  test('of a client that is disabled, or not active yet, or no longer', async () => {
    const client = await openWithClient()
    await store.clients.disable(client.id, client.clock().toISOString())
    expect((await post(client.auth, asked(await client.signed()))).status).toBe(401)
    for (const period of [{ start: '2026-01-06T00:00:00Z' }, { end: '2026-01-05T08:00:00Z' }]) {
      const id = await register(store, { jwks: { keys: [client.key.jwk] }, period })
      const signed = await assertion(id, client.key, client.clock())
      expect((await post(client.auth, asked(signed))).status).toBe(401)
    }
  })

  test('a second time', async () => {
    const client = await openWithClient()
    const signed = await client.signed()
    expect((await post(client.auth, asked(signed))).status).toBe(200)
    expect((await post(client.auth, asked(signed))).said.error).toBe('invalid_client')
  })

  test('sent to two gateways at the same moment, all but once', async () => {
    const client = await openWithClient()
    await using second = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 4 })
    const other = await openTestAuth(second, client.clock)
    for (let round = 0; round < 5; round++) {
      const signed = await client.signed()
      const gateways = Array.from({ length: 10 }, (_, at) => (at % 2 ? client.auth : other.auth))
      const answers = await Promise.all(gateways.map((auth) => post(auth, asked(signed))))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    }
  })

  test('but its jti is not burnt by a bad signature', async () => {
    const client = await openWithClient()
    const claims = { jti: 'precious' }
    const forger = await clientKey('ES384', client.key.kid)
    await post(client.auth, asked(await assertion(client.id, forger, client.clock(), { claims })))
    expect((await post(client.auth, asked(await client.signed({ claims })))).status).toBe(200)
  })

  test('and two clients may use the same jti', async () => {
    const client = await openWithClient()
    const other = await register(store, { jwks: { keys: [client.key.jwk] } })
    const claims = { jti: 'same' }
    for (const id of [client.id, other]) {
      const signed = await assertion(id, client.key, client.clock(), { claims })
      expect((await post(client.auth, asked(signed))).status).toBe(200)
    }
  })
})

describe('a request is refused', () => {
  const good = asked('x.y.z')
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))

  test.each<[string, string, string, string?]>([
    ['as JSON', JSON.stringify(good), 'invalid_request', 'application/json'],
    ['without a content type', form(good), 'invalid_request', ''],
    ['without a grant type', form(without('grant_type')), 'invalid_request'],
    ['without an assertion type', form(without('client_assertion_type')), 'invalid_request'],
    ['without an assertion', form(without('client_assertion')), 'invalid_request'],
    ['with another grant type', form({ ...good, grant_type: 'password' }), 'unsupported_grant_type'],
    ['with another assertion type', form({ ...good, client_assertion_type: 'x' }), 'invalid_request'],
    ['with two assertions', `${form(good)}&client_assertion=a`, 'invalid_request'],
    ['with two grant types', `${form(good)}&grant_type=client_credentials`, 'invalid_request'],
    ['empty', '', 'invalid_request'],
  ])('%s', async (_, body, error, contentType) => {
    const client = await openWithClient()
    const { status, said, headers } = await post(client.auth, body, contentType)
    expect(status).toBe(400)
    expect(said).toEqual({ error, error_description: expect.any(String) })
    expect(headers['cache-control']).toBe('no-store')
  })

  test('when its parameters are in the URL', async () => {
    const client = await openWithClient()
    const query = form(asked(await client.signed()))
    const answer = await client.auth.token({
      contentType: 'application/x-www-form-urlencoded',
      body: '',
      query,
    })
    expect(JSON.parse(answer.body).error).toBe('invalid_request')
  })

  test.each([
    '',
    'launch fhirUser',
    'system/UnknownResource.read',
    'system/UnknownResource.rs',
    'system/Patient.unknownAction',
    'system/Patient.xyz',
    'system/Patient.write',
    'system/Patient.c',
    'system/Patient.cu',
    'system/Patient.cud',
    'system/Patient.ud',
    'system/Patient.d',
    'system/Patient.rs  system/Slot.rs',
  ])('for the scope «%s» of a client that may only read', async (scope) => {
    const client = await openWithClient()
    const { status, said } = await post(client.auth, asked(await client.signed(), scope))
    expect([status, said.error]).toEqual([400, 'invalid_scope'])
  })

  test('when the organisation of the client is not known', async () => {
    const client = await openWithClient({ role: 'prescriber', organization: 'urn:other|1' })
    const { status, said } = await post(client.auth, asked(await client.signed()))
    expect([status, said.error]).toEqual([400, 'unauthorized_client'])
  })

  test('after too many failures, until a minute has passed', async () => {
    const client = await openWithClient()
    const forger = await clientKey('ES384', client.key.kid)
    const forged = await assertion(client.id, forger, client.clock())
    const statuses = []
    for (let left = 61; left > 0; left--) statuses.push((await post(client.auth, asked(forged))).status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(60)
    const { status, headers } = await post(client.auth, asked(await client.signed()))
    expect([status, headers['retry-after']]).toEqual([429, '60'])
    client.clock.turn(61)
    expect((await post(client.auth, asked(await client.signed()))).status).toBe(200)
  })
})

describe('keys behind a URL', () => {
  async function openBehindUrl(headers: Record<string, string> = {}) {
    const stack = new AsyncDisposableStack()
    const keys = [await clientKey('ES384', 'first')]
    const server = stack.use(await serveKeys(() => ({ keys: keys.map(({ jwk }) => jwk) }), headers))
    const id = await register(store, { jwksUrl: server.url })
    const { auth, clock } = await openTestAuth(store)
    const tried = async (key = keys[0], options?: Parameters<typeof assertion>[3]) => {
      if (!key) throw new Error('There is no key.')
      return (await post(auth, asked(await assertion(id, key, clock(), options)))).status
    }
    return { keys, server, clock, tried, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }

  test('are fetched once while they may be kept', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'max-age=60' })
    const { server, clock, tried } = behind
    expect([await tried(), await tried()]).toEqual([200, 200])
    expect(server.calls()).toBe(1)
    clock.turn(61)
    expect(await tried()).toBe(200)
    expect(server.calls()).toBe(2)
  })

  test('are fetched each time when they may not be kept', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'no-store' })
    const { server, tried } = behind
    expect([await tried(), await tried()]).toEqual([200, 200])
    expect(server.calls()).toBe(2)
  })

  test('a new key is found by one more fetch, an unknown one makes no more than one in half a minute', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'max-age=3600' })
    const { keys, server, clock, tried } = behind
    await tried()
    clock.turn(31)
    const fresh = await clientKey('ES384', 'second')
    keys.push(fresh)
    expect(await tried(fresh)).toBe(200)
    expect(server.calls()).toBe(2)
    const unknown = await clientKey('ES384', 'third')
    for (let left = 5; left > 0; left--) expect(await tried(unknown)).toBe(401)
    expect(server.calls()).toBe(2)
    clock.turn(31)
    expect(await tried(unknown)).toBe(401)
    expect(server.calls()).toBe(3)
  })

  test('nor does an unknown one where the set may not be kept', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'no-store' })
    const { server, clock, tried } = behind
    const unknown = await clientKey('ES384', 'other')
    for (let left = 5; left > 0; left--) expect(await tried(unknown)).toBe(401)
    expect(server.calls()).toBe(1)
    expect(await tried()).toBe(200)
    clock.turn(31)
    expect(await tried(unknown)).toBe(401)
    expect(server.calls()).toBe(3)
  })

  test('a key that is withdrawn is refused once the set may no longer be kept', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'max-age=60' })
    const { keys, clock, tried } = behind
    const old = keys[0]
    expect(await tried(old)).toBe(200)
    keys[0] = await clientKey('ES384', 'second')
    clock.turn(61)
    expect(await tried(old)).toBe(401)
  })

  test('a set that redirects, fails or is not one gives no token', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'no-store' })
    const { keys, server, clock, tried } = behind
    for (const status of [302, 404, 500]) {
      server.answerWith(status)
      expect(await tried()).toBe(401)
      clock.turn(5)
    }
    server.answerWith(200)
    expect(await tried()).toBe(200)
    const [key] = keys
    if (!key) throw new Error('There is no key.')
    keys.push(key)
    expect(await tried(), 'two keys of one name').toBe(401)
  })

  test('a server of keys that is down is not called for each assertion', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'no-store' })
    const { server, clock, tried } = behind
    server.answerWith(500)
    for (let left = 3; left > 0; left--) expect(await tried()).toBe(401)
    expect(server.calls()).toBe(1)
    server.answerWith(200)
    clock.turn(5)
    expect(await tried()).toBe(200)
  })

  test('a short RSA key and a private key are not used', async () => {
    await using behind = await openBehindUrl({ 'cache-control': 'no-store' })
    const { keys, tried } = behind
    const [key] = keys
    if (!key) throw new Error('There is no key.')
    keys[0] = { ...key, jwk: key.secret }
    expect(await tried(key)).toBe(401)
  })

  test('a jku that is the registered URL is fine', async () => {
    await using behind = await openBehindUrl()
    const { server, tried } = behind
    expect(await tried(undefined, { header: { jku: server.url } })).toBe(200)
  })
})

test('the log tells why a request was refused, and neither assertion nor token', async () => {
  const lines: string[] = []
  const log = openLog('debug', { write: (line) => lines.push(line) })
  const key = await clientKey()
  const id = await register(store, { jwks: { keys: [key.jwk] } })
  const { auth, clock } = await openTestAuth(store, turnedClock(), log)
  const signed = await assertion(id, key, clock(), { claims: { jti: 'number-1' } })
  const { said } = await post(auth, asked(signed))
  await post(auth, asked(signed))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'token.granted', client: id },
    { event: 'token.refused', error: 'invalid_client', reason: 'replayed', client: id, jti: 'number-1' },
  ])
  expect(lines.join('')).not.toContain(signed)
  expect(lines.join('')).not.toContain(said.access_token)
})

test('gateways of one store take each other’s tokens', async () => {
  const client = await openWithClient()
  await using second = await openStore({ dataDir: '', databaseUrl: store.url, poolSize: 2 })
  const other = await openTestAuth(second, client.clock)
  const { said } = await post(client.auth, asked(await client.signed()))
  expect((await other.auth.authenticate(`Bearer ${said.access_token}`)).actor.client).toBe(client.id)
  expect(other.auth.jwks()).toEqual(client.auth.jwks())
})

test('the keys that are shown are public', async () => {
  const client = await openWithClient()
  const shown = JSON.stringify(client.auth.jwks())
  expect(JSON.parse(shown).keys[0]).toMatchObject({ kty: 'EC', crv: 'P-384', use: 'sig', alg: 'ES384' })
  expect(shown).not.toContain('"d"')
})

test('discovery says what works and nothing that does not', async () => {
  const { auth } = await openTestAuth(store, turnedClock())
  const said = auth.smartConfiguration()
  expect(said).toMatchObject({
    token_endpoint: tokenUrl,
    grant_types_supported: ['client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    capabilities: expect.arrayContaining(['client-confidential-asymmetric']),
  })
  expect(said).not.toHaveProperty('issuer')
  expect(said).not.toHaveProperty('authorization_endpoint')
})
