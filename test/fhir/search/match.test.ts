import { expect, test } from 'vitest'
import { matches } from '../../../src/fhir/search/match.ts'
import { searchRow } from '../../../src/fhir/search/row.ts'
import { parseSearch } from '../../../src/fhir/search.ts'

const is = (resource: object, query: string) => {
  const { resourceType } = resource as { resourceType: string } // each has one, below
  return matches(parseSearch(resourceType, query).search, searchRow({ id: '1', ...resource } as never))
}

/** From 10 to 20 March. */
const stay = { resourceType: 'Encounter', period: { start: '2026-03-10', end: '2026-03-20' } }

// Expected by hand from FHIR R4, search.html 3.1.1.4.5: what overlaps, what contains, what comes before and after.
test.each([
  ['2026-03', true],
  ['2026-03-15', false],
  ['ne2026-03', false],
  ['gt2026-03-15', true],
  ['gt2026-03-20', false],
  ['lt2026-03-15', true],
  ['lt2026-03-10', false],
  ['ge2026-03-20', false],
  ['ge2026-03-19', true],
  ['ge2026-03', true],
  ['le2026-03-09', false],
  ['le2026-03-11', true],
  ['sa2026-03-09', true],
  ['sa2026-03-10', false],
  ['eb2026-03-21', true],
  ['eb2026-03-20', false],
  ['ap2026-03-21', true],
  ['ap2026-03-25', false],
])('a stay from 10 to 20 March: date=%s is %s', (date, expected) => {
  expect(is(stay, `date=${date}`)).toBe(expected)
})

test.each([
  ['5.4', true],
  ['5.5', false],
  ['5', true],
  ['gt5.4', false],
  ['ge5.4', true],
  ['lt5.41', true],
  ['sa5.3', true],
  ['eb5.4', false],
  ['ap5.9', true],
  ['ap6.1', false],
  ['ne5.4', false],
  ['5.4||mg', true],
  ['5.4||g', false],
])('5.4 mg: value-quantity=%s is %s', (value, expected) => {
  const observation = { resourceType: 'Observation', valueQuantity: { value: 5.4, unit: 'mg' } }
  expect(is(observation, `value-quantity=${value}`)).toBe(expected)
})

test.each([
  ['family=dup', true],
  ['family=noel', false],
  ['family:contains=noel', true],
  ['family:exact=Dupont-Noël', true],
  ['family:exact=dupont-noël', false],
  ['family=Dupont noel', true],
  ['family:missing=false', true],
  ['given:missing=true', true],
  ['gender:not=male', true],
  ['birthdate=lt2000', false],
])('Dupont-Noël: %s is %s', (query, expected) => {
  expect(is({ resourceType: 'Patient', name: [{ family: 'Dupont-Noël' }] }, query)).toBe(expected)
})

test('either list of conditions is enough', () => {
  const [free, busy] = ['status=free', 'status=busy'].map(
    (query) => parseSearch('Slot', query).search.filters,
  )
  const any = [free ?? [], busy ?? []]
  const row = (status: string) => searchRow({ resourceType: 'Slot', id: '1', status } as never)
  expect(matches({ filters: [{ is: 'either', any }] }, row('busy'))).toBe(true)
  expect(matches({ filters: [{ is: 'either', any }] }, row('busy-tentative'))).toBe(false)
})

test('a chain cannot be answered from one resource, and says so', () => {
  expect(() => is({ resourceType: 'Slot' }, 'schedule.actor=Location/1')).toThrow(/another resource/)
  expect(() => is({ resourceType: 'Slot' }, '_has:Task:focus:status=requested')).toThrow(/another resource/)
})

// Expected by hand from FHIR R4, search.html 3.1.1.4.13: both halves of a composite are of the same element.
const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })
const pressure = {
  resourceType: 'Observation',
  code: loinc('85354-9'),
  component: [
    { code: loinc('8480-6'), valueQuantity: { value: 140, unit: 'mmHg' } },
    { code: loinc('8462-4'), valueQuantity: { value: 90, unit: 'mmHg' } },
    { code: loinc('8357-6'), valueCodeableConcept: loinc('LA11137-6') },
  ],
}
const weight = { resourceType: 'Observation', code: loinc('29463-7'), valueQuantity: { value: 80 } }
const moved = {
  resourceType: 'Encounter',
  location: [
    { period: { start: '2026-03-01', end: '2026-03-02' } },
    { period: { start: '2026-05-01', end: '2026-05-02' } },
  ],
}
const follows = {
  resourceType: 'DocumentReference',
  relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/7' } }],
}
const group = {
  resourceType: 'Group',
  characteristic: [
    { code: { coding: [{ code: 'sex' }] }, valueCodeableConcept: { coding: [{ code: 'female' }] } },
    { code: { coding: [{ code: 'pregnant' }] }, valueBoolean: true },
  ],
}
const forChildren = {
  resourceType: 'Questionnaire',
  useContext: [
    { code: { code: 'age' }, valueRange: { low: { value: 2 }, high: { value: 12 } } },
    { code: { code: 'focus' }, valueCodeableConcept: { coding: [{ code: 'x-ray' }] } },
  ],
}

test.each<[object, string, boolean]>([
  [pressure, 'component-code-value-quantity=8480-6$gt130', true],
  [pressure, 'component-code-value-quantity=8462-4$gt130', false],
  [pressure, 'component-code-value-quantity=http://loinc.org|8462-4$90||mmHg', true],
  [pressure, 'component-code-value-quantity=8480-6$90,8462-4$90', true],
  [pressure, 'component-code-value-concept=8357-6$LA11137-6', true],
  [pressure, 'component-code-value-concept=8480-6$LA11137-6', false],
  [pressure, 'combo-code-value-quantity=85354-9$gt1', false],
  [pressure, 'component-value-quantity=90', true],
  [pressure, 'component-value-quantity=100', false],
  [weight, 'combo-code-value-quantity=29463-7$80', true],
  [weight, 'combo-value-quantity=80', true],
  [weight, 'component-code-value-quantity:missing=true', true],
  [weight, 'code-value-quantity:missing=true', false],
  [moved, 'location-period=2026-03', true],
  [moved, 'location-period=2026-04', false],
  [moved, 'location-period=sa2026-04', true],
  [moved, 'location-period=eb2026-04', true],
  [follows, 'relationship=replaces$DocumentReference/7', true],
  [follows, 'relationship=http://hl7.org/fhir/document-relationship-type|replaces$7', true],
  [follows, 'relationship=appends$7', false],
  [group, 'characteristic-value=sex$female', true],
  [group, 'characteristic-value=pregnant$true', true],
  [group, 'characteristic-value=pregnant$female', false],
  [forChildren, 'context-type-value=focus$x-ray', true],
  [forChildren, 'context-type-value=age$x-ray', false],
  [forChildren, 'context-type-quantity=age$gt5', true],
  [forChildren, 'context-type-quantity=focus$gt5', false],
  [forChildren, 'context-quantity=lt3', true],
])('of several values %# %s is %s', (resource, query, expected) => {
  expect(is(resource, query)).toBe(expected)
})
