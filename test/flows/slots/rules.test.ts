import type { Slot } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systems } from '../../../src/fhir/canonical.ts'
import {
  audienceOf,
  faultsIn,
  labelledAt,
  labelsOf,
  reservationOf,
  type SlotRules,
} from '../../../src/flows/slots/rules.ts'

const start = '2030-01-08T09:00:00.000+01:00'
const slot = (...codes: string[]): Slot => ({
  resourceType: 'Slot',
  meta: { security: codes.map((code) => ({ system: systems.slotType, code })) },
  schedule: { reference: 'Schedule/1' },
  status: 'free',
  start,
  end: '2030-01-08T09:20:00.000+01:00',
})
const hoursBefore = (hours: number) => Date.parse(start) - hours * 3_600_000

const rules: SlotRules = {
  reservations: [
    { label: 'CPTS', for: 'members', release: { hoursBefore: 48, to: 'PRO' } },
    { label: 'PRO', for: 'professionals', release: { hoursBefore: 24, to: 'PUBLIC' } },
    { label: 'CPTS', centre: 'Organization/slow', for: 'members', release: { hoursBefore: 1, to: 'PUBLIC' } },
  ],
  quotas: [],
}

describe('a reserved slot', () => {
  const labelAt = (hours: number, centre = 'Organization/centre') =>
    labelsOf(labelledAt(slot('CPTS'), centre, rules, hoursBefore(hours)))

  test.each([
    [72, 'CPTS'],
    [48.01, 'CPTS'],
    [48, 'PRO'],
    [24, 'PUBLIC'],
    [-1, 'PUBLIC'],
  ])('%s hours before it begins is labelled %s', (hours, label) => {
    expect(labelAt(hours)).toEqual([label])
  })

  test('goes by the rule of its centre, where there is one', () => {
    expect(labelAt(24, 'Organization/slow')).toEqual(['CPTS'])
    expect(labelAt(1, 'Organization/slow')).toEqual(['PUBLIC'])
  })

  test('keeps its other marks when it is released', () => {
    const other = { system: 'urn:other', code: 'x' }
    const both = { ...slot('CPTS'), meta: { security: [other, ...(slot('CPTS').meta?.security ?? [])] } }
    expect(labelledAt(both, undefined, rules, hoursBefore(1)).meta?.security).toContainEqual(other)
  })

  test('is never taken back: the later it is, the more may have it', () => {
    const order = ['CPTS', 'PRO', 'PUBLIC']
    const rank = (hours: number) => order.indexOf(labelAt(hours)[0] ?? '')
    const hours = fc.double({ min: -10, max: 100, noNaN: true })
    fc.assert(
      fc.property(hours, hours, (a, b) => rank(Math.max(a, b)) <= rank(Math.min(a, b))),
      { numRuns: 500 },
    )
  })
})

test('a slot with several labels is for everybody when one of them says so', () => {
  expect(reservationOf(slot('CPTS', 'PUBLIC'))).toBeUndefined()
  expect(reservationOf(slot())).toBeUndefined()
  expect(reservationOf(slot('SNP'))).toBe('SNP')
})

test('a label is for whom the territory says, else for whom it usually is, and an unknown one for nobody', () => {
  expect(audienceOf('PRO', undefined, rules)).toBe('professionals')
  expect(audienceOf('SNP', undefined, rules)).toBe('members')
  expect(audienceOf('VIP', undefined, rules)).toBeUndefined()
})

test('rules that cannot be meant are told by their place', () => {
  const round: SlotRules = {
    reservations: [
      { label: 'CPTS', for: 'members', release: { hoursBefore: 48, to: 'PRO' } },
      { label: 'PRO', for: 'members', release: { hoursBefore: 24, to: 'CPTS' } },
      { label: 'PRO', for: 'cell' },
    ],
    quotas: [
      { name: 'a', label: 'CPTS', per: 'practice', period: 'day', most: 1 },
      { name: 'a', label: 'PRO', per: 'practice', period: 'day', most: 1 },
    ],
  }
  expect(faultsIn(round).map((text) => text.split(':')[0])).toEqual([
    'reservations.2',
    'reservations.0.release.to',
    'reservations.1.release.to',
    'quotas.1.name',
  ])
  expect(faultsIn(rules)).toEqual([])
})
