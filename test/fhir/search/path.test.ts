import { evalFhirPathTyped, parseFhirPath, type TypedValue } from '@medplum/core'
import type { Patient, Reference, Resource } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { parametersOf } from '../../../src/fhir/search/parameters.ts'
import { pathOf } from '../../../src/fhir/search/path.ts'
import { randomResources } from '../../store/search/random.ts'

const seed = 20261121

/** Of both, what counts: the engine also says where it was found. It takes amounts that are almost the same for one. */
function found(expression: string, resource: Resource) {
  const byEngine = expression
    .split(' | ')
    .flatMap((part) =>
      evalFhirPathTyped(parseFhirPath(part), [{ type: resource.resourceType, value: resource }]),
    )
  const bare = (values: readonly TypedValue[]) => values.map(({ type, value }) => ({ type, value }))
  return [bare(pathOf(resource.resourceType, expression)(resource)), bare(byEngine)]
}

test(`what is walked finds what FHIRPath finds, in random resources (seed ${seed})`, () => {
  const resources = randomResources(60, seed)
  let values = 0
  for (const resource of resources) {
    for (const { expression } of parametersOf(resource.resourceType).values()) {
      if (expression === '') continue
      const [walked, byEngine] = found(expression, resource)
      expect(walked, `${expression} in ${JSON.stringify(resource)}`).toEqual(byEngine)
      values += walked?.length ?? 0
    }
  }
  expect(values).toBeGreaterThan(resources.length * 3)
})

test('a reference is to a type by what it says, an identifier with a type included', () => {
  const who: Reference<Patient>[] = [
    { reference: 'Patient/1' },
    { reference: 'Practitioner/1' },
    { type: 'Patient', identifier: { system: 'urn:a', value: '1' } },
    { type: 'Patient', display: 'nobody in particular' },
    { reference: 'Patient?identifier=urn:a|1' },
    { reference: 'https://a.example/Patient/1' },
  ]
  const participant = who.map((actor) => ({ actor, status: 'accepted' as const }))
  const resource: Resource = { resourceType: 'Appointment', status: 'booked', participant }
  const [walked, byEngine] = found('Appointment.participant.actor.where((resolve() is Patient))', resource)
  expect(walked).toEqual(byEngine)
  expect(walked).toHaveLength(3)
})

test('the value of an extension is walked to, also inside another and where others stand beside it', () => {
  const [slot, schedule] = ['Slot', 'Schedule'].map((type) => parametersOf(type))
  const service = { reference: 'HealthcareService/1' }
  const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType'
  const other = { url: 'urn:other', valueReference: { reference: 'HealthcareService/2' } }
  const free: Resource = {
    resourceType: 'Slot',
    status: 'free',
    schedule: { reference: 'Schedule/1' },
    start: '2026-06-01T08:00:00Z',
    end: '2026-06-01T08:20:00Z',
    serviceType: [{ text: 'none' }, { extension: [other, { url, valueReference: service }] }],
  }
  const diary: Resource = {
    resourceType: 'Schedule',
    actor: [{ reference: 'Location/1' }],
    extension: [
      {
        url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-service-type-duration',
        extension: [
          { url: 'serviceType', valueCodeableConcept: { coding: [{ code: 'US' }] } },
          { url: 'duration', valueDuration: { value: 20 } },
        ],
      },
    ],
  }
  for (const [expression = '', resource] of [
    [slot?.get('service-type-reference')?.expression, free],
    [schedule?.get('exam')?.expression, diary],
  ] as const) {
    const [walked, byEngine] = found(expression, resource)
    expect(walked).toEqual(byEngine)
    expect(walked).toHaveLength(1)
  }
})

test('an element of several types is walked to by its name, and what several paths find is put together', () => {
  const patient = { reference: 'Patient/1' }
  const clock = (name: string, due: string) => ({
    url: 'https://relais.example/fhir/StructureDefinition/clock',
    extension: [
      { url: 'name', valueCode: name },
      { url: 'due', valueInstant: due },
    ],
  })
  const period = { start: '2026-01-01', end: '2026-02-01' }
  const request = { resourceType: 'ServiceRequest', occurrencePeriod: period } as Resource
  const task = {
    resourceType: 'Task',
    extension: [clock('exam', '2026-01-03T00:00:00Z'), clock('answer', '2026-01-02T00:00:00Z')],
  } as unknown as Resource // nothing else of it is looked at
  const audit = {
    resourceType: 'AuditEvent',
    agent: [{ requestor: true, who: { reference: 'Practitioner/1' } }],
    entity: [{ what: { reference: 'Task/1' } }, { what: patient }],
  } as Resource
  const asked: [Resource, string, unknown][] = [
    [request, 'occurrence', [{ type: 'Period', value: period }]],
    [task, 'answer-due', [{ type: 'instant', value: '2026-01-02T00:00:00Z' }]],
    [audit, 'patient', [{ type: 'Reference', value: patient }]],
  ]
  for (const [resource, code, values] of asked) {
    const { expression = '' } = parametersOf(resource.resourceType).get(code) ?? {}
    const [walked, byEngine] = found(expression, resource)
    expect(walked).toEqual(byEngine)
    expect(walked).toEqual(values)
  }
})

test('amounts that are almost the same, or the same in another unit, are several', () => {
  const amount = (value: number, unit: string) => ({ value, unit })
  const code = { text: 'x' }
  const resource: Resource = {
    resourceType: 'Observation',
    status: 'final',
    code,
    valueQuantity: amount(100, 'mg'),
    component: [
      { code, valueQuantity: amount(100, 'g') },
      { code, valueQuantity: amount(100.004, 'mg') },
      { code, valueQuantity: amount(100, 'mg') },
    ],
  }
  const { expression = '' } = parametersOf('Observation').get('combo-value-quantity') ?? {}
  const values = pathOf('Observation', expression)(resource).map(({ value }) => value)
  expect(values).toEqual([amount(100, 'mg'), amount(100, 'g'), amount(100.004, 'mg'), amount(100, 'mg')])
})

test('a union within parentheses is not taken apart', () => {
  const resource: Resource = { resourceType: 'Location', name: 'Un', alias: ['Deux', 'Un'] }
  const values = pathOf('Location', '(Location.name | Location.alias).first()')(resource)
  expect(values.map(({ value }) => value)).toEqual(['Un'])
})
