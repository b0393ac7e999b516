import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asked,
  assertion,
  type ClientKey,
  clientKey,
  form,
  openTestAuth,
  register,
  tokenUrl,
} from '../auth/support.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { openTestStore } from '../support/database.ts'

let api: TestApi
let key: ClientKey
let clock: Awaited<ReturnType<typeof openTestAuth>>['clock']

beforeAll(async () => {
  const store = await openTestStore()
  const { auth, clock: turned } = await openTestAuth(store)
  clock = turned
  key = await clientKey()
  await register(store, { id: 'client', jwks: { keys: [key.jwk] }, scopes: ['system/*.rs'] })
  api = await openTestApi({ store, auth, clock })
})
afterAll(() => api[Symbol.asyncDispose]())

const tokenRequest = (body: string, init: RequestInit = {}, query = '') =>
  api.app.request(`/auth/token${query}`, {
    method: 'POST',
    body,
    ...init,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...init.headers },
  })

async function token(scope = 'system/Patient.rs'): Promise<string> {
  const response = await tokenRequest(form(asked(await assertion('client', key, clock()), scope)))
  expect(response.status).toBe(200)
  const { access_token } = (await response.json()) as { access_token: string }
  return access_token
}

const search = (bearer: string, type = 'Patient') => api.send('GET', `/fhir/${type}`, { as: bearer })

describe('a token', () => {
  test('is had by a signed assertion, and opens what its scope says', async () => {
    const bearer = await token()
    expect((await search(bearer)).status).toBe(200)
    expect((await search(bearer, 'Condition')).status).toBe(403)
  })

  test('ends', async () => {
    const bearer = await token()
    clock.turn(301)
    const reply = await search(bearer)
    expect([reply.status, reply.at('issue.0.code')]).toEqual([401, 'expired'])
  })

  test('that was changed opens nothing', async () => {
    const [head = '', body = '', signature = ''] = (await token()).split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object // a token of ours
    const wider = Buffer.from(JSON.stringify({ ...claims, scope: 'system/*.cruds' })).toString('base64url')
    expect((await search(`${head}.${wider}.${signature}`)).status).toBe(401)
    expect((await search('garbage')).status).toBe(401)
  })
})

describe('the token endpoint', () => {
  test('takes an assertion once only', async () => {
    const signed = form(asked(await assertion('client', key, clock())))
    const answers = [await tokenRequest(signed), await tokenRequest(signed)]
    expect(answers.map(({ status }) => status)).toEqual([200, 401])
    expect(await answers[1]?.json()).toMatchObject({ error: 'invalid_client' })
  })

  test('speaks the JSON of OAuth, which nothing may keep', async () => {
    const response = await tokenRequest('grant_type=password')
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(Object.keys((await response.json()) as object)).toEqual(['error', 'error_description'])
  })

  test.each<[string, string, RequestInit, number]>([
    ['in the URL', '?grant_type=client_credentials', {}, 400],
    ['as JSON', '', { headers: { 'content-type': 'application/json' } }, 400],
    ['by PUT', '', { method: 'PUT' }, 405],
  ])('is not asked %s', async (_, query, init, status) => {
    const response = await tokenRequest('', init, query)
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error')
    if (status === 405) expect(response.headers.get('allow')).toBe('POST')
  })

  test('refuses what is far too long, unread, in its own words', async () => {
    const response = await tokenRequest('x'.repeat(70_000))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('is where discovery says, with keys beside it', async () => {
    const discovery = await api.send('GET', '/fhir/.well-known/smart-configuration', { as: '' })
    expect(discovery.at('token_endpoint')).toBe(tokenUrl)
    const keys = await api.send('GET', '/auth/jwks', { as: '' })
    expect(keys.at('keys.0.kty')).toBe('EC')
    expect(keys.at('keys.0.d')).toBeUndefined()
  })
})
