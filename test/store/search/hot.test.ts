import { expect, test } from 'vitest'
import { parseSearch } from '../../../src/fhir/search.ts'
import { hotColumns, isSteady } from '../../../src/store/search/hot.ts'

const of = (type: string, query: string) => parseSearch(type, query).search

test('what begins an index over several columns is asked by its columns, and the rest by terms', () => {
  const columns = (type: string, query: string) => [...hotColumns(type, of(type, query).filters)].sort()
  expect(columns('Slot', 'schedule=Schedule/1&status=free&start=ge2026-01-01')).toEqual([
    'schedule',
    'status',
  ])
  expect(columns('Task', 'owner=Organization/1&status=requested')).toEqual(['owner', 'status'])
  expect(columns('Task', 'status=requested')).toEqual([])
  expect(columns('Slot', 'schedule=Schedule/1,Schedule/2')).toEqual([])
})

test.each([
  [
    'Slot',
    'schedule=Schedule/1&status=free&start=ge2026-01-01&start=lt2026-01-02&_sort=start&_count=50',
    true,
  ],
  ['Slot', 'status=free&_sort=-start&_count=20', true],
  ['Slot', 'status=free&_sort=start&_count=37', false],
  ['Slot', 'status=free&service-type=US&_sort=start&_count=50', false],
  ['Slot', 'status=free,busy&_sort=start&_count=50', false],
  ['Slot', 'status=free&start=ge2026-01-01&_count=50', false],
  ['Slot', 'schedule=Schedule/1&_sort=start&_count=50', false],
  ['ServiceRequest', 'status=active&_sort=-authored&_count=50', true],
  ['Patient', 'family=martin&_sort=family&_count=50', false],
  ['Schedule', '_id=1,2&_count=1000&_include=Schedule:actor', true],
  ['Patient', '_id=1,2&_sort=birthdate', false],
  ['Slot', 'schedule.actor:Practitioner.identifier=a|1,a|2&status=free&_sort=start&_count=1000', true],
  ['Slot', 'schedule.actor:Practitioner.identifier=a|1&_sort=start&_count=1000', false],
  ['Slot', 'schedule.actor:Practitioner.name=martin&status=free&_sort=start&_count=1000', false],
])('%s?%s has one plan for all its values: %s', (type, query, steady) => {
  expect(isSteady(of(type, query))).toBe(steady)
})
