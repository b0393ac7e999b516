import { expect, test } from 'vitest'
import { searchRow } from '../../../src/fhir/search/row.ts'

// What validation lets through and what it does not: the index must take both.
const row = (resource: object, zone?: string) => searchRow({ id: '1', ...resource } as never, zone)

test('a slot is found by its service, its time and its diary', () => {
  expect(
    row({
      resourceType: 'Slot',
      meta: { lastUpdated: '2026-03-02T07:00:00.000Z', tag: [{ code: 't' }] },
      identifier: [{ system: 'urn:ris', value: 'a|b' }],
      status: 'free',
      start: '2026-03-29T08:00:00+02:00',
      schedule: { reference: 'Schedule/1/_history/3' },
      serviceType: [{ coding: [{ system: 'urn:s', code: 'CT' }] }, { text: 'scanner' }],
    }),
  ).toEqual({
    id: '1',
    updated: '2026-03-02T07:00:00.000Z',
    _tag: ['t', '|t'],
    identifier: [String.raw`a\|b`, String.raw`urn:ris|a\|b`, 'urn:ris|'],
    status: 'free',
    start: '2026-03-29T06:00:00.000Z',
    schedule: 'Schedule/1',
    service_type: ['CT', 'urn:s|CT', 'urn:s|'],
    words: '\nservice-type=scanner\n',
  })
})

test('a patient is found by any name, without accents or capitals', () => {
  const { name, name_exact, family, birthdate_low, deceased, active } = row({
    resourceType: 'Patient',
    name: [{ family: 'Œuvré-Ñandú', given: ['Jean\u00a0Noël'] }],
    birthDate: '1970',
    active: false,
  })
  expect({ name, name_exact, family }).toEqual({
    name: '\noeuvre nandu\njean noel\n',
    name_exact: ['Œuvré-Ñandú', 'Jean\u00a0Noël'],
    family: '\noeuvre nandu\n',
  })
  expect([birthdate_low, deceased, active]).toEqual(['1969-12-31T23:00:00.000Z', 'false', 'false'])
})

test('a stretch of time is open where nothing is said', () => {
  const occurrence = (found: object) => {
    const { occurrence_low, occurrence_high } = row({ resourceType: 'ServiceRequest', ...found })
    return [occurrence_low, occurrence_high]
  }
  expect(occurrence({ occurrencePeriod: { start: '2026-03-01' } })).toEqual([
    '2026-02-28T23:00:00.000Z',
    'infinity',
  ])
  expect(occurrence({ occurrencePeriod: { end: '2026-03-01' } })).toEqual([
    '-infinity',
    '2026-03-01T22:59:59.999Z',
  ])
  expect(occurrence({ occurrenceTiming: { event: ['2026-03-02', '2026-03-01'] } })).toEqual([
    '2026-02-28T23:00:00.000Z',
    '2026-03-02T22:59:59.999Z',
  ])
  expect(occurrence({ occurrenceTiming: { repeat: { boundsPeriod: { start: '2026-03-01' } } } })[1]).toBe(
    'infinity',
  )
  expect(occurrence({ occurrencePeriod: {} })).toEqual([undefined, undefined])
})

test('a patient among the subjects is told from another', () => {
  const request = (reference: string) => row({ resourceType: 'ServiceRequest', subject: { reference } })
  expect(request('Patient/1')).toMatchObject({ subject: 'Patient/1', patient: 'Patient/1' })
  expect(request('Device/1').patient).toBeUndefined()
})

test('what is there without anything to find it by is not missing', () => {
  const found = row({
    resourceType: 'ServiceRequest',
    code: { text: 'scanner' },
    requester: { display: 'Dr Martin' },
  })
  expect(found).toMatchObject({ code: [], requester: '' })
  expect(found.performer).toBeUndefined()
})

test('a measure has a value or a range, and its unit', () => {
  expect(
    row({
      resourceType: 'Observation',
      valueQuantity: { value: 5.4, comparator: '<', code: 'mg', system: 'urn:u' },
    }),
  ).toMatchObject({
    value_quantity_low: '-Infinity',
    value_quantity_high: 5.4,
    value_quantity_unit: ['mg', 'urn:u|mg', 'urn:u|'],
  })
  expect(row({ resourceType: 'Condition', onsetRange: { low: { value: 3, unit: 'a' } } })).toMatchObject({
    onset_age_low: 3,
    onset_age_high: 'Infinity',
  })
})

test('canonicals are found with their version and without', () => {
  expect(row({ resourceType: 'QuestionnaireResponse', questionnaire: 'http://q|2' }).questionnaire).toEqual([
    'http://q|2',
    'http://q',
  ])
})

test('what no index entry can hold is cut, and what no database takes is left out', () => {
  const { requisition, _source } = row({
    resourceType: 'ServiceRequest',
    meta: { source: `urn:${'é'.repeat(5000)}` },
    requisition: { system: 'urn:s', value: `a\0b${'😀'.repeat(400)}` },
  })
  for (const text of [_source, ...(requisition as string[])]) {
    expect(Buffer.byteLength(String(text))).toBeLessThan(2_700)
    expect(String(text).isWellFormed()).toBe(true)
    expect(text).not.toContain('\0')
  }
})

test('our own extensions are searched like elements', () => {
  const extension = [
    {
      url: 'https://relais.example/fhir/StructureDefinition/held-until',
      valueDateTime: '2026-03-01T08:00:00Z',
    },
  ]
  expect(row({ resourceType: 'Appointment', extension })).toMatchObject({
    held_until_low: '2026-03-01T08:00:00.000Z',
  })
})
