import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Kept } from '../../src/store/index.ts'
import { baseUrl, entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'
import { recordStatements } from '../support/statements.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const kept = async (resource: { resourceType: string }, as = 'cell'): Promise<string> => {
  const reply = await api.send('POST', `/fhir/${resource.resourceType}`, { body: resource, as })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}
const get = (query: string, options = {}) => api.send('GET', `/fhir?${query}`, options)
const tag = (code: string) => ({ meta: { tag: [{ system: 'urn:test:across', code }] } })
const patient = (family: string, code: string) => ({
  resourceType: 'Patient',
  ...tag(code),
  name: [{ family }],
  birthDate: '1961-04-02',
})
const condition = (subject: string, code: string) => ({
  resourceType: 'Condition',
  ...tag(code),
  subject: { reference: subject },
  code: { text: 'Toux' },
})
const names = (reply: Reply) =>
  entriesIn(reply).map(({ resource }) => {
    const { resourceType, id } = resource as { resourceType: string; id: string }
    return `${resourceType}/${id}`
  })

/** Three patients, each with a condition and a flag of its own kind. */
async function some(code: string): Promise<string[]> {
  const made: string[] = []
  for (const family of ['Un', 'Deux', 'Trois']) {
    const subject = `Patient/${await kept(patient(family, code))}`
    made.push(subject, `Condition/${await kept(condition(subject, code))}`)
  }
  return made
}

describe('a search of several types', () => {
  test('finds what fits in all of them, by one statement, and says itself what was asked', async () => {
    const made = await some('one')
    using statements = recordStatements()
    const reply = await get('_type=Patient,Condition&_tag=urn:test:across|one&_sort=_lastUpdated')
    expect(reply.status, reply.text).toBe(200)
    expect(statements.take()).toHaveLength(1)
    expect(names(reply)).toEqual(made)
    expect(reply.at('link')).toEqual([
      {
        relation: 'self',
        url: `${baseUrl}/fhir?_type=Patient%2CCondition&_tag=urn%3Atest%3Aacross%7Cone&_sort=_lastUpdated`,
      },
    ])
  })

  test('page by page, each once, in the order that is asked for; counted when asked', async () => {
    const made = await some('pages')
    for (const sort of ['_sort=_lastUpdated', '_sort=-_lastUpdated', '_sort=_id', '']) {
      const seen: string[] = []
      let path: string | undefined =
        `/fhir?_type=Condition,Patient&_tag=urn:test:across|pages&_count=2&_total=accurate&${sort}`
      while (path !== undefined) {
        const page: Reply = await api.send('GET', path)
        expect(page.at('total'), page.text).toBe(made.length)
        seen.push(...names(page))
        const links = page.at('link') as { relation: string; url: string }[]
        path = links.find(({ relation }) => relation === 'next')?.url.slice(baseUrl.length)
      }
      expect(seen).toEqual(sort === '' || sort.includes('-') ? made.toReversed() : made)
    }
    const counted = await get('_type=Condition,Patient&_tag=urn:test:across|pages&_summary=count')
    expect([counted.at('total'), counted.at('entry')]).toEqual([made.length, undefined])
  })

  test('estimated, the number is the planner’s, unless a page is all there is; it is not counted', async () => {
    await some('estimate')
    for (const path of ['/fhir/Patient?', '/fhir?_type=Patient,Condition&']) {
      using statements = recordStatements()
      const one = await api.send('GET', `${path}_tag=urn:test:across|estimate&_count=1&_total=estimate`)
      const texts = statements.take()
      expect(texts.filter((text) => text.includes('count(*)'))).toEqual([])
      expect(texts.filter((text) => text.startsWith('explain'))).toHaveLength(1)
      expect(one.at('total'), one.text).toBeTypeOf('number')
      const all = await api.send('GET', `${path}_tag=urn:test:across|estimate&_total=estimate`)
      expect(all.at('total')).toBe(entriesIn(all).length)
      expect(statements.take()).toHaveLength(1)
    }
  })

  test('by a form, as by a URL; without _type, all that the caller may search', async () => {
    const made = await some('form')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = '_tag=urn:test:across|form'
    expect(names(await api.send('POST', '/fhir/_search', { body, headers })).sort()).toEqual(made.toSorted())
    const narrow = await api.send('POST', '/fhir/_search', { body, headers, as: 'narrow' })
    expect(names(narrow).every((name) => name.startsWith('Condition/'))).toBe(true)
    expect(names(narrow)).toHaveLength(3)
    expect(names(await get('_tag=urn:test:across|form', { as: 'ehr-other' }))).toEqual([])
  })

  test('brings along, in part, what begins at any of the types', async () => {
    await some('along')
    const query = '_type=Patient,Condition&_tag=urn:test:across|along'
    const both = await get(`${query}&_revinclude=Condition:subject&_include=Condition:subject`)
    expect(names(both)).toHaveLength(6)
    const lone = await get('_type=Condition,Flag&_tag=urn:test:across|along&_include=Condition:subject')
    expect(names(lone).filter((name) => name.startsWith('Patient/'))).toHaveLength(3)
    const part = await get(`${query}&_elements=birthDate,code`)
    for (const { resource } of entriesIn(part)) {
      const { resourceType, birthDate, code, name } = resource as Record<string, unknown>
      expect([birthDate !== undefined, code !== undefined, name]).toEqual([
        resourceType === 'Patient',
        resourceType === 'Condition',
        undefined,
      ])
    }
  })

  test('what is wrong is told by name, all of it', async () => {
    const reply = await get('_type=Patient,Slot&family=x&colour=red')
    expect(reply.status).toBe(400)
    expect(issuesIn(reply).map(({ expression }) => expression?.[0])).toEqual(['family', 'colour'])
    const faults: [query: string, status: number, place: string][] = [
      ['_type=Nothing', 400, '_type'],
      ['_type=Patient&_type=Slot', 400, '_type'],
      ['_type=ValueSet', 400, '_type'],
      ['_type=Patient,Slot&_sort=start', 400, 'start'],
      ['_type=Patient,Slot&_include=Task:focus', 400, '_include'],
      ['_type=Patient,Slot&_elements=colour', 400, '_elements'],
      ['_lastUpdated=yesterday', 400, '_lastUpdated'],
      ['_tag=', 400, '_tag'],
    ]
    for (const [query, status, place] of faults) {
      const told = await get(query)
      expect(told.status, `${query}: ${told.text}`).toBe(status)
      expect(issuesIn(told)[0]?.expression, query).toEqual([place])
    }
    expect((await get('_type=Patient', { as: 'narrow' })).status).toBe(403)
  })

  test('a lenient caller gets what all types know, with a warning for the rest', async () => {
    const made = await some('lenient')
    const query = '_type=Patient,Condition&_tag=urn:test:across|lenient&family=x'
    const reply = await get(query, { headers: { prefer: 'handling=lenient' } })
    const isOutcome = ({ search }: Record<string, unknown>) => (search as { mode: string }).mode === 'outcome'
    expect(entriesIn(reply).filter((entry) => !isOutcome(entry))).toHaveLength(made.length)
    expect(entriesIn(reply).find(isOutcome)).toMatchObject({
      resource: { issue: [{ severity: 'warning', expression: ['family'] }] },
    })
    expect(reply.at('link.0.url')).not.toContain('family')
  })
})

test('what stands in a list is found by it, of one type and of several', async () => {
  const subject = await kept(patient('Listee', 'list'))
  await kept(patient('Autre', 'list'))
  const item = (id: string) => ({ item: { reference: `Patient/${id}` } })
  const list = await kept({
    resourceType: 'List',
    ...{ status: 'current', mode: 'working', entry: [item(subject)] },
  })
  expect(names(await api.send('GET', `/fhir/Patient?_list=${list}`))).toEqual([`Patient/${subject}`])
  expect(names(await get(`_type=Patient,Condition&_list=${list}`))).toEqual([`Patient/${subject}`])
})

test('of more than a thousand that would come along a thousand do, and a warning says so', async () => {
  const subject = `Patient/${await kept(patient('Compagnie', 'crowd'))}`
  const meta = { versionId: '1', lastUpdated: '2026-03-02T07:00:00.000Z' }
  const resources = Array.from({ length: 1001 }, (_, n) => ({
    resource: { ...condition(subject, 'crowd'), id: `crowd-${n}`, meta } as unknown as Kept, // a Condition
    replaces: 0,
    sight: ['public'],
  }))
  await api.store.write({ at: meta.lastUpdated, resources })
  const told = (reply: Reply, mode: string) =>
    entriesIn(reply).filter(({ search }) => (search as { mode: string }).mode === mode)
  const include = '_revinclude=Condition:subject'
  for (const url of [`/fhir/Patient?_tag=crowd&${include}`, `/fhir?_type=Patient&_tag=crowd&${include}`]) {
    const reply = await api.send('GET', url)
    expect([told(reply, 'match').length, told(reply, 'include').length]).toEqual([1, 1000])
    expect(told(reply, 'outcome')).toMatchObject([
      { resource: { issue: [{ severity: 'warning', code: 'too-costly', expression: ['_include'] }] } },
    ])
  }
})
