import { expect, test } from 'vitest'
import { idOf, parseReference, referenceTo, unversioned } from '../../src/fhir/reference.ts'

const base = 'https://gateway.example/fhir'

test.each([
  ['Patient/1', { kind: 'literal', type: 'Patient', id: '1' }],
  ['Patient/1/_history/2', { kind: 'literal', type: 'Patient', id: '1', version: '2' }],
  [`${base}/Patient/1`, { kind: 'literal', type: 'Patient', id: '1' }],
  ['https://other.example/fhir/Patient/1', { kind: 'absolute', url: 'https://other.example/fhir/Patient/1' }],
  [`${base}x/Patient/1`, { kind: 'absolute', url: `${base}x/Patient/1` }],
  ['urn:local:patient', { kind: 'urn', urn: 'urn:local:patient' }],
  ['URN:UUID:0D0F', { kind: 'urn', urn: 'URN:UUID:0D0F' }],
  ['#p', { kind: 'fragment', id: 'p' }],
  ['Patient?identifier=a|b', { kind: 'conditional', type: 'Patient', query: 'identifier=a|b' }],
  ['patient/1', undefined],
  ['Patient/', undefined],
  [`Patient/${'x'.repeat(65)}`, undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
])('«%s»', (text, expected) => {
  expect(parseReference(text, base)).toEqual(expected)
})

test('a reference is written as it is read', () => {
  expect(referenceTo('Slot', '1')).toBe('Slot/1')
  expect(referenceTo('Slot', '1', 2)).toBe('Slot/1/_history/2')
  expect(unversioned('Slot/1/_history/2')).toBe('Slot/1')
  expect(unversioned('Slot/1')).toBe('Slot/1')
})

test('an id is of the type that is asked for, or there is none', () => {
  expect(idOf('Slot', 'Slot/1/_history/2')).toBe('1')
  expect(idOf('Slot', 'Schedule/1')).toBeUndefined()
  expect(idOf('Slot', undefined)).toBeUndefined()
})
