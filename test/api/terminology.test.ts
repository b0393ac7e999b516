import type { Resource } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { membersOf } from '../../src/fhir/value-set.ts'
import { issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const get = (path: string) => api.send('GET', `/fhir/${path}`)
const post = (path: string, ...parameter: object[]) =>
  api.send('POST', `/fhir/${path}`, { body: { resourceType: 'Parameters', parameter } })

const slotType = 'https://relais.example/fhir/ValueSet/slot-type'
const labels = 'https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau'

function valueIn(reply: Reply, name: string): unknown {
  const all = reply.at('parameter') as Record<string, unknown>[]
  const found = all.find((each) => each.name === name)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}

describe('ValueSet/$expand', () => {
  test('gives every code of a value set, named by its url or its id', async () => {
    for (const path of [`ValueSet/$expand?url=${slotType}`, 'ValueSet/slot-type/$expand']) {
      const reply = await get(path)
      expect(reply.status, reply.text).toBe(200)
      expect(reply.json).toMatchObject({ resourceType: 'ValueSet', expansion: { total: 4 } })
      const codes = reply.at('expansion.contains') as { code: string }[]
      expect(codes.map(({ code }) => code)).toEqual(['PUBLIC', 'SNP', 'PRO', 'CPTS'])
    }
  })

  test('gives a page of those whose words hold a filter', async () => {
    const reply = await get('ValueSet/slot-type/$expand?filter=p&count=1&offset=1')
    expect(reply.at('expansion.total')).toBe(4)
    expect(reply.at('expansion.contains')).toMatchObject([{ code: 'SNP' }])
  })

  test('takes the codes of a whole system of ours with their words', async () => {
    const reply = await get('ValueSet/flag/$expand')
    expect(reply.at('expansion.contains.0')).toMatchObject({
      system: expect.stringContaining('CodeSystem/flag'),
      display: expect.any(String),
    })
  })

  test('what is not here is told', async () => {
    const reply = await get('ValueSet/$expand?url=urn:none')
    expect(reply.status).toBe(404)
    const { version } = (await get('ValueSet/slot-type')).json as { version: string }
    expect((await get(`ValueSet/$expand?url=${slotType}|${version}`)).status).toBe(200)
    for (const asked of ['$expand?', '$validate-code?code=CPTS&', 'slot-type/$expand?']) {
      const other = await get(`ValueSet/${asked}url=${slotType}|9.9.9`)
      expect([other.status, issuesIn(other)[0]?.expression]).toEqual([404, ['url']])
    }
    expect((await get('ValueSet/$expand')).status).toBe(400)
    expect((await get('ValueSet/slot-type/$expand?colour=red')).status).toBe(400)
  })
})

describe('ValueSet/$validate-code', () => {
  test('a code of the set is in it', async () => {
    const reply = await get(`ValueSet/$validate-code?url=${slotType}&code=CPTS&system=${labels}`)
    expect(valueIn(reply, 'result')).toBe(true)
  })

  test('a code of another system, and one that nobody knows, are not', async () => {
    const other = await get(`ValueSet/$validate-code?url=${slotType}&code=CPTS&system=urn:other`)
    expect(valueIn(other, 'result')).toBe(false)
    const none = await post('ValueSet/slot-type/$validate-code', {
      name: 'codeableConcept',
      valueCodeableConcept: { coding: [{ system: labels, code: 'NONE' }] },
    })
    expect(valueIn(none, 'result')).toBe(false)
    expect(valueIn(none, 'message')).toMatch(/not in/)
  })

  test('one of several codes is enough', async () => {
    const coding = [
      { system: 'urn:other', code: 'x' },
      { system: labels, code: 'PRO' },
    ]
    const reply = await post('ValueSet/slot-type/$validate-code', {
      name: 'codeableConcept',
      valueCodeableConcept: { coding },
    })
    expect(valueIn(reply, 'result')).toBe(true)
  })
})

describe('ConceptMap/$translate', () => {
  const gender = 'ConceptMap/gender-to-sex/$translate'

  test('a code becomes another', async () => {
    const reply = await get(`${gender}?code=female&system=http://hl7.org/fhir/administrative-gender`)
    expect(reply.status, reply.text).toBe(200)
    expect(valueIn(reply, 'result')).toBe(true)
    expect(reply.text).toContain('"code":"F"')
  })

  test('a code that the map does not know is told so', async () => {
    const reply = await get(`${gender}?code=none&system=urn:none`)
    expect(valueIn(reply, 'result')).toBe(false)
  })

  test('a map in a version that is not here does not answer for it', async () => {
    const { url } = (await get('ConceptMap/gender-to-sex')).json as { url: string }
    expect((await get(`ConceptMap/$translate?url=${url}&code=female`)).status).toBe(200)
    expect((await get(`ConceptMap/$translate?url=${url}|9.9.9&code=female`)).status).toBe(404)
  })
})

test('what is said about a resource is read without it', async () => {
  const kept = await api.send('POST', '/fhir/Patient', {
    body: {
      resourceType: 'Patient',
      meta: { tag: [{ system: 'urn:t', code: 'x' }] },
      name: [{ family: 'Martin' }],
      gender: 'female',
      birthDate: '1961-04-02',
    },
  })
  const reply = await get(`Patient/${kept.at('id')}/$meta`)
  expect(reply.status, reply.text).toBe(200)
  expect(reply.at('parameter')).toMatchObject([
    { name: 'return', valueMeta: { versionId: '1', tag: [{ code: 'x' }] } },
  ])
  expect((await get('Patient/none/$meta')).status).toBe(404)
})

test('an operation that changes something is not called by GET', async () => {
  const reply = await get('Appointment/$book')
  expect(reply.status).toBe(405)
  expect(reply.headers.get('allow')).toBe('POST')
  expect(issuesIn(reply)[0]?.code).toBe('not-supported')
})

describe('a value set', () => {
  const system = 'urn:colours'
  const known: Resource[] = [
    {
      resourceType: 'CodeSystem',
      url: system,
      status: 'active',
      content: 'complete',
      concept: [{ code: 'red', display: 'Red', concept: [{ code: 'scarlet' }] }, { code: 'blue' }],
    },
    {
      resourceType: 'ValueSet',
      url: 'urn:warm',
      status: 'active',
      compose: { include: [{ system, concept: [{ code: 'red' }, { code: 'scarlet' }] }] },
    },
  ]
  const codes = (compose: object) =>
    membersOf({ resourceType: 'ValueSet', status: 'active', compose } as never, known).map(({ code }) => code)

  test('of a whole system has the codes below others, too', () => {
    expect(codes({ include: [{ system }] })).toEqual(['red', 'scarlet', 'blue'])
  })

  test('that names a system and another set has what is in both', () => {
    expect(codes({ include: [{ system, valueSet: ['urn:warm'] }] })).toEqual(['red', 'scarlet'])
  })

  test('leaves out what it excludes', () => {
    expect(codes({ include: [{ system }], exclude: [{ valueSet: ['urn:warm'] }] })).toEqual(['blue'])
  })

  test.each([
    { include: [{ system: 'http://loinc.org' }] },
    { include: [{ system, filter: [{ property: 'x', op: '=', value: 'y' }] }] },
    { include: [{ valueSet: ['urn:none'] }] },
  ])('whose codes cannot be told is refused: %j', (compose) => {
    expect(() => codes(compose)).toThrow()
  })
})
