import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byRank, distanceKm, type Rank } from '../../../../src/flows/booking/finding/rank.ts'

const rank = (more: Partial<Rank> = {}): Rank => ({
  inWindow: true,
  reserved: false,
  start: 0,
  preference: 0,
  distanceKm: Number.POSITIVE_INFINITY,
  id: 'm',
  ...more,
})

const ranks = fc.record({
  inWindow: fc.boolean(),
  reserved: fc.boolean(),
  start: fc.integer({ min: 0, max: 3 }),
  preference: fc.integer({ min: 0, max: 1 }),
  distanceKm: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 2 })),
  id: fc.string({ minLength: 1, maxLength: 2 }),
})

test('first what meets the clinical window, then what is reserved, then the earliest, then the nearest', () => {
  const ordered = [
    rank({ reserved: true, start: 9 }),
    rank({ start: 1, distanceKm: 2, id: 'z' }),
    rank({ start: 1, distanceKm: 5, id: 'a' }),
    rank({ start: 1, id: 'a' }),
    rank({ start: 1, id: 'b' }),
    rank({ start: 2, distanceKm: 0 }),
    rank({ inWindow: false, reserved: true, start: 0 }),
  ]
  expect([...ordered].reverse().sort(byRank)).toEqual(ordered)
})

test('the order is the same whatever order places are found in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(ranks, { selector: ({ id }) => id }),
      fc.infiniteStream(fc.nat()),
      (all, noise) => {
        const shuffled = all
          .map((one) => [one, noise.next().value] as const)
          .sort(([, a], [, b]) => a - b)
          .map(([one]) => one)
        expect(shuffled.sort(byRank)).toEqual([...all].sort(byRank))
      },
    ),
    { numRuns: 300 },
  )
})

test('of two places, one is before the other and the other after the one', () => {
  fc.assert(
    fc.property(ranks, ranks, (a, b) => {
      expect(Math.sign(byRank(a, b)) + Math.sign(byRank(b, a))).toBe(0)
    }),
  )
})

test('communes are as far apart as they are on the map, whichever is asked from', () => {
  const communes = new Map([
    ['14118', { lat: 49.1829, lon: -0.3707 }],
    ['50129', { lat: 49.6337, lon: -1.6221 }],
  ])
  expect(distanceKm('14118', '50129', communes)).toBeCloseTo(103.5, 0)
  expect(distanceKm('50129', '14118', communes)).toBe(distanceKm('14118', '50129', communes))
  expect(distanceKm('14118', '14118', communes)).toBe(0)
  expect(distanceKm('14118', '99999', communes)).toBe(Number.POSITIVE_INFINITY)
  expect(distanceKm(undefined, '14118', communes)).toBe(Number.POSITIVE_INFINITY)
})
