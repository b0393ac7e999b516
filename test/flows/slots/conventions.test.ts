import type { OrganizationAffiliation } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { isAgreed, isOpenOn } from '../../../src/flows/slots/conventions.ts'

const convention = (more: Partial<OrganizationAffiliation> = {}): OrganizationAffiliation => ({
  resourceType: 'OrganizationAffiliation',
  ...more,
})
const exam = (code: string) => ({ coding: [{ system: systems.dicom, code }] })
const slot = (start: string, end: string, modality = 'US') => ({
  start,
  end,
  serviceType: [exam(modality)],
})
const nine = slot('2030-01-08T09:00:00+01:00', '2030-01-08T09:20:00+01:00')
const zone = 'Europe/Paris'

test('a centre takes part from the first day of its convention to the last', () => {
  const one = [convention({ period: { start: '2030-01-08', end: '2030-02' } })]
  expect(['2030-01-07', '2030-01-08', '2030-02-28', '2030-03-01'].map((day) => isOpenOn(day, one))).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(isOpenOn('2030-01-01', [])).toBe(true)
  expect(isOpenOn('2030-01-08', [convention({ active: false })])).toBe(false)
})

test('a convention for some exams speaks of no others', () => {
  const one = [convention({ extension: [{ url: extensions.agreedExam, valueCodeableConcept: exam('US') }] })]
  expect(isAgreed(nine, one, zone)).toBe(true)
  expect(isAgreed({ ...nine, serviceType: [exam('CT')] }, one, zone)).toBe(false)
})

test('a convention for some hours is by the clock of the place', () => {
  const hours = {
    url: extensions.agreedHours,
    extension: [
      { url: 'day', valueCode: 'tue' },
      { url: 'start', valueTime: '09:00:00' },
      { url: 'end', valueTime: '12:00:00' },
    ],
  }
  const one = [convention({ extension: [hours] })]
  expect(isAgreed(nine, one, zone)).toBe(true)
  expect(isAgreed(nine, one, 'America/Guadeloupe')).toBe(false)
  const six = slot('2030-01-08T06:00:00+01:00', '2030-01-08T06:20:00+01:00')
  expect([zone, 'Indian/Reunion'].map((each) => isAgreed(six, one, each))).toEqual([false, true])
  expect(isAgreed(slot('2030-01-08T11:50:00+01:00', '2030-01-08T12:10:00+01:00'), one, zone)).toBe(false)
  expect(isAgreed(slot('2030-01-09T09:00:00+01:00', '2030-01-09T09:20:00+01:00'), one, zone)).toBe(false)
})
