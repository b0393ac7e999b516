import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const urn = (n: number) => `urn:uuid:0199aaaa-0000-7000-8000-00000000000${n}`
const patient = (family: string, more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ family, given: ['Rose'] }],
  birthDate: '1961-04-02',
  ...more,
})
const numbered = (value: string) => ({ identifier: [{ system: 'urn:test:ipp', value }] })
const cough = (subject: string) => ({
  resourceType: 'Condition',
  subject: { reference: subject },
  code: { text: 'Toux' },
})

const post = (resource: { resourceType: string }, more: object = {}, request: object = {}) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType, ...request },
  ...more,
})

const bundle = (type: string, entry: unknown, as = 'cell', headers = {}) =>
  api.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry }, as, headers })
const transaction = (entry: unknown, as?: string, headers?: Record<string, string>) =>
  bundle('transaction', entry, as, headers)

const responses = (reply: Reply) => entriesIn(reply).map(({ response }) => response as Record<string, string>)
const count = async (query: string) => entriesIn(await api.send('GET', `/fhir/${query}`)).length
const idAt = (location: string | undefined) => String(location).split('/').at(-3)

async function kept(resource: { resourceType: string }): Promise<string> {
  const reply = await api.send('POST', `/fhir/${resource.resourceType}`, { body: resource })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

describe('transaction', () => {
  test('entries call each other by names; what is kept has references', async () => {
    const reply = await transaction([post(cough(urn(1))), post(patient('Nommee'), { fullUrl: urn(1) })])
    expect(reply.status, reply.text).toBe(200)
    expect(reply.at('type')).toBe('transaction-response')
    expect(responses(reply)).toMatchObject([
      {
        status: '201 Created',
        etag: 'W/"1"',
        location: expect.stringMatching(/\/Condition\/.*_history\/1$/),
      },
      { status: '201 Created', etag: 'W/"1"', lastModified: expect.stringMatching(/Z$/) },
    ])
    const [condition, person] = responses(reply).map(({ location }) => idAt(location))
    const read = await api.send('GET', `/fhir/Condition/${condition}`)
    expect(read.at('subject.reference')).toBe(`Patient/${person}`)
  })

  test('names are followed in narrative and URIs, but an identifier of the same text stays', async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${urn(1)}">x</a></div>`
    const body = {
      ...patient('Lien', { identifier: [{ system: 'urn:ietf:rfc:3986', value: urn(1) }] }),
      text: { status: 'generated', div },
      extension: [{ url: 'urn:test:self', valueUri: urn(1) }],
    }
    const reply = await transaction([post(body, { fullUrl: urn(1) })], undefined, {
      prefer: 'return=representation',
    })
    expect(reply.status, reply.text).toBe(200)
    const self = `Patient/${reply.at('entry.0.resource.id')}`
    expect(reply.at('entry.0.resource.text.div')).toContain(`href="${self}"`)
    expect(reply.at('entry.0.resource.extension.0.valueUri')).toBe(self)
    expect(reply.at('entry.0.resource.identifier.0.value')).toBe(urn(1))
  })

  test('all or nothing: one fault, with its place, and nothing is kept', async () => {
    const wrong = { ...cough(urn(1)), onsetDateTime: 'yesterday' }
    const reply = await transaction([post(patient('Rien'), { fullUrl: urn(1) }), post(wrong)])
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)).toMatchObject([{ expression: ['Bundle.entry[1].resource.onset'] }])
    expect(await count('Patient?family=Rien')).toBe(0)
  })

  test('faults of all entries are told together', async () => {
    const reply = await transaction([
      post({ ...patient('A'), gender: 'unknown-one' } as { resourceType: string }),
      post({ ...cough(urn(9)) }),
      post({ ...patient('C'), birthDate: 'never' } as { resourceType: string }),
    ])
    const places = issuesIn(reply).map(({ expression }) => expression?.[0]?.slice(0, 15))
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(new Set(places)).toEqual(new Set(['Bundle.entry[0]', 'Bundle.entry[1]', 'Bundle.entry[2]']))
  })

  test('deletions go first, then creations, then updates, then reads', async () => {
    const gone = await kept(patient('Ancienne', numbered('order-1')))
    const stays = await kept(patient('Reste'))
    const reply = await transaction([
      { request: { method: 'GET', url: 'Patient?identifier=urn:test:ipp|order-1' } },
      { resource: { ...patient('Restee'), id: stays }, request: { method: 'PUT', url: `Patient/${stays}` } },
      post(patient('Nouvelle', numbered('order-1'))),
      { request: { method: 'DELETE', url: `Patient/${gone}` } },
    ])
    expect(reply.status, reply.text).toBe(200)
    expect(responses(reply).map(({ status }) => status)).toEqual([
      '200 OK',
      '200 OK',
      '201 Created',
      '204 No Content',
    ])
    expect(reply.at('entry.0.resource.entry.0.resource.name.0.family')).toBe('Nouvelle')
    expect((await api.send('GET', `/fhir/Patient/${gone}`)).status).toBe(410)
  })

  test('conditions: what is there is found, and references by search are resolved', async () => {
    const id = await kept(patient('Connue', numbered('cond-1')))
    const reply = await transaction([
      post(
        patient('Connue', numbered('cond-1')),
        { fullUrl: urn(1) },
        { ifNoneExist: 'identifier=urn:test:ipp|cond-1' },
      ),
      post(cough(urn(1))),
      post(cough('Patient?identifier=urn:test:ipp|cond-1')),
    ])
    expect(reply.status, reply.text).toBe(200)
    expect(responses(reply).map(({ status }) => status)).toEqual(['200 OK', '201 Created', '201 Created'])
    expect(responses(reply)[0]).toMatchObject({
      etag: 'W/"1"',
      location: expect.stringMatching(new RegExp(`/fhir/Patient/${id}/_history/1$`)),
    })
    expect(await count(`Condition?subject=Patient/${id}`)).toBe(2)
  })

  test('what the same bundle deletes fits no condition of a creation any more', async () => {
    const gone = await kept(patient('Effacee', numbered('again-1')))
    const ifNoneExist = 'identifier=urn:test:ipp|again-1'
    const anew = (family: string) =>
      transaction([
        { request: { method: 'DELETE', url: 'Patient?family=Effacee' } },
        post(patient(family, numbered('again-1')), { fullUrl: urn(1) }, { ifNoneExist }),
        post(cough(urn(1))),
      ])
    const reply = await anew('Refaite')
    expect(
      responses(reply).map(({ status }) => status),
      reply.text,
    ).toEqual(['204 No Content', '201 Created', '201 Created'])
    const made = idAt(responses(reply)[1]?.location)
    expect(made).not.toBe(gone)
    expect((await api.send('GET', `/fhir/Patient/${gone}`)).status).toBe(410)
    expect((await api.send('GET', `/fhir/Patient/${made}`)).at('name.0.family')).toBe('Refaite')
    expect(await count(`Condition?subject=Patient/${made}`)).toBe(1)
    expect(responses(await anew('Encore')).map(({ status }) => status)).toEqual([
      '204 No Content',
      '200 OK',
      '201 Created',
    ])
  })

  test('what one entry deletes is not what another updates by a condition', async () => {
    const id = await kept(patient('Disputee', numbered('both-1')))
    const reply = await transaction([
      { request: { method: 'DELETE', url: `Patient/${id}` } },
      { resource: patient('D'), request: { method: 'PUT', url: 'Patient?identifier=urn:test:ipp|both-1' } },
    ])
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, ['Bundle.entry[1].resource']])
    expect((await api.send('GET', `/fhir/Patient/${id}`)).status).toBe(200)
  })

  test('each entry tells the very instant at which it was changed', async () => {
    const reply = await transaction([post(patient('Instant'))], undefined, {
      prefer: 'return=representation',
    })
    const { lastModified, location } = responses(reply)[0] ?? {}
    const { lastUpdated } = reply.at('entry.0.resource.meta') as { lastUpdated: string }
    expect(lastModified).toBe(lastUpdated)
    expect(lastUpdated).toMatch(/\.\d{3}Z$/)
    const entry = [{ request: { method: 'GET', url: `Patient/${idAt(location)}` } }]
    const batch = await api.send('POST', '/fhir', { body: { resourceType: 'Bundle', type: 'batch', entry } })
    expect(responses(batch)[0]?.lastModified).toBe(lastUpdated)
  })

  test('a conditional reference means what is there once all is done', async () => {
    const gone = await kept(patient('Partie', numbered('after-1')))
    const reply = await transaction([
      post(cough('Patient?identifier=urn:test:ipp|after-1')),
      post(patient('Venue', numbered('after-1'))),
      { request: { method: 'DELETE', url: `Patient/${gone}` } },
    ])
    expect(reply.status, reply.text).toBe(200)
    const [condition, person] = responses(reply).map(({ location }) => idAt(location))
    const read = await api.send('GET', `/fhir/Condition/${condition}`)
    expect(read.at('subject.reference')).toBe(`Patient/${person}`)
    const several = await transaction([
      post(cough('Patient?family=Plusieurs')),
      post(patient('Plusieurs')),
      post(patient('Plusieurs', numbered('after-2'))),
    ])
    expect(several.status).toBe(412)
    expect(issuesIn(several)).toMatchObject([
      { code: 'multiple-matches', expression: ['Bundle.entry[0].resource.subject.reference'] },
    ])
    expect(await count('Patient?family=Plusieurs')).toBe(0)
  })

  test('conditions that fit several, or cannot be searched, are told with the entries they stand in', async () => {
    for (const family of ['Paire', 'Paire']) await kept(patient(family))
    const named = (ifNoneExist: string) => post(patient('Paire'), {}, { ifNoneExist })
    const reply = await transaction([
      post(patient('Seule')),
      named('family=Paire'),
      named('colour=red'),
      { resource: patient('Paire'), request: { method: 'PUT', url: 'Patient?family=Paire' } },
    ])
    expect(reply.status, reply.text).toBe(412)
    const places = issuesIn(reply).map(({ expression }) => expression?.[0]?.slice(0, 15))
    expect(places.toSorted()).toEqual([1, 2, 3].map((index) => `Bundle.entry[${index}]`))
    const gone = await transaction([
      post(patient('Seule')),
      { request: { method: 'DELETE', url: 'Patient?birthdate=never' } },
      { request: { method: 'DELETE', url: 'Patient?family=Paire' } },
    ])
    expect(
      issuesIn(gone)
        .map(({ expression }) => expression?.[0])
        .toSorted(),
    ).toEqual(['Bundle.entry[1]', 'Bundle.entry[2]'])
    expect(await count('Patient?family=Seule')).toBe(0)
  })

  test('a conditional reference that fits nothing refuses all, with its place', async () => {
    const reply = await transaction([
      post(patient('Perdue')),
      post(cough('Patient?identifier=urn:test:ipp|nobody')),
    ])
    expect(reply.status).toBe(422)
    expect(issuesIn(reply)).toMatchObject([{ expression: ['Bundle.entry[1].resource.subject.reference'] }])
    expect(await count('Patient?family=Perdue')).toBe(0)
  })

  test('a stale version in mind refuses all', async () => {
    const id = await kept(patient('Version'))
    const reply = await transaction([
      post(patient('Perimee')),
      {
        resource: { ...patient('Version2'), id },
        request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"7"' },
      },
    ])
    expect(reply.status).toBe(412)
    expect(issuesIn(reply)[0]?.expression?.[0]).toMatch(/^Bundle\.entry\[1\]/)
    expect(await count('Patient?family=Perimee')).toBe(0)
  })

  describe('a second doctor refers a patient of the first', () => {
    const known = patient('Commune', numbered('shared-1'))
    const condition = { ifNoneExist: 'identifier=urn:test:ipp|shared-1' }
    const referral = (value: string) =>
      post({
        resourceType: 'ServiceRequest',
        identifier: [{ system: 'urn:test:order', value }],
        status: 'active',
        intent: 'order',
        subject: { reference: urn(1) },
        code: { text: 'IRM' },
      } as { resourceType: string })

    test('by identifier: it is that very patient, who is then seen', async () => {
      const id = await kept(known)
      expect((await api.send('GET', `/fhir/Patient/${id}`, { as: 'ehr' })).status).toBe(404)
      const reply = await transaction([post(known, { fullUrl: urn(1) }, condition), referral('o-1')], 'ehr')
      expect(responses(reply).map(({ status }) => status)).toEqual(['200 OK', '201 Created'])
      expect((await api.send('GET', `/fhir/Patient/${id}`, { as: 'ehr' })).status).toBe(200)
      const order = idAt(responses(reply)[1]?.location)
      const read = await api.send('GET', `/fhir/ServiceRequest/${order}`, { as: 'ehr' })
      expect(read.at('subject.reference')).toBe(`Patient/${id}`)
    })

    test('without a referral, nobody is let in by knowing a number', async () => {
      const only = await transaction([post(known, { fullUrl: urn(1) }, condition)], 'ehr-other')
      expect(only.status).toBe(409)
      const other = await transaction([post(known, { fullUrl: urn(1) }), referral('o-2')], 'ehr-other')
      expect(other.status).toBe(409)
    })
  })

  test('one entry that the caller may not make refuses all', async () => {
    const reply = await transaction(
      [post(cough(urn(1))), post(patient('Interdite'), { fullUrl: urn(1) })],
      'narrow',
    )
    expect(reply.status).toBe(403)
    expect(await count('Patient?family=Interdite')).toBe(0)
  })

  test.each([
    [
      'a name that stands twice',
      [post(patient('A'), { fullUrl: urn(1) }), post(patient('B'), { fullUrl: urn(1) })],
      'Bundle.entry[1].fullUrl',
    ],
    ['no request', [{ resource: patient('A') }], 'Bundle.entry[0].request'],
    ['an unknown method', [post(patient('A'), {}, { method: 'BREW' })], 'Bundle.entry[0].request.method'],
    [
      'a URL that is none',
      [post(patient('A'), {}, { url: 'https://elsewhere.example/Patient' })],
      'Bundle.entry[0].request.url',
    ],
    ['a type that is not served', [post({ resourceType: 'Medication' })], 'Bundle.entry[0].request.url'],
    [
      'another type than the URL',
      [post(patient('A'), {}, { url: 'Condition' })],
      'Bundle.entry[0].resource.resourceType',
    ],
    ['no resource', [{ request: { method: 'POST', url: 'Patient' } }], 'Bundle.entry[0].resource'],
    [
      'a bundle in a bundle',
      [post({ resourceType: 'Bundle' }, {}, { url: '' })],
      'Bundle.entry[0].request.url',
    ],
    [
      'a patch without operations',
      [{ request: { method: 'PATCH', url: 'Patient/1' } }],
      'Bundle.entry[0].resource.parameter',
    ],
    [
      'a search by what there is not',
      [post(patient('A')), { request: { method: 'GET', url: 'Patient?family=A&colour=red' } }],
      'Bundle.entry[1].request.url',
    ],
    [
      'an ifMatch that is no version',
      [{ request: { method: 'DELETE', url: 'Patient/1', ifMatch: 'new' } }],
      'Bundle.entry[0].request.ifMatch',
    ],
    [
      'a precondition in other letters',
      [post(patient('A'), {}, { ifNoneExits: 'family=A' })],
      'Bundle.entry[0].request.ifNoneExits',
    ],
    ['an unknown property', [post(patient('A'), { resources: [] })], 'Bundle.entry[0].resources'],
    [
      'what may change its meaning',
      [post(patient('A'), {}, { modifierExtension: [{ url: 'urn:test:not', valueBoolean: true }] })],
      'Bundle.entry[0].request.modifierExtension',
    ],
    [
      'an unknown property of a Binary that patches',
      [
        {
          request: { method: 'PATCH', url: 'Patient/1' },
          resource: { resourceType: 'Binary', contenttype: 'application/json-patch+json' },
        },
      ],
      'Bundle.entry[0].resource.contenttype',
    ],
    ['something that is no list', { request: {} }, 'Bundle.entry'],
    ['an entry that is a number', [7], 'Bundle.entry[0].request'],
  ])('%s is refused with its place', async (_, entry, place) => {
    const reply = await transaction(entry)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
    expect(issuesIn(reply)[0]?.expression).toEqual([place])
  })

  test('a precondition in other letters does not let an update through', async () => {
    const id = await kept(patient('Gardee'))
    const put = (request: object) => ({
      resource: { ...patient('Ecrasee'), id },
      request: { method: 'PUT', url: `Patient/${id}`, ...request },
    })
    const [whole, alone] = [
      await transaction([put({ ifmatch: 'W/"77"' })]),
      await bundle('batch', [put({ ifmatch: 'W/"77"' })]),
    ]
    expect(whole.status, whole.text).toBe(400)
    expect(responses(alone)[0]?.status).toBe('400 Bad Request')
    for (const told of [issuesIn(whole)[0], alone.at('entry.0.response.outcome.issue.0')])
      expect(told).toMatchObject({ expression: ['Bundle.entry[0].request.ifmatch'] })
    expect((await api.send('GET', `/fhir/Patient/${id}`)).at('meta.versionId')).toBe('1')
  })

  test.each([
    [{ entries: [] }, 'Bundle.entries'],
    [{ implicitRules: 'urn:test:rules' }, 'Bundle.implicitRules'],
    [{ 'Martin, Rose': 1 }, 'Bundle'],
  ])('a Bundle is refused for what would be ignored of it: %j', async (more, place) => {
    const body = { resourceType: 'Bundle', type: 'batch', entry: [], ...more }
    const reply = await api.send('POST', '/fhir', { body })
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)).toMatchObject([{ expression: [place] }])
    expect(reply.text).not.toContain('Martin')
  })

  test('what R4 has beside it is welcome', async () => {
    const body = {
      resourceType: 'Bundle',
      id: 'b',
      meta: { tag: [{ code: 'x' }] },
      type: 'batch',
      timestamp: '2026-11-21T09:00:00Z',
      link: [{ relation: 'self', url: 'urn:test:x' }],
      entry: [
        {
          id: 'e',
          extension: [{ url: 'urn:test:x', valueBoolean: true }],
          link: [{ relation: 'self', url: 'urn:test:x' }],
          request: { id: 'r', method: 'GET', _url: { id: 'u' }, url: 'metadata' },
        },
      ],
    }
    expect(responses(await api.send('POST', '/fhir', { body }))[0]?.status).toBe('200 OK')
  })

  test('two entries of one identifier are refused, the second one by its place', async () => {
    const reply = await transaction([
      post(patient('A', numbered('same'))),
      post(patient('B', numbered('same'))),
    ])
    expect(reply.status).toBe(409)
    expect(issuesIn(reply)).toMatchObject([{ expression: ['Bundle.entry[1].resource.identifier'] }])
    expect(await count('Patient?identifier=urn:test:ipp|same')).toBe(0)
  })

  test('an identifier may pass from one resource to another', async () => {
    const from = await kept(patient('De', numbered('moves')))
    const to = await kept(patient('Vers'))
    const put = (id: string, body: object) => ({
      resource: { ...body, id },
      request: { method: 'PUT', url: `Patient/${id}` },
    })
    const reply = await transaction([put(to, patient('Vers', numbered('moves'))), put(from, patient('De'))])
    expect(reply.status, reply.text).toBe(200)
    const found = await api.send('GET', '/fhir/Patient?identifier=urn:test:ipp|moves')
    expect(found.at('entry.0.resource.id')).toBe(to)
  })

  test('two entries for one resource are refused', async () => {
    const id = await kept(patient('Double'))
    const change = { resource: { ...patient('D2'), id }, request: { method: 'PUT', url: `Patient/${id}` } }
    const reply = await transaction([change, { request: { method: 'DELETE', url: `Patient/${id}` } }])
    expect(reply.status).toBe(400)
    expect(issuesIn(reply)[0]?.diagnostics).toContain('two entries')
    expect((await api.send('GET', `/fhir/Patient/${id}`)).at('meta.versionId')).toBe('1')
  })

  test('two at once that make the same patient: one does, the other is told or finds it', async () => {
    const entry = [
      post(
        patient('Course', numbered('race-9')),
        { fullUrl: urn(1) },
        { ifNoneExist: 'identifier=urn:test:ipp|race-9' },
      ),
      post(cough(urn(1))),
    ]
    const all = await Promise.all([transaction(entry), transaction(entry), transaction(entry)])
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await count('Patient?identifier=urn:test:ipp|race-9')).toBe(1)
    expect(await count('Condition?subject.identifier=urn:test:ipp|race-9')).toBe(3)
  })

  test('an empty one changes nothing', async () => {
    const reply = await transaction([])
    expect([reply.status, reply.json]).toEqual([
      200,
      { resourceType: 'Bundle', type: 'transaction-response' },
    ])
  })
})

describe('batch', () => {
  test('each entry stands for itself: what fails is told in its place', async () => {
    const id = await kept(patient('Lue'))
    const reply = await bundle('batch', [
      { request: { method: 'GET', url: `Patient/${id}` } },
      { request: { method: 'GET', url: 'Patient/none' } },
      post(patient('DuLot')),
      post({ ...patient('Fautive'), birthDate: 'never' } as { resourceType: string }),
      { request: { method: 'GET', url: 'Patient?colour=red' } },
    ])
    expect(reply.status, reply.text).toBe(200)
    expect(reply.at('type')).toBe('batch-response')
    expect(responses(reply).map(({ status }) => status)).toEqual([
      '200 OK',
      '404 Not Found',
      '201 Created',
      '400 Bad Request',
      '400 Bad Request',
    ])
    expect(reply.at('entry.0.resource.id')).toBe(id)
    expect(reply.at('entry.3.response.outcome.issue.0.expression.0')).toBe('Patient.birthDate')
    expect(await count('Patient?family=DuLot')).toBe(1)
  })

  test('what is malformed fails alone, the others are carried out', async () => {
    const name = { fullUrl: urn(1) }
    const reply = await bundle('batch', [
      post(patient('Malformee'), {}, { method: 'BREW' }),
      post(patient('Bonne'), name),
      { resource: patient('Malformee') },
      7,
      null,
      post(patient('Malformee'), {}, { url: 'https://elsewhere.example/Patient' }),
      post(patient('Malformee'), {}, { ifNoneExist: 7 }),
      post(patient('Malformee'), name),
      { request: { method: 'POST', url: 'Patient' } },
      post({ resourceType: 'Medication' }),
      { request: { method: 'GET', url: 'Patient?family=Bonne' } },
      { resource: { resourceType: 'Parameters' }, request: { method: 'POST', url: 'Patient/_search' } },
      { request: { method: 'POST', url: 'Patient/_search?family=Bonne' } },
    ])
    expect(reply.status, reply.text).toBe(200)
    const became = responses(reply)
    expect(became.map(({ status }) => status?.slice(0, 3))).toEqual(
      [400, 201, 400, 400, 400, 404, 400, 400, 400, 404, 200, 400, 200].map(String),
    )
    expect(
      [0, 2, 3, 4, 6, 7].map((n) => reply.at(`entry.${n}.response.outcome.issue.0.expression.0`)),
    ).toEqual([
      'Bundle.entry[0].request.method',
      'Bundle.entry[2].request',
      'Bundle.entry[3].request',
      'Bundle.entry[4].request',
      'Bundle.entry[6].request.ifNoneExist',
      'Bundle.entry[7].fullUrl',
    ])
    expect(reply.at('entry.10.resource.entry.0.resource.name.0.family')).toBe('Bonne')
    expect(await count('Patient?family=Malformee')).toBe(0)
  })

  test('rights are asked entry by entry', async () => {
    const reply = await bundle(
      'batch',
      [{ request: { method: 'GET', url: 'Condition' } }, post(patient('X'))],
      'narrow',
    )
    expect(responses(reply).map(({ status }) => status)).toEqual(['200 OK', '403 Forbidden'])
  })
})

test('a Bundle that is neither is refused', async () => {
  for (const type of ['collection', 'searchset', undefined]) {
    const reply = await bundle(String(type), [])
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, ['Bundle.type']])
  }
})
