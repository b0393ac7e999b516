import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseUrl, entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const patient = (family = 'Martin', more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ use: 'official', family, given: ['Rose'] }],
  gender: 'female',
  birthDate: '1961-04-02',
  ...more,
})

const identifier = (value: string) => ({ identifier: [{ system: 'urn:test:ipp', value }] })

/** A patient that is kept: its id. */
async function kept(body: object = patient(), as = 'cell'): Promise<string> {
  const reply = await api.send('POST', '/fhir/Patient', { body, as })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

const get = (path: string, options = {}) => api.send('GET', path, options)
const put = (id: string, body: object, options = {}) =>
  api.send('PUT', `/fhir/Patient/${id}`, { body: { id, ...body }, ...options })

function refused(reply: Reply, status: number, code: string) {
  expect(reply.status, reply.text).toBe(status)
  expect(issuesIn(reply)[0]).toMatchObject({ code, diagnostics: expect.stringMatching(/\w+ .*\./) })
}

describe('create', () => {
  test('a new resource gets an id, a version and an address', async () => {
    const reply = await api.send('POST', '/fhir/Patient', { body: patient() })
    expect(reply.status, reply.text).toBe(201)
    expect(reply.headers.get('location')).toBe(`${baseUrl}/fhir/Patient/${reply.at('id')}/_history/1`)
    expect(reply.headers.get('etag')).toBe('W/"1"')
    expect(reply.headers.get('last-modified')).toMatch(/GMT$/)
    expect(reply.at('meta.versionId')).toBe('1')
  })

  test('what a client says of id, version and time is not believed', async () => {
    const meta = {
      versionId: '99',
      lastUpdated: '2001-01-01T00:00:00Z',
      tag: [{ system: 'urn:t', code: 'x' }],
    }
    const reply = await api.send('POST', '/fhir/Patient', { body: patient('Blanc', { id: 'mine', meta }) })
    expect(reply.at('id')).not.toBe('mine')
    expect(reply.json).toMatchObject({ meta: { versionId: '1', tag: [{ code: 'x' }] } })
    expect(String(reply.at('meta.lastUpdated'))).not.toMatch(/^2001/)
  })

  test('a business identifier that exists is a duplicate, and the one that exists is named', async () => {
    const id = await kept(patient('Petit', identifier('dup-1')))
    const reply = await api.send('POST', '/fhir/Patient', { body: patient('Petit', identifier('dup-1')) })
    refused(reply, 409, 'duplicate')
    expect(reply.text).toContain(`Patient/${id}`)
  })

  test('who may not see the one that exists is not told which it is', async () => {
    const id = await kept(patient('Petit', identifier('dup-2')))
    const reply = await api.send('POST', '/fhir/Patient', {
      body: patient('Petit', identifier('dup-2')),
      as: 'ehr',
    })
    refused(reply, 409, 'duplicate')
    expect(reply.text).not.toContain(id)
  })

  test('with If-None-Exist, what is there is found and nothing is made', async () => {
    const body = patient('Durand', identifier('if-1'))
    const headers = { 'if-none-exist': 'identifier=urn:test:ipp|if-1' }
    const first = await api.send('POST', '/fhir/Patient', { body, headers })
    const second = await api.send('POST', '/fhir/Patient', { body, headers })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.at('id')).toBe(first.at('id'))
    expect(entriesIn(await get('/fhir/Patient?identifier=urn:test:ipp|if-1'))).toHaveLength(1)
  })

  test('two that look for it at the same moment make one', async () => {
    const body = patient('Durand', identifier('race-1'))
    const headers = { 'if-none-exist': 'identifier=urn:test:ipp|race-1' }
    const all = await Promise.all(
      Array.from({ length: 6 }, () => api.send('POST', '/fhir/Patient', { body, headers })),
    )
    expect(new Set(all.map((reply) => reply.at('id'))).size).toBe(1)
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201])
  })

  test('a condition that fits several is refused', async () => {
    await kept(patient('Jumeau'))
    await kept(patient('Jumeau'))
    const headers = { 'if-none-exist': 'family=Jumeau' }
    refused(
      await api.send('POST', '/fhir/Patient', { body: patient('Jumeau'), headers }),
      412,
      'multiple-matches',
    )
  })

  test.each([
    ['', 400, 'required'],
    ['_count=1', 400, 'not-supported'],
    ['colour=red', 400, 'not-supported'],
  ])('the condition «%s» is refused, not ignored', async (condition, status, code) => {
    const headers = { 'if-none-exist': condition }
    refused(await api.send('POST', '/fhir/Patient', { body: patient(), headers }), status, code)
  })

  test('the caller says how much it wants to hear', async () => {
    const send = (prefer: string) =>
      api.send('POST', '/fhir/Patient', { body: patient(), headers: { prefer } })
    expect(await send('return=minimal')).toMatchObject({ status: 201, text: '' })
    expect((await send('return=OperationOutcome')).at('resourceType')).toBe('OperationOutcome')
    expect((await send('return=representation')).at('resourceType')).toBe('Patient')
  })

  test('a reference that leads nowhere is told with its place, all of them at once', async () => {
    const id = await kept()
    const body = {
      resourceType: 'Condition',
      subject: { reference: 'Patient/0199aaaa-0000-7000-8000-000000000000' },
      asserter: { reference: 'Practitioner/none' },
      code: { text: 'Toux' },
    }
    const reply = await api.send('POST', '/fhir/Condition', { body })
    refused(reply, 422, 'business-rule')
    expect(
      issuesIn(reply)
        .map(({ expression }) => expression?.[0])
        .sort(),
    ).toEqual(['Condition.asserter.reference', 'Condition.subject.reference'])
    const hidden = { ...body, subject: { reference: `Patient/${id}` }, asserter: undefined }
    refused(await api.send('POST', '/fhir/Condition', { body: hidden, as: 'ehr' }), 422, 'business-rule')
    expect((await api.send('POST', '/fhir/Condition', { body: hidden })).status).toBe(201)
    const full = { ...hidden, subject: { reference: `${baseUrl}/fhir/Patient/${id}` } }
    const made = await api.send('POST', '/fhir/Condition', { body: full })
    expect([made.status, made.at('subject.reference')]).toEqual([201, `Patient/${id}`])
  })
})

describe('read', () => {
  test('what was written is read, by HEAD without its body', async () => {
    const id = await kept()
    const reply = await get(`/fhir/Patient/${id}`)
    expect(reply).toMatchObject({ status: 200 })
    expect(reply.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(reply.headers.get('etag')).toBe('W/"1"')
    const head = await api.send('HEAD', `/fhir/Patient/${id}`)
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', 'W/"1"'])
  })

  test('a version that the caller has already is not sent again', async () => {
    const id = await kept()
    const seen = await get(`/fhir/Patient/${id}`, { headers: { 'if-none-match': 'W/"1"' } })
    expect([seen.status, seen.text]).toEqual([304, ''])
    expect((await get(`/fhir/Patient/${id}`, { headers: { 'if-none-match': 'W/"2"' } })).status).toBe(200)
  })

  test('what nobody has made, and what others keep to themselves, is the same: not found', async () => {
    const id = await kept()
    refused(await get(`/fhir/Patient/${id}`, { as: 'ehr' }), 404, 'not-found')
    refused(await get('/fhir/Patient/none'), 404, 'not-found')
  })

  test('each version stays readable', async () => {
    const id = await kept(patient('Avant'))
    await put(id, patient('Apres'))
    expect((await get(`/fhir/Patient/${id}/_history/1`)).text).toContain('Avant')
    expect((await get(`/fhir/Patient/${id}/_history/2`)).text).toContain('Apres')
    refused(await get(`/fhir/Patient/${id}/_history/3`), 404, 'not-found')
  })

  test('laid out for people when asked, saying the same', async () => {
    const id = await kept()
    const [plain, pretty] = [await get(`/fhir/Patient/${id}`), await get(`/fhir/Patient/${id}?_pretty=true`)]
    expect(pretty.text).toContain('\n  "resourceType": "Patient",\n')
    expect(pretty.json).toEqual(plain.json)
  })
})

describe('update', () => {
  test('a change makes the next version', async () => {
    const id = await kept()
    const reply = await put(id, patient('Nouveau'))
    expect([reply.status, reply.headers.get('etag')]).toEqual([200, 'W/"2"'])
    expect((await get(`/fhir/Patient/${id}`)).text).toContain('Nouveau')
  })

  test('whoever has an old version in mind is told so', async () => {
    const id = await kept()
    expect((await put(id, patient('B'), { headers: { 'if-match': 'W/"1"' } })).status).toBe(200)
    refused(await put(id, patient('C'), { headers: { 'if-match': 'W/"1"' } }), 412, 'conflict')
    refused(await put(id, patient('C'), { headers: { 'if-match': 'yesterday' } }), 400, 'value')
    expect((await get(`/fhir/Patient/${id}`)).text).toContain('"B"')
  })

  test('clients do not choose ids; an unknown one and a hidden one look the same', async () => {
    const hidden = await kept()
    refused(await put('0199aaaa-0000-7000-8000-000000000001', patient()), 405, 'not-supported')
    const reply = await put(hidden, patient(), { as: 'ehr' })
    refused(reply, 405, 'not-supported')
    expect(reply.headers.get('allow')).toContain('GET')
  })

  test('the id of the resource is that of the address', async () => {
    const id = await kept()
    const reply = await api.send('PUT', `/fhir/Patient/${id}`, { body: patient('A', { id: 'other' }) })
    refused(reply, 400, 'value')
    expect(issuesIn(reply)[0]?.expression).toEqual(['Patient.id'])
  })

  test('by a condition: none makes a new one, one is changed, several are refused', async () => {
    const path = '/fhir/Patient?identifier=urn:test:ipp|cond-1'
    const first = await api.send('PUT', path, { body: patient('Un', identifier('cond-1')) })
    const second = await api.send('PUT', path, { body: patient('Deux', identifier('cond-1')) })
    expect([first.status, second.status]).toEqual([201, 200])
    expect([second.at('id'), second.at('meta.versionId')]).toEqual([first.at('id'), '2'])
    await kept(patient('Triple'))
    await kept(patient('Triple'))
    refused(
      await api.send('PUT', '/fhir/Patient?family=Triple', { body: patient('X') }),
      412,
      'multiple-matches',
    )
  })

  test('of many changes at once with one version in mind, one succeeds', async () => {
    const id = await kept()
    const all = await Promise.all(
      Array.from({ length: 5 }, (_, n) => put(id, patient(`N${n}`), { headers: { 'if-match': 'W/"1"' } })),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
  })
})

describe('delete', () => {
  test('what is deleted is gone, its versions stay', async () => {
    const id = await kept()
    expect(await api.send('DELETE', `/fhir/Patient/${id}`)).toMatchObject({ status: 204, text: '' })
    refused(await get(`/fhir/Patient/${id}`), 410, 'deleted')
    expect((await get(`/fhir/Patient/${id}/_history/1`)).status).toBe(200)
    refused(await get(`/fhir/Patient/${id}/_history/2`), 410, 'deleted')
    expect((await api.send('DELETE', `/fhir/Patient/${id}`)).status).toBe(204)
  })

  test('a stale version in mind keeps it', async () => {
    const id = await kept()
    await put(id, patient('B'))
    refused(
      await api.send('DELETE', `/fhir/Patient/${id}`, { headers: { 'if-match': 'W/"1"' } }),
      412,
      'conflict',
    )
    expect((await get(`/fhir/Patient/${id}`)).status).toBe(200)
  })
})

describe('search', () => {
  test('what fits is found, with links and modes', async () => {
    const id = await kept(patient('Cherchee'))
    const reply = await get('/fhir/Patient?family=Cherchee')
    expect(reply.json).toMatchObject({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: `${baseUrl}/fhir/Patient?family=Cherchee` }],
      entry: [{ fullUrl: `${baseUrl}/fhir/Patient/${id}`, resource: { id }, search: { mode: 'match' } }],
    })
  })

  test('a page leads to the next, and each is seen once', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => kept(patient('Page'))))
    const seen: string[] = []
    let path: string | undefined = '/fhir/Patient?family=Page&_count=3'
    while (path !== undefined) {
      const reply: Reply = await get(path)
      seen.push(...entriesIn(reply).map(({ resource }) => String((resource as { id: string }).id)))
      const links = reply.at('link') as { relation: string; url: string }[]
      path = links.find(({ relation }) => relation === 'next')?.url.slice(baseUrl.length)
    }
    expect(seen.sort()).toEqual(made.sort())
  })

  test('by a form, as by a URL', async () => {
    const id = await kept(patient('Formulaire'))
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await api.send('POST', '/fhir/Patient/_search', { body: 'family=Formulaire', headers })
    expect(reply.at('entry.0.resource.id')).toBe(id)
  })

  test('an unknown parameter is refused by name, with those that are known', async () => {
    const reply = await get('/fhir/Patient?colour=red')
    refused(reply, 400, 'not-supported')
    expect(issuesIn(reply)[0]).toMatchObject({
      diagnostics: expect.stringMatching(/colour.*family/),
      expression: ['colour'],
    })
  })

  test('a lenient caller gets the result, a warning, and a link that says what was searched', async () => {
    await kept(patient('Indulgent'))
    const reply = await get('/fhir/Patient?colour=red&family=Indulgent', {
      headers: { prefer: 'handling=lenient' },
    })
    expect(reply.status).toBe(200)
    const outcome = entriesIn(reply).find(({ search }) => (search as { mode: string }).mode === 'outcome')
    expect(outcome).toMatchObject({ resource: { issue: [{ severity: 'warning', code: 'not-supported' }] } })
    expect(reply.at('link.0.url')).toBe(`${baseUrl}/fhir/Patient?family=Indulgent`)
  })

  test('what is brought along is only what the caller may search', async () => {
    const id = await kept(patient('Suivie'))
    const body = {
      resourceType: 'Condition',
      subject: { reference: `Patient/${id}` },
      code: { text: 'Toux' },
    }
    expect((await api.send('POST', '/fhir/Condition', { body })).status).toBe(201)
    const path = `/fhir/Condition?subject=Patient/${id}&_include=Condition:subject`
    expect(entriesIn(await get(path))).toHaveLength(2)
    expect(entriesIn(await get(path, { as: 'narrow' }))).toHaveLength(1)
  })
})

describe('history', () => {
  test('of one resource: newest first, deletions included', async () => {
    const id = await kept()
    await put(id, patient('B'))
    await api.send('DELETE', `/fhir/Patient/${id}`)
    const reply = await get(`/fhir/Patient/${id}/_history`)
    expect(entriesIn(reply).map(({ request, response }) => [request, response])).toMatchObject([
      [{ method: 'DELETE', url: `Patient/${id}` }, { etag: 'W/"3"' }],
      [{ method: 'PUT', url: `Patient/${id}` }, { etag: 'W/"2"' }],
      [{ method: 'POST', url: 'Patient' }, { etag: 'W/"1"' }],
    ])
    expect(entriesIn(reply)[0]).not.toHaveProperty('resource')
  })

  test('a puller follows changes, oldest first, and goes on from where it was', async () => {
    const start = await get('/fhir/Condition/_history?_sort=_lastUpdated')
    const monitorOf = (reply: Reply) =>
      (reply.at('link') as { relation: string; url: string }[]).find(({ relation }) => relation === 'monitor')
        ?.url
    const from = monitorOf(start)?.slice(baseUrl.length) ?? ''
    expect(from).toContain('/fhir/Condition/_history?')
    const id = await kept()
    const body = { resourceType: 'Condition', subject: { reference: `Patient/${id}` }, code: { text: 'A' } }
    const made = await api.send('POST', '/fhir/Condition', { body })
    const next = await get(from)
    expect(entriesIn(next).map(({ resource }) => resource)).toMatchObject([{ id: made.at('id') }])
    expect(entriesIn(await get(monitorOf(next)?.slice(baseUrl.length) ?? ''))).toEqual([])
  })

  test('of all types: those that the caller may search, and sees', async () => {
    await kept(patient('Historique'), 'ehr')
    const reply = await get('/fhir/_history?_count=1000', { as: 'narrow' })
    const types = entriesIn(reply).map(({ fullUrl }) => String(fullUrl).split('/')[4])
    expect(new Set(types)).toEqual(new Set(['Condition']))
    const others = await get('/fhir/_history?_count=1000', { as: 'ehr-other' })
    expect(others.text).not.toContain('Historique')
  })

  test('as early or as late as a time can be, it is a time like any other', async () => {
    const id = await kept(patient('Ancienne'))
    for (const where of [`Patient/${id}/`, 'Patient/', '']) {
      for (const [since, status] of [
        ['0001-01-01', 200],
        ['0001-01-01T00:00:00%2B14:00', 200],
        ['9999-12-31T23:59:59-14:00', 200],
        ['0000-01-01', 400],
        ['2026-01-01T00:00:00%2B99:99', 400],
      ]) {
        const reply = await get(`/fhir/${where}_history?_since=${since}`)
        expect(reply.status, `${where} ${since}: ${reply.text}`).toBe(status)
      }
    }
  })

  test('of one resource, as many are counted as there are in the time that is asked for', async () => {
    const id = await kept(patient('Comptee'))
    const at = async (query: string) => {
      const reply = await get(`/fhir/Patient/${id}/_history?${query}`)
      return [reply.at('total'), entriesIn(reply).length]
    }
    expect(await at('')).toEqual([1, 1])
    expect(await at('_since=2099-01-01')).toEqual([0, 0])
    expect(await at('_at=2001')).toEqual([0, 0])
  })

  test.each([
    ['_since=yesterday', 'value'],
    ['_sort=family', 'value'],
    ['_count=none', 'value'],
    ['colour=red', 'not-supported'],
  ])('«%s» is refused', async (query, code) => {
    refused(await get(`/fhir/Patient/_history?${query}`), 400, code)
  })
})
