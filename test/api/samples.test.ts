import { readdirSync, readFileSync } from 'node:fs'
import type { Bundle, Resource } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isServed } from '../../src/fhir/served.ts'
import { entriesIn, issuesIn, openTestApi, type Reply, type TestApi } from '../support/api.ts'

/** What a public sample gives when it is sent as it is: status, and each error by its code and place. */
interface Expected {
  status: number
  errors: [string, string][]
}

const samples = new URL('../samples/fhir-imaging-order/', import.meta.url)
const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'))
const sample = (name: string) => read(new URL(name, samples)) as Resource // as its publisher says
const expected = (name: string) => read(new URL(`samples/${name}`, import.meta.url)) as Expected // ours

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

function errorsIn(reply: Reply): [string, string][] {
  if (reply.status < 400) return []
  return issuesIn(reply)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => [code, expression?.[0] ?? ''])
}

/** A document's resources, as the entries that would keep them. */
const entriesOf = ({ entry = [] }: Bundle) =>
  entry.flatMap(({ fullUrl, resource }) =>
    resource && isServed(resource.resourceType)
      ? [{ fullUrl, resource, request: { method: 'POST', url: resource.resourceType } }]
      : [],
  )

const send = (resource: Resource) =>
  resource.resourceType === 'Bundle'
    ? api.send('POST', '/fhir', {
        body: { resourceType: 'Bundle', type: 'transaction', entry: entriesOf(resource) },
      })
    : api.send('POST', `/fhir/${resource.resourceType}`, { body: resource })

test.each(readdirSync(samples).filter((name) => name.endsWith('.json')))('%s, as it is', async (name) => {
  const reply = await send(sample(name))
  expect({ status: reply.status, errors: errorsIn(reply) }).toEqual(expected(name))
})

test('the Australian order, sent with what it refers to, is a referral with its tasks', async () => {
  const named = (type: string, id: string, more: object = {}) => ({ resourceType: type, id, ...more })
  const roberts = { name: [{ family: 'Roberts', given: ['Fred'] }], birthDate: '1967-01-16' }
  const all = [
    sample('au-order-xray-1.json'),
    sample('au-taskgroup-imaging-1.json'),
    sample('au-taskfulfilment-imaging-1.json'),
    { ...sample('au-organization-mount-charlton-radiology.json'), identifier: undefined },
    sample('au-practitionerrole-generalpractitioner-guthridge-jarred.json'),
    named('Patient', 'roberts-fred', roberts),
    named('Practitioner', 'practitioner-guthridge-jarred'),
    named('Organization', 'elimbah-medical-centre', { name: 'Elimbah' }),
    named('Encounter', 'gp-consultation', {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    }),
    named('Coverage', 'coverage-concession', {
      status: 'active',
      beneficiary: { reference: 'Patient/roberts-fred' },
      payor: [{ reference: 'Patient/roberts-fred' }],
    }),
  ] as Resource[] // five samples, and the least that they need
  const entry = all.map((resource) => ({
    fullUrl: `http://au.example/fhir/${resource.resourceType}/${resource.id}`,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  }))
  const reply = await api.send('POST', '/fhir', {
    body: { resourceType: 'Bundle', type: 'transaction', entry },
  })
  expect(reply.status, reply.text).toBe(200)
  const order = String(reply.at('entry.0.response.location')).split('/').at(-3)
  const kept = await api.send('GET', `/fhir/ServiceRequest/${order}?_pretty=true`)
  expect(kept.text).not.toContain('roberts-fred')
  const tasks = entriesIn(await api.send('GET', `/fhir/Task?focus=ServiceRequest/${order}`))
  expect(tasks.length).toBeGreaterThanOrEqual(1)
})
