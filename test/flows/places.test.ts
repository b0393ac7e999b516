import type { ServiceRequest } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { placeIn } from '../../src/flows/places.ts'
import { parseMessage } from '../../src/hl7v2/message.ts'
import type { Road } from '../../src/store/index.ts'

const came = (by: Road) => ({
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

const v2 = (...lines: string[]) => {
  const text = ['MSH|^~\\&|A|B|||20300107||ORM^O01|7|P|2.5', ...lines].join('\r')
  return { ...came('mllp'), content: { form: 'v2', message: parseMessage(text) } as const }
}
const request = (value: string): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  subject: {},
  identifier: [{ value }],
})
const noExam = (value: string) => ({ rule: 'relais-request-2', about: request(value) })

test('a broken rule of a request is told at the field that would keep it', () => {
  const message = v2('PID|1', 'ORC|NW|A', 'OBR|1|A')
  expect(placeIn(message, 'ServiceRequest', noExam('A'))).toBe('OBR-4')
  expect(placeIn(message, 'ServiceRequest', { ...noExam('A'), rule: 'relais-request-1' })).toBe('PID')
  expect(placeIn(came('json'), 'ServiceRequest', { rule: 'relais-request-2' })).toBe('exam')
})

test('of several orders the one at fault is named, by its number or by its place', () => {
  const message = v2('PID|1', 'ORC|NW|A', 'OBR|1|A', 'ORC|NW|B', 'OBR|2')
  expect(placeIn(message, 'ServiceRequest', noExam('B'))).toBe('OBR[2]-4')
  expect(placeIn(message, 'ServiceRequest.priority', { about: request('B') })).toBe('OBR[2]-5')
  expect(placeIn(message, 'ServiceRequest.requester', { about: request('A') })).toBe('ORC-12')
  const unnumbered = v2('PID|1', 'ORC|NW', 'OBR|1', 'ORC|NW', 'OBR|2')
  expect(placeIn(unnumbered, 'ServiceRequest', noExam('7.2'))).toBe('OBR[2]-4')
})

test('a segment that is not there is named itself', () => {
  expect(placeIn(v2('PID|1', 'ORC|NW|A'), 'ServiceRequest', noExam('A'))).toBe('OBR')
  const second = v2('PID|1', 'ORC|NW|A', 'OBR|1|A', 'ORC|NW|B')
  expect(placeIn(second, 'ServiceRequest', noExam('B'))).toBe('OBR[2]')
})
