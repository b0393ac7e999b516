import type { ServiceRequest } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDate } from '../../../../src/fhir/dates.ts'
import { spansOf, windowOf } from '../../../../src/flows/booking/finding/spans.ts'
import type { Wish } from '../../../../src/flows/booking/finding/wish.ts'

const zone = 'Europe/Paris'
const hour = 3_600_000
const begin = Date.parse('2026-03-20T00:00:00Z')

/** Hours from the beginning, across the change to summer time on 2026-03-29. */
const hours = fc.integer({ min: 0, max: 24 * 30 })
const days = fc.integer({ min: 0, max: 29 })
const dayAt = (n: number) => new Date(begin + n * 24 * hour).toISOString().slice(0, 10)

const wishes = fc.record({
  from: hours,
  to: hours,
  now: hours,
  clinical: fc.option(fc.record({ first: days, last: days }), { nil: undefined }),
})

const instant = (n: number) => new Date(begin + n * hour).toISOString()

function wishOf({
  from,
  to,
  clinical,
}: {
  from: number
  to: number
  clinical: { first: number; last: number } | undefined
}): Wish {
  const period = clinical && {
    start: dayAt(clinical.first),
    end: dayAt(Math.max(clinical.first, clinical.last)),
  }
  const request = {
    resourceType: 'ServiceRequest',
    id: 'r',
    meta: { versionId: '1', lastUpdated: instant(0) },
    status: 'active',
    intent: 'order',
    subject: {},
    ...(period && { occurrencePeriod: period }),
  } satisfies ServiceRequest & object
  return {
    start: instant(Math.min(from, to)),
    end: instant(Math.max(from, to)),
    exams: [],
    organizations: [],
    locations: [],
    count: 1,
    ...(clinical && { request }),
  }
}

describe('the window that is asked for', () => {
  const long = new Date('2020-01-01T00:00:00Z')
  const asked = (start: string, end: string, at = zone) => windowOf({ start, end }, long, at)

  test('has its days whole, by the clock of the territory', () => {
    expect(asked('2026-11-24', '2026-11-24')).toEqual({
      from: '2026-11-23T23:00:00.000Z',
      to: '2026-11-24T23:00:00.000Z',
    })
    expect(asked('2026-11-24', '2026-11-25', 'Pacific/Noumea')).toEqual({
      from: '2026-11-23T13:00:00.000Z',
      to: '2026-11-25T13:00:00.000Z',
    })
  })

  test('ends at a time of day that is said', () => {
    expect(asked('2026-11-24T08:00:00+01:00', '2026-11-24T10:00:00+01:00').to).toBe(
      '2026-11-24T09:00:00.000Z',
    )
  })

  test('is none when a day is not in the calendar', () => {
    expect(() => asked('2026-02-30', '2026-03-02')).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ case: 'value' })] }),
    )
  })
})

describe('the window that is asked for, divided by the clinical one', () => {
  test('is covered once by its parts, in whatever way the two lie, and nothing before now', () => {
    fc.assert(
      fc.property(wishes, (one) => {
        const [wish, now] = [wishOf(one), new Date(instant(one.now))]
        const asked = windowOf(wish, now, zone)
        const parts = spansOf(wish, now, zone).flatMap(({ spans, inWindow }) =>
          spans.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to), inWindow })),
        )
        const inOrder = parts.toSorted((a, b) => a.from - b.from)
        const [first, last] = [inOrder[0], inOrder.at(-1)]
        const [from, to] = [Date.parse(asked.from), Date.parse(asked.to)]
        if (from >= to) {
          expect(parts).toEqual([])
          return
        }
        expect([first?.from, last?.to]).toEqual([from, to])
        for (const [n, part] of inOrder.entries()) {
          expect(part.from).toBeLessThan(part.to)
          const next = inOrder[n + 1]
          if (next) expect(next.from).toBe(part.to)
        }
      }),
    )
  })

  test('has within it the days of the clinical window, midnight to midnight of the place', () => {
    fc.assert(
      fc.property(wishes, (one) => {
        const [wish, now] = [wishOf(one), new Date(instant(one.now))]
        const { start, end } = wish.request?.occurrencePeriod ?? {}
        if (start === undefined || end === undefined) return
        const [low, high] = [parseDate(start, zone)?.low ?? 0, parseDate(end, zone)?.high ?? 0]
        for (const { inWindow, spans } of spansOf(wish, now, zone)) {
          for (const { from, to } of spans) {
            const isWithin = Date.parse(from) >= low && Date.parse(to) <= high + 1
            const isOutside = Date.parse(to) <= low || Date.parse(from) > high
            expect(inWindow ? isWithin : isOutside).toBe(true)
          }
        }
      }),
    )
  })
})
