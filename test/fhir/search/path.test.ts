import { evalFhirPathTyped, parseFhirPath, type TypedValue } from '@medplum/core'
import type { Patient, Reference, Resource } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { parametersOf } from '../../../src/fhir/search/parameters.ts'
import { pathOf } from '../../../src/fhir/search/path.ts'
import { randomResources } from '../../store/search/random.ts'

const seed = 20261121

/** Of both, what counts: the engine also says where it was found. */
function found(expression: string, resource: Resource) {
  const byEngine = evalFhirPathTyped(parseFhirPath(expression), [
    { type: resource.resourceType, value: resource },
  ])
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
