import { readFileSync } from 'node:fs'
import type { Bundle, BundleEntry, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isServed } from '../../src/fhir/served.ts'
import { mapReferences } from '../../src/fhir/walk.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { issuesIn } from './support.ts'

/**
 * Public FHIR orders of other countries, posted as transactions. None is one as published: single resources are put into
 * a Bundle of one entry; the Swiss order is a document, whose entries become `POST`s. What is not served here
 * (Composition, EpisodeOfCare, ImagingStudy) is left out, with the references to it.
 */
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const folder = new URL('../samples/fhir-imaging-order/', import.meta.url)
const sample = (name: string): Resource => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

const transaction = (resources: readonly { url?: string; resource: Resource }[]): Bundle => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: resources.map(
    ({ url, resource }): BundleEntry => ({
      ...(url !== undefined && { fullUrl: url }),
      resource,
      request: { method: 'POST', url: resource.resourceType },
    }),
  ),
})

/** What came of a transaction, line by line. */
async function posted(bundle: Bundle): Promise<string> {
  const reply = await gateway.as('cell').call<Bundle>('POST', '', bundle)
  const entries = (reply.body.entry ?? []).map(
    ({ response }, n) => `${response?.status} ${bundle.entry?.[n]?.resource?.resourceType}`,
  )
  const issues = issuesIn(reply).map(
    ({ severity, code, diagnostics, expression }) => `${severity} ${code} ${expression?.[0]}: ${diagnostics}`,
  )
  return [`HTTP ${reply.status}`, ...entries, ...issues].map((line) => `${line}\n`).join('')
}

const expected = (name: string) => `fhir-orders/${name}.expected.txt`

describe('a single resource of the Australian guide', () => {
  test.each([
    'au-communicationrequest-copyto-gp',
    'au-order-xray-1',
    'au-organization-mount-charlton-radiology',
    'au-practitionerrole-generalpractitioner-guthridge-jarred',
    'au-taskfulfilment-imaging-1',
    'au-taskgroup-imaging-1',
  ])('%s is answered as expected', async (name) => {
    const { id: _, ...resource } = sample(`${name}.json`)
    const result = await posted(transaction([{ resource: resource as Resource }]))
    await expect(result).toMatchFileSnapshot(expected(name))
  })
})

test('the Australian order with its doctor and patient is taken, and the cell has its Task', async () => {
  const patient: Patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'https://example.org/patients', value: 'roberts' }],
    name: [{ family: 'Roberts', given: ['Fred'] }],
    gender: 'male',
    birthDate: '1970-01-01',
  }
  const urls: Record<string, string> = {
    'Patient/roberts-fred': 'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-000000000001',
    'PractitionerRole/generalpractitioner-guthridge-jarred': 'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-000000000002',
  }
  const { encounter: _, insurance: __, ...order } = sample('au-order-xray-1.json') as ServiceRequest
  const role = sample('au-practitionerrole-generalpractitioner-guthridge-jarred.json')
  const { practitioner: ___, organization: ____, ...bare } = role as Resource & Record<string, unknown>
  const own = (resource: Resource) => {
    const { id: _____, ...rest } = mapReferences(resource, (reference) => urls[reference] ?? reference)
    return rest as Resource // only the id is left out
  }
  const bundle = transaction([
    { url: urls['Patient/roberts-fred'] ?? '', resource: patient },
    {
      url: urls['PractitionerRole/generalpractitioner-guthridge-jarred'] ?? '',
      resource: own(bare as Resource),
    },
    { url: 'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-000000000003', resource: own(order) },
  ])
  const result = await posted(bundle)
  await expect(result).toMatchFileSnapshot(expected('au-order'))
  const cell = gateway.as('cell')
  const [request] = await cell.search<ServiceRequest>('ServiceRequest?identifier=EMC4542244-5624-01')
  expect(request?.status).toBe('active')
  const tasks = await cell.search<Task>(`Task?focus=ServiceRequest/${request?.id}`)
  expect(tasks).toHaveLength(1)
  expect(await posted(bundle)).toMatch(/^HTTP 409/)
})

/** The entries of the Swiss document that are served here, as transaction entries. */
function swissEntries(): { url: string; resource: Resource }[] {
  const document = sample('ch-rad-order-OrderBundleMappedFromQr.json') as Bundle
  const kept = (document.entry ?? []).filter(({ resource }) => isServed(resource?.resourceType ?? ''))
  const urls = new Set(kept.map(({ fullUrl }) => fullUrl))
  return kept.flatMap(({ fullUrl = '', resource }) =>
    resource ? [{ url: fullUrl, resource: without(resource, urls) }] : [],
  )
}

test('the Swiss order as published is refused, with all that is wrong in it', async () => {
  await expect(await posted(transaction(swissEntries()))).toMatchFileSnapshot(expected('ch-rad-order'))
})

/** Its numbers are texts, its appointment has no time, and its document no content: put right, or left out. */
test('the Swiss order put right is taken, and the cell has its Task', async () => {
  const isWhole = ({ resource: { resourceType } }: { resource: Resource }) =>
    resourceType !== 'Appointment' && resourceType !== 'DocumentReference'
  const whole = swissEntries().filter(isWhole)
  const urls = new Set<string | undefined>(whole.map(({ url }) => url))
  const right = whole.map(({ url, resource }) => ({ url, resource: withNumbers(without(resource, urls)) }))
  const result = await posted(transaction(right))
  expect(result).toMatch(/^HTTP 200/)
  await expect(result).toMatchFileSnapshot(expected('ch-rad-order-put-right'))
  const cell = gateway.as('cell')
  const [request] = await cell.search<ServiceRequest>('ServiceRequest?_sort=-_lastUpdated&_count=1')
  expect(await cell.search<Task>(`Task?focus=ServiceRequest/${request?.id}`)).toHaveLength(1)
})

/** Quantities as JSON has them: their values are numbers. */
function withNumbers<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withNumbers) as T // each as it was
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key.endsWith('Quantity') ? { ...inner, value: Number(inner.value) } : withNumbers(inner),
  ])
  return Object.fromEntries(entries) as T // the same, its numbers numbers
}

/** Without its id, and without references to what is left out. */
function without({ id: _, ...resource }: Resource, urls: ReadonlySet<string | undefined>): Resource {
  const isGone = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    (('reference' in value &&
      typeof value.reference === 'string' &&
      value.reference.startsWith('urn:uuid:') &&
      !urls.has(value.reference)) ||
      ('valueReference' in value && isGone(value.valueReference)))
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => !isGone(one)).map(clean)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(
          ([, inner]) => !isGone(inner) && !(Array.isArray(inner) && inner.length > 0 && inner.every(isGone)),
        )
        .map(([key, inner]) => [key, clean(inner)]),
    )
  }
  return clean(resource) as Resource // the same type, with less in it
}
