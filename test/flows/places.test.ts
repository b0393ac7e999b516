import { expect, test } from 'vitest'
import { placeIn } from '../../src/flows/places.ts'

const came = (by: string) => ({
  raw: Buffer.alloc(0),
  id: '1',
  kind: '?',
  peer: 'practice',
  receivedAt: '2030-01-07T08:00:00Z',
  by,
})

test('whoever sends HL7 v2 is told the field', () => {
  expect(placeIn(came('mllp'), 'ServiceRequest.identifier')).toBe('ORC-2')
  expect(placeIn(came('http'), 'Patient.name[0].family')).toBe('PID-5')
  expect(placeIn(came('mllp'), 'Message')).toBe('MSH-10')
})

test('whoever sends our JSON is told the property', () => {
  expect(placeIn(came('json'), 'ServiceRequest.identifier')).toBe('placerOrderNumber')
})

test('whoever sends FHIR is told the element', () => {
  expect(placeIn(came('fhir'), 'ServiceRequest.identifier[0]')).toBe('ServiceRequest.identifier[0]')
  expect(placeIn(came('poll'), 'Message.event')).toBeUndefined()
})

test('a field stays the field it is, and an element that no field is read for stays the element', () => {
  expect(placeIn(came('mllp'), 'MSH-12')).toBe('MSH-12')
  expect(placeIn(came('mllp'), 'Encounter.class')).toBe('Encounter.class')
})
