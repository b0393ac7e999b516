import { expect, test } from 'vitest'
import { mapReferences, referencesIn } from '../../src/fhir/walk.ts'

const request = {
  resourceType: 'ServiceRequest',
  subject: { reference: 'urn:local:patient' },
  basedOn: [{ reference: 'ServiceRequest/1' }, { display: 'none' }],
  contained: [
    { resourceType: 'Practitioner', id: 'p', extension: [{ url: 'x', valueReference: { reference: '#' } }] },
  ],
  code: { text: 'urn:local:patient' },
  instantiatesUri: ['urn:local:patient'],
}

test('references are found wherever they stand, and nothing else is', () => {
  expect(referencesIn(request)).toEqual([
    { reference: 'urn:local:patient', path: 'ServiceRequest.subject.reference' },
    { reference: 'ServiceRequest/1', path: 'ServiceRequest.basedOn[0].reference' },
    { reference: '#', path: 'ServiceRequest.contained[0].extension[0].valueReference.reference' },
  ])
})

test('only what changes is copied', () => {
  const made = mapReferences(request, (url) => (url === 'urn:local:patient' ? 'Patient/7' : url))
  expect(made.subject).toEqual({ reference: 'Patient/7' })
  expect(made.code).toEqual(request.code)
  expect(made.basedOn).toBe(request.basedOn)
  expect(request.subject.reference).toBe('urn:local:patient')
  expect(mapReferences(request, (url) => url)).toBe(request)
})
