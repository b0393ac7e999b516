// FHIR R4 (4.0.1): https://hl7.org/fhir/R4/http.html and https://hl7.org/fhir/R4/search.html
// What stands here is what no other test of the API says already.
import type { CapabilityStatement } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  baseUrl,
  entriesIn,
  issuesIn,
  openTestApi,
  permit,
  type Reply,
  type TestApi,
} from '../support/api.ts'
import { recordStatements } from '../support/statements.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({
    permits: { easy: { ...permit('easy', 'cell', { organization: 'Organization/cell' }), lenient: true } },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

const patient = (family: string, more: object = {}) => ({
  resourceType: 'Patient',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  name: [{ family }],
  birthDate: '1961-04-02',
  photo: [{ title: 'x' }],
  ...more,
})
const kept = async (resource: { resourceType: string }): Promise<string> => {
  const reply = await api.send('POST', `/fhir/${resource.resourceType}`, { body: resource })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}
const get = (path: string, headers: Record<string, string> = {}, as = 'cell') =>
  api.send('GET', `/fhir/${path}`, { headers, as })
const resources = (reply: Reply) => {
  expect(reply.status, reply.text).toBe(200)
  return entriesIn(reply).map(({ resource }) => resource as Record<string, unknown>)
}

describe('conditional read', () => {
  test('«If-Modified-Since»: 304 unless it has changed since; If-None-Match goes first', async () => {
    const path = `Patient/${await kept(patient('Depuis'))}`
    const modified = (await get(path)).headers.get('last-modified') ?? ''
    expect(modified).toMatch(/GMT$/)
    const again = await get(path, { 'if-modified-since': modified })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', 'W/"1"'])
    const before = new Date(Date.parse(modified) - 1000).toUTCString()
    expect((await get(path, { 'if-modified-since': before })).status).toBe(200)
    expect((await get(path, { 'if-modified-since': modified, 'if-none-match': 'W/"7"' })).status).toBe(200)
    expect((await get(path, { 'if-none-match': 'W/"7", W/"1"' })).status).toBe(304)
  })
})

describe('where what was changed is', () => {
  test('Location when it is created, Content-Location when it is updated, with version and time', async () => {
    const made = await api.send('POST', '/fhir/Patient', { body: patient('Lieu') })
    const id = String(made.at('id'))
    const at = (version: number) => `${baseUrl}/fhir/Patient/${id}/_history/${version}`
    expect([made.headers.get('location'), made.headers.get('etag')]).toEqual([at(1), 'W/"1"'])
    const body = { ...patient('Lieu2'), id }
    for (const prefer of ['return=representation', 'return=minimal', 'return=OperationOutcome']) {
      const put = await api.send('PUT', `/fhir/Patient/${id}`, { body, headers: { prefer } })
      const version = Number(/"(\d+)"/.exec(put.headers.get('etag') ?? '')?.[1])
      expect(put.headers.get('content-location')).toBe(at(version))
      expect(put.headers.get('last-modified')).toMatch(/GMT$/)
      const shown =
        prefer === 'return=minimal' ? undefined : prefer.includes('Outcome') ? 'OperationOutcome' : 'Patient'
      expect(put.at('resourceType')).toBe(shown)
    }
  })
})

describe('a precondition that would be ignored', () => {
  test.each([
    ['PUT', 'if-none-match'],
    ['POST', 'if-match'],
    ['DELETE', 'if-none-exist'],
    ['PATCH', 'if-unmodified-since'],
  ])('is refused by name: %s with %s', async (method, header) => {
    const path = `/fhir/Patient${method === 'POST' ? '' : `/${await kept(patient('Garde'))}`}`
    const body = method === 'DELETE' ? {} : { body: patient('Garde') }
    const reply = await api.send(method, path, { ...body, headers: { [header]: '*' } })
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([400, [header]])
  })

  test('in an entry of a transaction, by the entry', async () => {
    const request = { method: 'POST', url: 'Patient', ifNoneMatch: 'W/"1"' }
    const body = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient('G'), request }] }
    const reply = await api.send('POST', '/fhir', { body })
    expect([reply.status, issuesIn(reply)[0]?.expression]).toEqual([
      400,
      ['Bundle.entry[0].request.ifNoneMatch'],
    ])
  })
})

describe('history', () => {
  test('«_at»: versions that were current at some point during the time that is said', async () => {
    const id = await kept(patient('Alors'))
    const body = { ...patient('Ensuite'), id }
    expect((await api.send('PUT', `/fhir/Patient/${id}`, { body })).status).toBe(200)
    const versions = async (query: string) =>
      resources(await get(`Patient/${id}/_history?${query}`)).map(
        ({ meta }) => (meta as { versionId: string }).versionId,
      )
    const year = new Date().getUTCFullYear()
    expect(await versions(`_at=${year}`)).toEqual(['2', '1'])
    expect(await versions(`_at=${year - 1}`)).toEqual([])
    expect(await versions(`_at=${year + 1}`)).toEqual(['2'])
    expect(await versions(`_at=${year + 1}-01-05T00:00:00Z`)).toEqual(['2'])
    expect(await versions('_count=1')).toEqual(['2'])
    expect((await get(`Patient/${id}/_history?_at=then`)).status).toBe(400)
  })
})

describe('a search', () => {
  test.each([
    'family=',
    'birthdate=',
    'identifier=',
    'identifier=|',
    'general-practitioner=',
    '_id=',
    '_lastUpdated=',
    'family:missing=',
    'family=a,,b',
    'general-practitioner.name=',
    '_has:Condition:subject:code=',
    '_count=',
    '_sort=',
    '_include=',
    '_revinclude=',
    '_elements=',
    '_summary=',
    '_total=',
    '_contained=',
    '_list=',
    '_cursor=',
    '=x',
  ])('without a value is refused by name: %s', async (query) => {
    const reply = await get(`Patient?${query}`)
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)[0]?.diagnostics).toBeTruthy()
    if (!query.startsWith('=')) expect(issuesIn(reply)[0]?.expression?.[0]).toBeTruthy()
  })

  test.each([
    '_filter=name eq x',
    '_text=x',
    '_content=x',
    '_query=x',
    '_contained=some',
    '_containedType=container',
    'family:soundex=x',
    'birthdate=zz2026',
    'gender:above=male',
    'gender:in=https://elsewhere.example/ValueSet/x',
  ])('that asks for what is not served is refused by name: %s', async (query) => {
    const reply = await get(`Patient?${query}`)
    expect(reply.status, reply.text).toBe(400)
    expect(issuesIn(reply)[0]?.expression?.[0]).toBe(/^\w+/.exec(query)?.[0])
  })

  test('«_summary»: true, text, data, count and false; what is left out is tagged', async () => {
    const id = await kept(patient('Resume'))
    const shown = async (summary: string) => {
      const [found] = resources(await get(`Patient?_id=${id}&_summary=${summary}`))
      const { meta, ...rest } = (found ?? {}) as { meta?: { tag?: { code: string }[] } }
      return {
        names: Object.keys(rest).sort(),
        tagged: meta?.tag?.some(({ code }) => code === 'SUBSETTED') ?? false,
      }
    }
    const all = ['birthDate', 'id', 'name', 'photo', 'resourceType', 'text']
    const without = (...left: string[]) => all.filter((name) => !left.includes(name))
    expect(await shown('false')).toEqual({ names: all, tagged: false })
    expect(await shown('true')).toEqual({ names: without('photo', 'text'), tagged: true })
    expect(await shown('data')).toEqual({ names: without('text'), tagged: true })
    expect(await shown('text')).toEqual({ names: ['id', 'resourceType', 'text'], tagged: true })
    const counted = await get(`Patient?_id=${id}&_summary=count`)
    expect([counted.at('total'), counted.at('entry')]).toEqual([1, undefined])
    expect((await get(`Patient?_id=${id}&_count=0`)).at('total')).toBe(1)
    expect((await get(`Patient?_id=${id}`)).at('total')).toBeUndefined()
    expect((await get(`Patient?_id=${id}&_total=accurate`)).at('total')).toBe(1)
  })

  test('is lenient for a client that is registered so, unless it asks otherwise', async () => {
    const query = 'Patient?family=Personne&colour=red'
    const easy = await get(query, {}, 'easy')
    expect(easy.status).toBe(200)
    expect(easy.at('entry.0.resource.issue.0')).toMatchObject({ severity: 'warning', expression: ['colour'] })
    expect((await get(query, { prefer: 'handling=strict' }, 'easy')).status).toBe(400)
    expect((await get(query)).status).toBe(400)
    expect((await get(query, { prefer: 'handling=lenient' })).status).toBe(200)
    // What is understood and cannot be done is refused to everybody: without it something else would be found.
    expect((await get('Patient?family:soundex=x', { prefer: 'handling=lenient' })).status).toBe(400)
  })

  test('is one statement for the matches, and at most one more for all that comes along', async () => {
    const subject = { reference: `Patient/${await kept(patient('Compte'))}` }
    await kept({ resourceType: 'Condition', ...{ subject, code: { text: 'Toux' } } })
    const queries = [
      'Patient?family=Compte&_sort=-birthdate&_count=5',
      'Condition?subject:Patient.family=Compte&_include=Condition:subject&_include=Condition:asserter',
      'Patient?_has:Condition:subject:code:missing=true&_revinclude=Condition:subject&_revinclude=Task:focus',
    ]
    for (const query of queries) {
      using statements = recordStatements()
      expect((await get(query)).status).toBe(200)
      expect(statements.take().length, query).toBeLessThanOrEqual(query.includes('include') ? 2 : 1)
    }
  })
})

describe('what is said in /metadata', () => {
  test('of JSON and XML, of conditions and of the system is what is done', async () => {
    const statement = (await get('metadata')).json as CapabilityStatement // tested elsewhere
    const [rest] = statement.rest ?? []
    expect(statement.format).toEqual(['application/fhir+json', 'json'])
    expect(rest?.documentation).toMatch(/XML.*406.*415/)
    expect(rest?.interaction?.map(({ code }) => code).sort()).toEqual([
      'batch',
      'history-system',
      'search-system',
      'transaction',
    ])
    expect((await get('metadata?_format=xml')).status).toBe(406)
    const conditional = rest?.resource?.find(({ type }) => type === 'Patient')
    expect(conditional).toMatchObject({
      conditionalCreate: true,
      conditionalRead: 'full-support',
      conditionalUpdate: true,
      conditionalDelete: 'multiple',
      updateCreate: false,
    })
  })

  test('each interaction that is declared of a type is answered, and none that is not', async () => {
    const statement = (await get('metadata')).json as CapabilityStatement // tested elsewhere
    const asked: Readonly<Record<string, readonly [method: string, path: string]>> = {
      read: ['GET', '/none'],
      vread: ['GET', '/none/_history/1'],
      update: ['PUT', '/none'],
      patch: ['PATCH', '/none'],
      delete: ['DELETE', '/none'],
      'history-instance': ['GET', '/none/_history'],
      'history-type': ['GET', '/_history'],
      create: ['POST', ''],
      'search-type': ['GET', ''],
    }
    for (const { type, interaction = [], operation = [] } of statement.rest?.[0]?.resource ?? []) {
      const codes = interaction.map(({ code }) => String(code))
      for (const [code, [method, path]] of Object.entries(asked)) {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
        const { status, text } = await api.send(method, `/fhir/${type}${path}`, body)
        const isServed = status !== 405 && !(status === 404 && /only what is now/.test(text))
        expect(isServed, `${code} of ${type}: ${status} ${text}`).toBe(codes.includes(code))
        expect(status, `${code} of ${type}: ${text}`).toBeLessThan(500)
      }
      for (const { name } of operation) {
        const paths = [`${type}/$${name}`, `${type}/none/$${name}`]
        const replies = await Promise.all(
          paths.map((path) => api.send('POST', `/fhir/${path}`, { body: {} })),
        )
        expect(
          replies.some(({ text }) => !text.includes('There is no operation')),
          `$${name} of ${type}`,
        ).toBe(true)
      }
    }
  }, 120_000)
})
