import { expect, test } from 'vitest'
import { businessKeys } from '../../src/fhir/business-key.ts'

const ipp = { system: 'urn:oid:1.2.3', value: '42' }

test('every identifier with a system and a value is a business key, once', () => {
  const identifier = [{ ...ipp, use: 'official' as const }, ipp, { value: '7' }, { system: 'urn:oid:1.2.3' }]
  expect(businessKeys({ resourceType: 'Patient', identifier })).toEqual([ipp])
})

test('what is old or temporary is none, nor a social security number for billing', () => {
  const identifier = [
    { ...ipp, use: 'old' as const },
    { ...ipp, use: 'temp' as const },
    { system: 'urn:oid:1.2.250.1.213.1.4.13', value: '255069999999934' },
    { system: 'urn:oid:1.2.250.1.213.1.4.14', value: '255069999999934' },
  ]
  expect(businessKeys({ resourceType: 'Patient', identifier })).toEqual([])
})

test('a document is known by its master identifier too, and a response by its only one', () => {
  const document = { resourceType: 'DocumentReference', status: 'current', content: [] } as const
  expect(businessKeys({ ...document, content: [{ attachment: {} }], masterIdentifier: ipp })).toEqual([ipp])
  const response = { resourceType: 'QuestionnaireResponse', status: 'completed', identifier: ipp } as const
  expect(businessKeys(response)).toEqual([ipp])
})
