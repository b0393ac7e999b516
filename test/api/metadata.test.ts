import type { CapabilityStatement } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { parametersOf } from '../../src/fhir/search/parameters.ts'
import { parseSearch } from '../../src/fhir/search.ts'
import { conformanceTypes, isServed, servedTypes } from '../../src/fhir/served.ts'
import { openValidator } from '../../src/validate/index.ts'
import { baseUrl, entriesIn, openTestApi, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const metadata = async () => (await api.send('GET', '/fhir/metadata', { as: '' })).json as CapabilityStatement // its type is tested first

describe('/metadata', () => {
  test('is answered without a token, also to a page of another origin', async () => {
    const reply = await api.send('GET', '/fhir/metadata', {
      as: '',
      headers: { origin: 'https://app.example' },
    })
    expect([reply.status, reply.at('resourceType')]).toEqual([200, 'CapabilityStatement'])
    expect(reply.headers.get('access-control-allow-origin')).toBe('*')
    expect((await api.send('GET', '/fhir/Patient')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('is told as a whole, or not at all', async () => {
    expect((await api.send('GET', '/fhir/metadata?mode=full', { as: '' })).status).toBe(200)
    expect((await api.send('GET', '/fhir/metadata?mode=terminology', { as: '' })).status).toBe(400)
  })

  test('is a valid CapabilityStatement', async () => {
    expect(openValidator({ structures, bindings }).validate(await metadata())).toEqual([])
  })

  test('declares every type that is served, and no other', async () => {
    const [rest] = (await metadata()).rest ?? []
    expect(rest?.resource?.map(({ type }) => type)).toEqual([...servedTypes, ...conformanceTypes].sort())
  })

  test('every search parameter that is declared is answered', async () => {
    const [rest] = (await metadata()).rest ?? []
    const values: Record<string, string> = {
      date: '2026-01-01',
      number: '1',
      quantity: '1',
      reference: 'Patient/1',
      special: '49.18|-0.37|20|km',
      composite: '8480-6$140',
    }
    const paired: Record<string, string> = {
      'code-value-date': '8480-6$2026-01-01',
      relationship: 'replaces$DocumentReference/1',
    }
    for (const { type, searchParam = [] } of rest?.resource ?? []) {
      for (const { name, type: kind } of searchParam) {
        const reply = await api.send(
          'GET',
          `/fhir/${type}?${name}=${paired[name] ?? values[kind ?? ''] ?? 'x'}`,
        )
        expect(reply.status, `${type}?${name}: ${reply.text}`).toBe(200)
      }
    }
  }, 120_000)

  test('what may come along is declared, each way, and is what a search takes', async () => {
    const [rest] = (await metadata()).rest ?? []
    const all: string[] = servedTypes.flatMap((type) =>
      [...parametersOf(type).keys()].map((code) => `${type}:${code}`),
    )
    const isTaken = (type: string, control: string, value: string) => {
      try {
        parseSearch(type, new URLSearchParams([[control, value]]))
        return true
      } catch {
        return false
      }
    }
    for (const { type, searchInclude = [], searchRevInclude = [] } of rest?.resource ?? []) {
      if (!isServed(type)) expect([...searchInclude, ...searchRevInclude], type).toEqual([])
      else {
        expect(searchInclude, type).toEqual(all.filter((value) => isTaken(type, '_include', value)))
        expect(searchRevInclude, type).toEqual(all.filter((value) => isTaken(type, '_revinclude', value)))
      }
    }
    const patient = rest?.resource?.find(({ type }) => type === 'Patient')
    expect(patient?.searchRevInclude).toEqual(expect.arrayContaining(['ServiceRequest:subject']))
  })

  test('operations are declared by the canonical that others know them by', async () => {
    const [rest] = (await metadata()).rest ?? []
    const appointment = rest?.resource?.find(({ type }) => type === 'Appointment')
    expect(appointment?.operation).toContainEqual({
      name: 'book',
      definition: 'https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-book',
    })
  })

  test('says where tokens are had', async () => {
    const [rest] = (await metadata()).rest ?? []
    expect(JSON.stringify(rest?.security)).toContain(`${baseUrl}/auth/token`)
    expect(rest?.security?.service?.[0]?.coding?.[0]?.code).toBe('SMART-on-FHIR')
  })
})

describe('what is declared', () => {
  const url = 'https://relais.example/fhir/StructureDefinition/relais-patient'

  test('is read by id and found by URL', async () => {
    const found = await api.send('GET', `/fhir/StructureDefinition?url=${url}`)
    expect(entriesIn(found)).toHaveLength(1)
    const id = found.at('entry.0.resource.id')
    expect((await api.send('GET', `/fhir/StructureDefinition/${id}`)).at('url')).toBe(url)
  })

  test('is paged and sorted, and each comes once', async () => {
    const all = entriesIn(await api.send('GET', '/fhir/StructureDefinition?_sort=-name'))
    const names = all.map((one) => String((one as { name?: string }).name)) // each has one
    expect(names).toEqual(names.toSorted().reverse())
    const paged: unknown[] = []
    let next: string | undefined = '/fhir/StructureDefinition?_sort=-name&_count=3'
    while (next) {
      const page = await api.send('GET', next)
      expect(page.at('total')).toBe(all.length)
      paged.push(...entriesIn(page))
      const links = page.at('link') as { relation: string; url: string }[]
      next = links.find(({ relation }) => relation === 'next')?.url.replace(/^https?:\/\/[^/]*/, '')
    }
    expect(paged).toEqual(all)
    expect(entriesIn(await api.send('GET', '/fhir/StructureDefinition?_count=0'))).toEqual([])
  })

  test('is found by the parameters of its type, in part', async () => {
    const found = await api.send(
      'GET',
      `/fhir/StructureDefinition?type=Patient&derivation=constraint&_elements=url`,
    )
    expect(entriesIn(found).map(({ resource }) => (resource as { url: string }).url)).toContain(url)
    expect(found.at('entry.0.resource.snapshot')).toBeUndefined()
    const sets = await api.send('GET', '/fhir/ValueSet?reference=http://loinc.org&_sort=-date,title')
    expect(sets.status, sets.text).toBe(200)
    expect((await api.send('GET', '/fhir/StructureDefinition?type=Nothing')).at('total')).toBe(0)
  })

  test('is found by what is missing', async () => {
    const count = async (query: string) =>
      (await api.send('GET', `/fhir/StructureDefinition?${query}`)).at('total')
    expect(await count('url:missing=true')).toBe(0)
    expect(await count('url:missing=false')).toBe(await count(''))
  })

  test.each([
    'colour=red',
    '_lastUpdated=ge2020',
    '_sort=_lastUpdated',
    '_sort=context',
    '_include=ValueSet:reference',
    'code:above=http://x|y',
    '_cursor=none',
    'url:missing=maybe',
    '_count=some',
    'name=',
  ])('is not found by %s, and the answer names it', async (query) => {
    const reply = await api.send('GET', `/fhir/StructureDefinition?${query}`)
    expect(reply.status, reply.text).toBe(400)
    expect(reply.at('issue.0.expression.0')).toMatch(query.split(/[:=]/)[0] ?? 'nothing')
  })

  test('is not changed', async () => {
    const body = { resourceType: 'StructureDefinition' }
    expect((await api.send('PUT', '/fhir/StructureDefinition/relais-patient', { body })).status).toBe(405)
    expect((await api.send('DELETE', '/fhir/StructureDefinition/relais-patient')).status).toBe(405)
  })
})
