import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { easter, isHoliday } from '../../../src/flows/slots/holidays.ts'

describe('Easter', () => {
  test.each([
    '1818-03-22',
    '1943-04-25',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2028-04-16',
    '2029-04-01',
    '2030-04-21',
    '2038-04-25',
    '2285-03-22',
  ])('of its year is %s', (day) => {
    expect(easter(Number(day.slice(0, 4))).toString()).toBe(day)
  })

  test('is the Sunday after the first full moon of spring, of the calendar of the church', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1583, max: 4099 }), (year) => {
        const day = easter(year)
        expect(day.dayOfWeek).toBe(7)
        const moon = paschalMoon(year)
        const after = moon.until(day, { largestUnit: 'day' }).days
        expect(after).toBeGreaterThanOrEqual(1)
        expect(after).toBeLessThanOrEqual(7)
      }),
    )
  })
})

/** The fourteenth day of the paschal moon, by golden number and epact: another way than the one under test. Source: Clavius. */
function paschalMoon(year: number): Temporal.PlainDate {
  const golden = (year % 19) + 1
  const century = Math.floor(year / 100) + 1
  const leaps = Math.floor((3 * century) / 4) - 12
  const moon = Math.floor((8 * century + 5) / 25) - 5
  const raw = (11 * golden + 20 + moon - leaps) % 30
  const epact = raw < 0 ? raw + 30 : raw
  const corrected = (epact === 25 && golden > 11) || epact === 24 ? epact + 1 : epact
  const march = 44 - corrected
  return Temporal.PlainDate.from({ year, month: 3, day: 1 }).add({
    days: (march < 21 ? march + 30 : march) - 1,
  })
}

const daysOf = (year: number) =>
  Array.from({ length: 366 }, (_, n) => Temporal.PlainDate.from({ year, month: 1, day: 1 }).add({ days: n }))
    .filter((day) => day.year === year)
    .map(String)

describe('public holidays', () => {
  test('of 2026 are the eleven of the labour code', () => {
    expect(daysOf(2026).filter((day) => isHoliday(day, 'national'))).toEqual([
      '2026-01-01',
      '2026-04-06',
      '2026-05-01',
      '2026-05-08',
      '2026-05-14',
      '2026-05-25',
      '2026-07-14',
      '2026-08-15',
      '2026-11-01',
      '2026-11-11',
      '2026-12-25',
    ])
  })

  test('of Alsace-Moselle are those, Good Friday and Saint Stephen', () => {
    const more = daysOf(2026).filter((day) => isHoliday(day, 'alsace-moselle') && !isHoliday(day, 'national'))
    expect(more).toEqual(['2026-04-03', '2026-12-26'])
    expect(
      daysOf(2026).filter((day) => isHoliday(day, 'national') && !isHoliday(day, 'alsace-moselle')),
    ).toEqual([])
  })

  test('that a centre does not keep are none', () => {
    expect(daysOf(2026).filter((day) => isHoliday(day, 'none'))).toEqual([])
  })

  test('are eleven in every year, or ten when two fall on one day', () => {
    for (let year = 1990; year <= 2100; year++) {
      const count = daysOf(year).filter((day) => isHoliday(day, 'national')).length
      // Ascension meets the first or the eighth of May.
      const ascension = easter(year).add({ days: 39 }).toString().slice(5)
      expect([year, count]).toEqual([year, ascension === '05-01' || ascension === '05-08' ? 10 : 11])
    }
  })
})
