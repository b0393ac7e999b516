import type { Slot } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import type { Kept } from '../../src/store/index.ts'
import { criteriaOf } from '../../src/subscriptions/criteria.ts'
import { notificationsFor } from '../../src/subscriptions/matching.ts'

const slot = (status: Slot['status'], versionId = '1'): Kept<Slot> => ({
  resourceType: 'Slot',
  id: 's1',
  meta: { versionId, lastUpdated: '2026-01-05T08:00:00.000Z' },
  schedule: { reference: 'Schedule/1' },
  status,
  start: '2026-01-06T09:00:00+01:00',
  end: '2026-01-06T09:20:00+01:00',
})

const listening = new Map([
  [
    'Slot',
    [
      { id: 'free', criteria: criteriaOf('Slot?status=free') },
      { id: 'any', criteria: criteriaOf('Slot') },
      { id: 'over', criteria: criteriaOf('Slot'), end: '2026-01-05T08:00:00Z' },
      { id: 'not-yet-over', criteria: criteriaOf('Slot?status=busy'), end: '2026-01-05T08:00:01Z' },
    ],
  ],
])

const told = (...written: Kept[]) =>
  notificationsFor(written, listening).map(({ lane, about }) => [lane, about[0]])

test('a new value is told to those whose criteria it matches, as the version it is', () => {
  expect(told(slot('free', '3'))).toEqual([
    ['Subscription/free', 'Slot/s1/_history/3'],
    ['Subscription/any', 'Slot/s1/_history/3'],
  ])
})

test('a value that no longer matches is told to nobody who waited for the old one', () => {
  expect(told(slot('busy'))).toEqual([
    ['Subscription/any', 'Slot/s1/_history/1'],
    ['Subscription/not-yet-over', 'Slot/s1/_history/1'],
  ])
})

test('types that nobody waits for cost nothing and tell nothing', () => {
  expect(
    told({ resourceType: 'Patient', id: 'p', meta: { versionId: '1', lastUpdated: '2026-01-05T08:00:00Z' } }),
  ).toEqual([])
})

test('each version and subscription is one departure of its own', () => {
  const departures = notificationsFor([slot('free', '1'), slot('free', '2')], listening)
  expect(departures).toHaveLength(4)
  expect(departures[0]).toMatchObject({ peer: 'subscriptions', kind: 'notification' })
})
