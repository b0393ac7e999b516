import { generateKeyPairSync } from 'node:crypto'
import { exportJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { isActive, registration } from '../../src/auth/client.ts'
import { type ClientKey, clientKey } from './support.ts'

let key: ClientKey
beforeAll(async () => {
  key = await clientKey()
})

const client = (given: object = {}) => ({
  id: 'ehr',
  name: 'EHR',
  organization: 'urn:oid:1.2.250.1.71.4.2.2|1750000001',
  role: 'prescriber',
  scopes: ['system/ServiceRequest.cruds'],
  jwks: { keys: [key.jwk] },
  ...given,
})

const faultsOf = (given: object) => registration.safeParse(client(given)).error?.issues ?? []

describe('a client', () => {
  test('is registered with its keys by value or by URL', () => {
    expect(registration.parse(client())).toMatchObject({ id: 'ehr', tokenSeconds: 300, lenient: false })
    expect(faultsOf({ jwks: undefined, jwksUrl: 'https://ehr.example/jwks' })).toEqual([])
  })

  test('has its keys in one place', () => {
    expect(faultsOf({ jwksUrl: 'https://ehr.example/jwks' })).toHaveLength(1)
    expect(faultsOf({ jwks: undefined })).toHaveLength(1)
  })

  test('never hands over a private key', () => {
    expect(faultsOf({ jwks: { keys: [key.secret] } })).not.toEqual([])
    expect(faultsOf({ jwks: { keys: [{ kty: 'oct', kid: 'k', k: 'c2VjcmV0' }] } })).not.toEqual([])
  })

  test('has RSA keys of 2048 bits at least', async () => {
    for (const [bits, faults] of [
      [1024, 1],
      [2048, 0],
    ] as const) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
      const jwk = { ...(await exportJWK(publicKey)), kid: 'rsa' }
      expect(faultsOf({ jwks: { keys: [jwk] } })).toHaveLength(faults)
    }
  })

  test('has keys on P-384, with names that differ', () => {
    expect(faultsOf({ jwks: { keys: [{ ...key.jwk, crv: 'P-256' }] } })).not.toEqual([])
    expect(faultsOf({ jwks: { keys: [key.jwk, key.jwk] } })).not.toEqual([])
    expect(faultsOf({ jwks: { keys: [{ ...key.jwk, kid: undefined }] } })).not.toEqual([])
  })

  test.each([
    ['a scope that is none', { scopes: ['system/Patient.rs', 'nonsense'] }, ['scopes', 1]],
    ['no scope', { scopes: [] }, ['scopes']],
    ['a role that is none', { role: 'admin' }, ['role']],
    ['a token that lives too long', { tokenSeconds: 301 }, ['tokenSeconds']],
    ['an organisation that is a name', { organization: 'My practice' }, ['organization']],
    ['no organisation, though it sees by it', { organization: undefined }, ['organization']],
    ['an id that could be a path', { id: '../x' }, ['id']],
  ])('with %s is refused, with the place', (_, given, path) => {
    expect(faultsOf(given).map((fault) => fault.path)).toContainEqual(path)
  })

  test('with an unknown setting is refused: it might have meant something', () => {
    expect(faultsOf({ scope: 'system/*.rs' })).toHaveLength(1)
  })

  test('is active within its period, end exclusive', () => {
    const within = registration.parse(
      client({ period: { start: '2026-01-01T00:00:00+01:00', end: '2026-02-01T00:00:00Z' } }),
    )
    const at = (instant: string) => isActive(within, new Date(instant))
    expect([at('2025-12-31T22:59:59Z'), at('2025-12-31T23:00:00Z')]).toEqual([false, true])
    expect([at('2026-01-31T23:59:59Z'), at('2026-02-01T00:00:00Z')]).toEqual([true, false])
  })
})
