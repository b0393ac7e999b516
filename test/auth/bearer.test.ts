import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Denial, refuseTokenInUrl } from '../../src/auth/permit.ts'
import { openTestStore } from '../support/database.ts'
import { asked, assertion, clientKey, fhirUrl, openTestAuth, post, register, tokenUrl } from './support.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

/** A client with a token in its hand. */
async function withToken(given: Record<string, unknown> = {}, scope = 'system/*.rs') {
  const key = await clientKey()
  const registered = { jwks: { keys: [key.jwk] }, ...given }
  const id = await register(store, registered)
  const opened = await openTestAuth(store)
  const { said } = await post(opened.auth, asked(await assertion(id, key, opened.clock()), scope))
  const token: string = said.access_token
  return { ...opened, id, token, registered, permit: () => opened.auth.authenticate(`Bearer ${token}`) }
}

describe('a token is not accepted', () => {
  test.each([
    ['when there is none', undefined, 'Bearer realm="relais"'],
    ['when it is another kind of credential', 'Basic eDp5', 'Bearer realm="relais"'],
    ['when it is empty', 'Bearer ', 'Bearer realm="relais"'],
    ['when it is no token', 'Bearer abc', 'Bearer realm="relais", error="invalid_token"'],
    ['when two are sent', 'Bearer abc, Bearer def', 'Bearer realm="relais"'],
  ])('%s', async (_, header, challenge) => {
    const { auth } = await openTestAuth(store)
    await expect(auth.authenticate(header)).rejects.toMatchObject({ case: 'login', challenge })
  })

  test('when somebody has changed it', async () => {
    const { auth, token } = await withToken()
    const [header, body = '', signature] = token.split('.')
    const said = JSON.parse(Buffer.from(body, 'base64url').toString())
    const wider = Buffer.from(JSON.stringify({ ...said, scope: 'system/*.cruds' })).toString('base64url')
    await expect(auth.authenticate(`Bearer ${header}.${wider}.${signature}`)).rejects.toThrow(Denial)
  })

  test('when it is not signed, or signed with our public key as a secret', async () => {
    const { auth, token } = await withToken()
    const body = token.split('.')[1]
    const headed = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url')
    await expect(auth.authenticate(`Bearer ${headed('none')}.${body}.`)).rejects.toThrow(Denial)
    const signed = `${headed('HS256')}.${body}`
    const mac = createHmac('sha256', JSON.stringify(auth.jwks())).update(signed).digest('base64url')
    await expect(auth.authenticate(`Bearer ${signed}.${mac}`)).rejects.toThrow(Denial)
  })

  test('when another signed it, though it names our key', async () => {
    const { auth, id, token, clock } = await withToken()
    const { privateKey } = await generateKeyPair('ES384', { extractable: true })
    await exportJWK(privateKey)
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
    const now = Math.floor(clock().getTime() / 1000)
    const forged = await new SignJWT({
      client_id: id,
      scope: 'system/*.rs',
      iss: tokenUrl,
      aud: fhirUrl,
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid })
      .sign(privateKey)
    await expect(auth.authenticate(`Bearer ${forged}`)).rejects.toMatchObject({ case: 'login' })
  })

  test('when it is a client assertion', async () => {
    const key = await clientKey()
    const id = await register(store, { jwks: { keys: [key.jwk] } })
    const { auth, clock } = await openTestAuth(store)
    await expect(auth.authenticate(`Bearer ${await assertion(id, key, clock())}`)).rejects.toThrow(Denial)
  })

  test('when it has expired: at the second, also when it was known', async () => {
    const { permit, clock } = await withToken({ tokenSeconds: 60 })
    await permit()
    clock.turn(59)
    await permit()
    clock.turn(1)
    await expect(permit()).rejects.toMatchObject({ case: 'token-expired' })
  })

  test('when it is in the URL', () => {
    expect(() => refuseTokenInUrl(new URLSearchParams('access_token=abc'))).toThrow(Denial)
    expect(() => refuseTokenInUrl(new URLSearchParams('status=active'))).not.toThrow()
  })
})

describe('a live token', () => {
  test('stops within five seconds of its client being disabled', async () => {
    const { permit, clock, id } = await withToken()
    await permit()
    await store.clients.disable(id, clock().toISOString())
    clock.turn(5)
    await expect(permit()).rejects.toMatchObject({ case: 'login' })
    await store.clients.disable(id, undefined)
    clock.turn(5)
    expect((await permit()).actor.client).toBe(id)
  })

  test('stops when the period of its client ends', async () => {
    const { permit, clock } = await withToken({ period: { end: '2026-01-05T08:01:00Z' } })
    await permit()
    clock.turn(60)
    await expect(permit()).rejects.toMatchObject({ case: 'login' })
  })

  test('shrinks with what its client is registered for, and does not grow', async () => {
    const { permit, clock, id, registered } = await withToken({}, 'system/Slot.rs system/Task.rs')
    expect((await permit()).scopes).toHaveLength(2)
    await register(store, { ...registered, id, scopes: ['system/Slot.r', 'system/Patient.cruds'] })
    clock.turn(5)
    expect((await permit()).scopes.map(({ text }) => text)).toEqual(['system/Slot.r'])
  })

  test('sees what is for members from when its organisation is one until it is not', async () => {
    const { permit, clock, members } = await withToken({ role: 'prescriber' })
    expect((await permit()).actor).toMatchObject({
      member: false,
      sight: ['org:o1', 'directory', 'public', 'professional'],
    })
    members.add('Organization/o1')
    clock.turn(5)
    expect((await permit()).actor).toMatchObject({
      member: true,
      sight: ['org:o1', 'directory', 'public', 'professional', 'member'],
    })
    members.clear()
    clock.turn(5)
    expect((await permit()).actor.sight).not.toContain('member')
  })

  test('gives the same permit without asking the store each time', async () => {
    const { permit } = await withToken()
    expect(await permit()).toBe(await permit())
  })
})

test('a peer on another road has all that its client is registered for', async () => {
  const { auth, id } = await withToken({ role: 'ris', scopes: ['system/Slot.cruds'] })
  expect(await auth.permitOf(id)).toMatchObject({
    actor: { client: id, role: 'ris' },
    scopes: [{ type: 'Slot' }],
  })
  expect(await auth.permitOf('nobody')).toBeUndefined()
})
