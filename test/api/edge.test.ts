import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/api/address.ts'
import { indented } from '../../src/api/indented.ts'
import { adminApi } from '../../src/api/index.ts'
import { openReadAudit } from '../../src/audit/reads.ts'
import { silent } from '../../src/log.ts'
import { cellWith, entriesIn, openTestApi, permit, type TestApi } from '../support/api.ts'

const events: Record<string, unknown>[] = []
const log = {
  event: (name: string, fields = {}) => void events.push({ name, ...fields }),
  debug() {},
  warn() {},
  failed() {},
}

let api: TestApi
beforeAll(async () => {
  const permits = { meter: permit('meter', 'operator', { scopes: 'system/metrics' }) }
  api = await openTestApi({ log, permits })
})
afterAll(() => api[Symbol.asyncDispose]())

test('each request is told once, by the pattern of its path: no ids, no names', async () => {
  const body = {
    resourceType: 'Patient',
    name: [{ family: 'Secrete', given: ['Rose'] }],
    birthDate: '1961-04-02',
  }
  const made = await api.send('POST', '/fhir/Patient', { body })
  events.length = 0
  await api.send('GET', `/fhir/Patient/${made.at('id')}`)
  await api.send('GET', '/fhir/Patient?family=Secrete')
  await api.send('GET', '/nowhere/Secrete')
  expect(events).toMatchObject([
    {
      name: 'request.answered',
      method: 'GET',
      route: '/fhir/:type/:id',
      status: 200,
      ms: expect.any(Number),
    },
    { route: '/fhir/:type', status: 200 },
    { route: 'none', status: 404 },
  ])
  expect(JSON.stringify(events)).not.toContain('Secrete')
  expect(JSON.stringify(events)).not.toContain(String(made.at('id')))
})

test('a request keeps the number it came with, if that is harmless', async () => {
  const number = async (given: string) =>
    (await api.send('GET', '/live', { headers: { 'x-request-id': given } })).headers.get('x-request-id')
  expect(await number('abc-1')).toBe('abc-1')
  expect(await number('a b')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await number('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/)
})

test('nothing may be kept, framed or sniffed', async () => {
  for (const path of ['/fhir/metadata', '/fhir/Patient', '/live', '/nowhere']) {
    const { headers } = await api.send('GET', path)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
})

test('what is read is kept in a trail: by whom, which versions, by which question', async () => {
  const { house } = api
  const reads = openReadAudit({ store: house.store, clock: house.clock, log: silent, keysOf: () => [] })
  const audited = await openTestApi({ store: house.store, reads })
  const body = {
    resourceType: 'Patient',
    name: [{ family: 'Suivie', given: ['Rose'] }],
    birthDate: '1961-04-02',
  }
  const made = await audited.send('POST', '/fhir/Patient', { body })
  const id = made.at('id')
  await audited.send('GET', `/fhir/Patient/${id}`)
  await audited.send('GET', '/fhir/Patient?family=Suivie')
  await audited.send('GET', '/fhir/Patient/none')
  await audited.send('GET', '/fhir/metadata')
  await reads.flush()
  const events = entriesIn(await audited.send('GET', '/fhir/AuditEvent?subtype=read,search-type'))
  const told = JSON.stringify(events)
  expect(events).toHaveLength(2)
  expect(told.match(new RegExp(`Patient/${id}/_history/1`, 'g'))).toHaveLength(2)
  expect(told).toContain(Buffer.from('Patient?family=Suivie').toString('base64'))
  expect(told).toContain('"cell"')
})

test('what a transaction finds by a condition and shows is kept in the trail, what it only names is not', async () => {
  const { house } = api
  const reads = openReadAudit({ store: house.store, clock: house.clock, log: silent, keysOf: () => [] })
  const permits = { finder: cellWith('finder', 'system/*.cruds') }
  const audited = await openTestApi({ store: house.store, reads, permits })
  const identifier = [{ system: 'urn:test:ipp', value: 'trail-1' }]
  const resource = {
    resourceType: 'Patient',
    identifier,
    name: [{ family: 'Trouvee', given: ['Rose'] }],
    birthDate: '1961-04-02',
  }
  const id = (await audited.send('POST', '/fhir/Patient', { body: resource })).at('id')
  const request = { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:test:ipp|trail-1' }
  const find = (headers: Record<string, string>) =>
    audited.send('POST', '/fhir', {
      as: 'finder',
      headers,
      body: { resourceType: 'Bundle', type: 'transaction', entry: [{ resource, request }] },
    })
  const trail = async () => {
    await reads.flush()
    const events = entriesIn(await audited.send('GET', '/fhir/AuditEvent?subtype=read'))
    return events.filter((event) => JSON.stringify(event).includes('"finder"'))
  }
  expect((await find({})).at('entry.0.resource')).toBeUndefined()
  expect(await trail()).toEqual([])
  expect((await find({ prefer: 'return=representation' })).at('entry.0.resource.id')).toBe(id)
  expect(JSON.stringify(await trail())).toContain(`Patient/${id}/_history/1`)
})

describe('discovery', () => {
  test.each(['application/json', 'application/fhir+json', '*/*', 'text/html'])(
    'is JSON to whoever accepts %s',
    async (accept) => {
      const reply = await api.send('GET', '/fhir/.well-known/smart-configuration', {
        as: '',
        headers: { accept },
      })
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json'])
    },
  )

  test('links are what the settings say, whatever a proxy or a caller says', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const reply = await api.send('GET', '/fhir/Patient', { headers })
    expect(reply.at('link.0.url')).toBe('https://gateway.example/fhir/Patient')
  })
})

describe('the process', () => {
  test('is live, and ready when its store is', async () => {
    expect((await api.send('GET', '/live', { as: '' })).status).toBe(200)
    expect((await api.send('GET', '/ready', { as: '' })).status).toBe(200)
  })

  test('is measured, for whoever holds the scope that no wildcard covers', async () => {
    expect((await api.send('GET', '/metrics', { as: '' })).status).toBe(401)
    expect((await api.send('GET', '/metrics', { as: 'operator' })).status).toBe(403)
    const reply = await api.send('GET', '/metrics', { as: 'meter' })
    expect(reply.status).toBe(200)
    expect(reply.text).toMatch(/relais_http_request_seconds_count\{method="GET",route="\/fhir\/:type"/)
  })

  test('is measured without a token on a listener of its own, which serves nothing else', async () => {
    const { house } = api
    const admin = adminApi(house)
    expect((await admin.request('/metrics')).status).toBe(200)
    expect((await admin.request('/fhir/metadata')).status).toBe(404)
  })
})

describe('the address of a caller', () => {
  const from = (remoteAddress: string, forwarded: string | undefined, trustedProxies: string[]) => {
    const context = {
      env: { incoming: { socket: { remoteAddress } } },
      req: { header: () => forwarded },
    }
    return addressOf(context as unknown as Parameters<typeof addressOf>[0], { trustedProxies }) // all that is looked at
  }

  test('is its own, unless a trusted proxy says for whom it speaks', () => {
    expect(from('::ffff:192.0.2.1', undefined, [])).toBe('192.0.2.1')
    expect(from('192.0.2.1', '203.0.113.7', [])).toBe('192.0.2.1')
    expect(from('192.0.2.1', '203.0.113.7', ['192.0.2.1'])).toBe('203.0.113.7')
    expect(from('192.0.2.1', '198.51.100.9, 203.0.113.7', ['192.0.2.1'])).toBe('203.0.113.7')
  })
})

test('JSON laid out for people says the same to the letter', () => {
  const text = '{"a":[1.10,{}],"b":"x, {\\"y\\": [1]}","c":[],"d":{"e":null}}'
  expect(indented(text)).toBe(
    '{\n  "a": [\n    1.10,\n    {}\n  ],\n  "b": "x, {\\"y\\": [1]}",\n  "c": [],\n  "d": {\n    "e": null\n  }\n}',
  )
  expect(JSON.parse(indented(text))).toEqual(JSON.parse(text))
})
