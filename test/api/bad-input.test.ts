import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  entriesIn,
  issuesIn,
  openTestApi,
  type Reply,
  type SendOptions,
  type TestApi,
} from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const fhir = { 'content-type': 'application/fhir+json' }
const valid = {
  resourceType: 'Patient',
  name: [{ family: 'Entier', given: ['Rose'] }],
  birthDate: '1961-04-02',
}

/** What everything bad is answered with: a status, an outcome with a code, a place where there is one, and a remedy. */
function expectRefused(reply: Reply, status: number, code: string, place?: string | RegExp) {
  expect(reply.status, reply.text).toBe(status)
  expect(reply.headers.get('content-type')).toMatch(/^application\/(fhir\+)?json/)
  const [first] = issuesIn(reply)
  expect(first?.code).toBe(code)
  expect(first?.diagnostics).toMatch(/\S+ \S+.*\.$/)
  if (place !== undefined) expect(first?.expression?.[0]).toMatch(place)
}

async function patients(): Promise<number> {
  return entriesIn(await api.send('GET', '/fhir/Patient?_count=1000')).length
}

describe('a body that cannot be a resource', () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
  test.each<[string, SendOptions, number, string, (string | RegExp)?]>([
    ['nothing at all', { body: '' }, 400, 'structure'],
    ['not JSON', { body: 'MSH|^~\\&|' }, 400, 'structure'],
    ['half of it', { body: JSON.stringify(valid).slice(0, 40) }, 400, 'structure', /^name/],
    ['two of them', { body: `${JSON.stringify(valid)}${JSON.stringify(valid)}` }, 400, 'structure'],
    ['a list', { body: [valid] }, 400, 'structure', 'Patient'],
    ['a number', { body: '42' }, 400, 'structure', 'Patient'],
    ['null', { body: 'null' }, 400, 'structure', 'Patient'],
    ['no type', { body: { name: [] } }, 400, 'structure', 'Patient.resourceType'],
    ['another type', { body: { ...valid, resourceType: 'Group' } }, 400, 'structure', 'Patient.resourceType'],
    [
      'a property twice',
      { body: '{"resourceType":"Patient","gender":"male","gender":"female"}' },
      400,
      'structure',
      'Patient.gender',
    ],
    [
      'a property that reaches into prototypes',
      { body: '{"resourceType":"Patient","__proto__":{"x":1}}' },
      400,
      'structure',
    ],
    ['an unknown property', { body: { ...valid, colour: 'red' } }, 400, 'structure', /Patient/],
    [
      'a date that is none',
      { body: { ...valid, birthDate: '02/04/1961' } },
      400,
      'value',
      'Patient.birthDate',
    ],
    ['an empty text', { body: { ...valid, name: [{ family: '' }] } }, 400, 'value', /Patient\.name/],
    ['an empty list', { body: { ...valid, name: [] } }, 400, 'structure', 'Patient.name'],
    ['a text for an object', { body: { ...valid, name: 'Rose' } }, 400, 'structure', 'Patient.name'],
    ['an unknown code', { body: { ...valid, gender: 'blue' } }, 422, 'code-invalid', 'Patient.gender'],
    ['nested beyond all sense', { body: `{"resourceType":"Patient","name":${deep}}` }, 400, 'structure'],
    [
      'another media type',
      { body: '<Patient/>', headers: { 'content-type': 'application/fhir+xml' } },
      415,
      'not-supported',
      'Content-Type',
    ],
    [
      'another character set',
      { body: valid, headers: { 'content-type': 'application/fhir+json; charset=iso-8859-1' } },
      415,
      'not-supported',
      'Content-Type',
    ],
    [
      'no media type that we know',
      { body: 'x', headers: { 'content-type': '*/*' } },
      415,
      'not-supported',
      'Content-Type',
    ],
    [
      'packed',
      { body: valid, headers: { ...fhir, 'content-encoding': 'gzip' } },
      415,
      'not-supported',
      'Content-Encoding',
    ],
  ])('%s', async (_, options, status, code, place) => {
    const before = await patients()
    expectRefused(await api.send('POST', '/fhir/Patient', options), status, code, place)
    expect(await patients()).toBe(before)
  })

  test('bytes that are no UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"resourceType":"Patient","name":[{"family":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}]}'),
    ])
    const headers = { ...fhir, authorization: 'Bearer cell' }
    const response = await api.app.request('/fhir/Patient', { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('UTF-8')
  })

  test('several faults are told at once', async () => {
    const reply = await api.send('POST', '/fhir/Patient', {
      body: { ...valid, birthDate: 'never', gender: 'blue', colour: 1 },
    })
    expect(issuesIn(reply).length).toBeGreaterThanOrEqual(3)
  })

  test('so are a property that is there twice, an unknown one and a wrong type, each by its place', async () => {
    const wrong =
      '{"resourceType":"Patient","gender":"male","gender":"female","colour":1,"name":[{"family":2}]}'
    const places = (reply: Reply) => issuesIn(reply).map(({ expression }) => expression?.[0])
    const alone = await api.send('POST', '/fhir/Patient', { body: wrong })
    expect(alone.status).toBe(400)
    const expected = ['Patient.gender', 'Patient.colour', 'Patient.name[0].family']
    expect(places(alone).sort()).toEqual(expect.arrayContaining(expected.toSorted()))
    const entry = `{"resource":${wrong},"request":{"method":"POST","url":"Patient"}}`
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[${entry}]}`
    const inside = await api.send('POST', '/fhir', { body })
    const placed = expected.map((place) => place.replace('Patient', 'Bundle.entry[0].resource'))
    expect(places(inside)).toEqual(expect.arrayContaining(placed))
  })
})

describe('a body that is too long', () => {
  test('is refused by what it says of itself, before any of it is read', async () => {
    let pulled = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(1000))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { ...fhir, authorization: 'Bearer cell', 'content-length': '50000000' }
    const response = await api.app.request('/fhir/Patient', {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(pulled).toBe(0)
  })

  test('is refused as soon as it is, though it says nothing of itself', async () => {
    let pulled = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(1000).fill(32))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { ...fhir, authorization: 'Bearer cell' }
    const response = await api.app.request('/fhir/Patient', {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ issue: [{ code: 'too-long' }] })
    expect(pulled).toBeLessThan(120)
  })
})

describe('an address', () => {
  test.each<[string, string, number, string]>([
    ['GET', '/fhir/Medication/1', 404, 'not-supported'],
    ['POST', '/fhir/Unknown', 404, 'not-supported'],
    ['GET', '/fhir/Patient/1/2/3/4/5', 404, 'not-found'],
    ['GET', '/fhir/patient', 404, 'not-found'],
    ['GET', '/fhir/Patient/%2e%2e%2fetc', 404, 'not-found'],
    ['GET', '/elsewhere', 404, 'not-found'],
    ['POST', '/fhir/Patient/$unknown', 404, 'not-found'],
    ['GET', '/fhir/Patient/$unknown', 404, 'not-found'],
    ['GET', '/fhir/Patient/$find', 404, 'not-found'],
    ['GET', '/fhir/Appointment/$hold', 405, 'not-supported'],
    ['PATCH', '/fhir/Patient/1', 400, 'structure'],
    ['GET', '/intake/referrals', 405, 'not-supported'],
    ['POST', '/auth/jwks', 405, 'not-supported'],
    ['PUT', '/fhir', 405, 'not-supported'],
    ['DELETE', '/fhir/Patient', 400, 'required'],
    ['PUT', '/fhir/metadata', 405, 'not-supported'],
    ['POST', '/fhir/StructureDefinition', 405, 'not-supported'],
    ['GET', '/fhir/StructureDefinition/_history', 404, 'not-found'],
    ['GET', '/fhir/Patient/1?colour=red', 400, 'not-supported'],
  ])('%s %s is %i', async (method, path, status, code) => {
    const reply = await api.send(method, path, method === 'GET' ? {} : { body: valid })
    expectRefused(reply, status, code)
    if (status === 405) expect(reply.headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/)
  })

  test.each([
    ['application/fhir+xml', undefined],
    ['text/html', undefined],
    ['application/fhir+json; fhirVersion=3.0', undefined],
    ['application/json;q=0', undefined],
    ['application/fhir+json', 'xml'],
  ])('an answer as %s (_format %s) cannot be had', async (accept, format) => {
    const path = `/fhir/Patient${format ? `?_format=${format}` : ''}`
    const place = format ? '_format' : 'Accept'
    expectRefused(await api.send('GET', path, { headers: { accept } }), 406, 'not-supported', place)
  })

  test.each(['', '?_format=json'])(
    'in a form (%s), and in an entry of a batch, another format is refused as well',
    async (query) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const form = await api.send('POST', `/fhir/Patient/_search${query}`, { body: '_format=xml', headers })
      expectRefused(form, 406, 'not-supported', '_format')
      const url = `Patient?_format=xml${query.replace('?', '&')}`
      const body = {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ request: { method: 'GET', url } }],
      }
      const batch = await api.send('POST', '/fhir', { body })
      expect(batch.at('entry.0.response.status')).toBe('406 Not Acceptable')
    },
  )

  test('a form says how its answer is put', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = '_format=application/json&_pretty=true'
    const reply = await api.send('POST', '/fhir/Patient/_search', { body, headers })
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(reply.text).toContain('\n  "resourceType": "Bundle",\n')
  })

  test.each([
    [undefined, 'application/fhir+json'],
    ['*/*', 'application/fhir+json'],
    ['text/html, application/json;q=0.9', 'application/json'],
    ['application/fhir+xml;q=0.5, application/fhir+json', 'application/fhir+json'],
    ['application/fhir+json; fhirVersion=4.0', 'application/fhir+json'],
  ])('an answer as %s is %s', async (accept, type) => {
    const reply = await api.send('GET', '/fhir/Patient', { headers: accept ? { accept } : {} })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`])
  })

  test.each(['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json'])(
    '_format=%s is always known',
    async (format) => {
      expect((await api.send('GET', `/fhir/Patient?_format=${format}&_pretty=true`)).status).toBe(200)
    },
  )
})

describe('who asks', () => {
  test('no token: said how to get in', async () => {
    const reply = await api.send('GET', '/fhir/Patient', { as: '' })
    expectRefused(reply, 401, 'login')
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
  })

  test('a bad one', async () => {
    const reply = await api.send('GET', '/fhir/Patient', { as: 'nobody' })
    expectRefused(reply, 401, 'login')
    expect(reply.headers.get('www-authenticate')).toContain('invalid_token')
  })

  test('who is not let in is not told what there is', async () => {
    for (const path of ['/fhir/Unknown', '/fhir/a/b/c/d/e', '/fhir/Patient/$none']) {
      expect((await api.send('GET', path, { as: '' })).status).toBe(401)
    }
  })

  test('a token in the URL is not taken', async () => {
    expectRefused(await api.send('GET', '/fhir/Patient?access_token=cell', { as: '' }), 401, 'login')
  })

  test('too narrow a scope', async () => {
    const reply = await api.send('GET', '/fhir/Patient', { as: 'narrow' })
    expectRefused(reply, 403, 'forbidden')
    expect(reply.headers.get('www-authenticate')).toContain('insufficient_scope')
  })

  test('a role that only reads', async () => {
    expectRefused(await api.send('POST', '/fhir/Patient', { body: valid, as: 'region' }), 403, 'forbidden')
  })
})

test('what is ours is told by a number, and nothing of it gets out', async () => {
  const events: [string, object][] = []
  const log = {
    event() {},
    debug() {},
    warn() {},
    failed: (name: string, _: unknown, fields = {}) => void events.push([name, fields]),
  }
  await using broken = await openTestApi({
    log,
    desk: () => {
      throw new TypeError('Rose Martin, born 1961')
    },
  })
  const reply = await broken.send('POST', '/fhir/Patient', {
    body: valid,
    headers: { 'x-request-id': 'n-1' },
  })
  expectRefused(reply, 500, 'exception')
  expect(reply.text).toContain('n-1')
  expect(reply.text).not.toContain('Rose Martin')
  expect(events).toEqual([['request.failed', { number: 'n-1' }]])
})

test('after all of it, the API still answers', async () => {
  expect((await api.send('POST', '/fhir/Patient', { body: valid })).status).toBe(201)
})

describe('what is sent to an operation and has not the shape of its type', () => {
  const window = [
    { name: 'start', valueDateTime: '2026-03-01' },
    { name: 'end', valueDateTime: '2026-03-02' },
  ]
  const appointment = (more: object) => ({
    name: 'appointment-resource',
    resource: {
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: { display: 'x' }, status: 'accepted' }],
      ...more,
    },
  })
  const timing = (repeat: unknown) => ({ name: 'timing', valueTiming: { repeat } })
  const patient = { name: 'patient-resource', resource: { resourceType: 'Patient', identifier: 5 } }
  test.each<[string, object[], RegExp]>([
    [
      'find',
      [...window, { name: 'organization', valueReference: { reference: 5 } }],
      /\[2\].value.reference/,
    ],
    ['find', [...window, { name: 'referral-identifier', valueIdentifier: { value: 5 } }], /value.value/],
    ['find', [...window, timing('x')], /value.repeat/],
    ['find', [...window, timing({ dayOfWeek: 5 })], /value.repeat.dayOfWeek/],
    ['find', [...window, patient], /identifier/],
    ['find', [{ name: 'start', valueDateTime: '2026-02-30' }, ...window.slice(1)], /\[0\].value/],
    ['hold', [{ name: 'appointment-reference', valueReference: { reference: 5 } }], /value.reference/],
    ['book', [appointment({ slot: 5 })], /slot/],
    ['book', [appointment({ slot: [{ reference: 5 }] })], /slot/],
    ['book', [appointment({ participant: 5 })], /participant/],
    ['book', [appointment({ identifier: 5 })], /identifier/],
    ['book', [appointment({ slot: [] }), patient], /slot|identifier/],
  ])('is refused with its place: $%s', async (operation, parameter, place) => {
    const body = { resourceType: 'Parameters', parameter }
    const reply = await api.send('POST', `/fhir/Appointment/$${operation}`, { body })
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)[0]?.expression?.[0]).toMatch(place)
  })

  test('is told by $validate in place of refused', async () => {
    const resource = { resourceType: 'Patient', name: 5 }
    for (const body of [
      resource,
      { resourceType: 'Parameters', parameter: [{ name: 'resource', resource }] },
    ]) {
      const reply = await api.send('POST', '/fhir/Patient/$validate', { body })
      expect([reply.status, issuesIn(reply)[0]?.code], reply.text).toEqual([200, 'structure'])
    }
  })
})
