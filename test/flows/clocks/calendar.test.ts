import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { atWallTime, isOpenOn, openOn, wallTimeAt } from '../../../src/flows/clocks/calendar.ts'
import { calendar } from './support.ts'

const zones = fc.constantFrom(
  'Europe/Paris',
  'Indian/Reunion',
  'America/Miquelon',
  'Pacific/Marquesas',
  'Australia/Lord_Howe',
  'UTC',
)
const days = fc.integer({ min: 10_000, max: 25_000 })
const times = fc.integer({ min: 0, max: 86_399_999 })
const runs = { numRuns: 500 }

const dateOf = (day: number) => Temporal.PlainDate.from('1970-01-01').add({ days: day })

describe('a day and a time of it', () => {
  test('are those that Temporal finds at an instant', () => {
    fc.assert(
      fc.property(zones, fc.integer({ min: 10_000 * 864e5, max: 25_000 * 864e5 }), (zone, instant) => {
        const { day, time } = wallTimeAt(instant, zone)
        const wall = Temporal.Instant.fromEpochMilliseconds(instant)
          .toZonedDateTimeISO(zone)
          .toPlainDateTime()
        expect(dateOf(day).toString()).toBe(wall.toPlainDate().toString())
        expect(Temporal.PlainTime.from('00:00').add({ milliseconds: time }).toString()).toBe(
          wall.toPlainTime().toString(),
        )
      }),
      runs,
    )
  })

  test('are at the instant that Temporal gives them: the first of two, the end of a gap', () => {
    fc.assert(
      fc.property(zones, days, times, (zone, day, time) => {
        const wall = dateOf(day).toPlainDateTime(Temporal.PlainTime.from('00:00').add({ milliseconds: time }))
        const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
        const isThere = earlier.toPlainDateTime().equals(wall)
        const expected = isThere ? earlier : earlier.getTimeZoneTransition('next')
        expect(atWallTime(day, time, zone)).toBe(expected?.epochMilliseconds)
      }),
      runs,
    )
  })

  test.each([
    ['skipped', '2026-03-29', 2.5, '2026-03-29T01:00:00.000Z'],
    ['twice', '2026-10-25', 2.5, '2026-10-25T00:30:00.000Z'],
    ['just after the gap', '2026-03-29', 3, '2026-03-29T01:00:00.000Z'],
    ['the end of the day of 25 hours', '2026-10-25', 24, '2026-10-25T23:00:00.000Z'],
  ])('that is %s', (_, date, hours, instant) => {
    const day = Date.parse(date) / 864e5
    expect(new Date(atWallTime(day, hours * 36e5, 'Europe/Paris')).toISOString()).toBe(instant)
  })
})

test('a day is open by its day of the week and its date, before 1970 too', () => {
  const saturdays = [calendar('national', true)]
  const day = (date: string) => Date.parse(date) / 864e5
  // Saturday, Sunday, a holiday on a Wednesday; Monday and Sunday of 1969.
  const dates = ['2026-11-21', '2026-11-22', '2026-11-11', '1969-12-29', '1969-12-28']
  expect(dates.map((date) => isOpenOn(day(date), saturdays))).toEqual([true, false, false, true, false])
  expect(openOn(day('2026-11-22'), saturdays)).toEqual([])
})
