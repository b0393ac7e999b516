import type { Extension, Schedule } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { extensions, frCore } from '../../../src/fhir/canonical.ts'
import { type HolidayProfile, isHoliday } from '../../../src/flows/slots/holidays.ts'
import { slotsOf } from '../../../src/flows/slots/planned.ts'
import type { Moment } from '../../../src/flows/step.ts'
import type { Kept } from '../../../src/store/index.ts'

/** What holds of the slots that any range is cut into, on any day, in any French zone. */

const zones = [
  'Europe/Paris',
  'America/Martinique',
  'America/Cayenne',
  'America/Miquelon',
  'Indian/Reunion',
  'Indian/Mayotte',
  'Pacific/Noumea',
  'Pacific/Tahiti',
]

/** The days on which the clocks of Europe change, or those of Saint-Pierre-et-Miquelon, and the days around. */
const days = fc
  .tuple(
    fc.constantFrom('2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01', '2027-03-28', '2027-10-31'),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([day, n]) => Temporal.PlainDate.from(day).add({ days: n }))

interface Span {
  start: Temporal.ZonedDateTime
  end: Temporal.ZonedDateTime
}

const stamp = (when: Temporal.ZonedDateTime) => when.toString({ timeZoneName: 'never' })

const extensionOf = ({ start, end }: Span, type: string, rrule?: Extension[]): Extension => ({
  url: frCore.availabilityTime,
  extension: [
    { url: 'type', valueCoding: { code: type } },
    { url: 'start', valueDateTime: stamp(start) },
    { url: 'end', valueDateTime: stamp(end) },
    ...(rrule ? [{ url: 'rrule', extension: rrule }] : []),
  ],
})

const diary = (ranges: Extension[], minutes: number, holidays: string): Kept<Schedule> => ({
  resourceType: 'Schedule',
  id: 'diary',
  meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00Z' },
  actor: [{ reference: 'Location/1' }],
  extension: [
    ...ranges,
    {
      url: frCore.serviceTypeDuration,
      extension: [
        { url: 'serviceType', valueCodeableConcept: { text: 'Échographie' } },
        { url: 'duration', valueDuration: { value: minutes, unit: 'min' } },
      ],
    },
    { url: extensions.holidays, valueCode: holidays },
  ],
})

const at = (zone: string): Moment => ({
  now: '2020-01-01T00:00:00Z',
  territory: { community: '', cell: '', zone, peers: [], modalities: new Map() },
  newId: () => 'id',
})

/** A range that recurs daily, from some days before, and an exception somewhere on the day. */
const cases = fc.record({
  zone: fc.constantFrom(...zones),
  day: days,
  fromMinute: fc.integer({ min: 0, max: 23 * 60 }),
  lengthMinutes: fc.integer({ min: 10, max: 8 * 60 }),
  minutes: fc.integer({ min: 5, max: 90 }),
  closedFrom: fc.integer({ min: 0, max: 24 * 60 }),
  closedMinutes: fc.integer({ min: 1, max: 180 }),
})

const minutesOf = (ms: number) => ms / 60_000
const overlaps = (a: readonly [number, number], b: readonly [number, number]) => a[0] < b[1] && b[0] < a[1]

describe('the slots of a range, on the days when clocks change and on others', () => {
  test('have their length, follow one another, and keep out of what is closed', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { zone: timeZone, day, minutes } = one
        const midnight = day.toZonedDateTime({ timeZone })
        const first = day.subtract({ days: 3 }).toZonedDateTime({ timeZone }).add({ minutes: one.fromMinute })
        const open: Span = { start: first, end: first.add({ minutes: one.lengthMinutes }) }
        const closedStart = midnight.add({ minutes: one.closedFrom })
        const closed: Span = { start: closedStart, end: closedStart.add({ minutes: one.closedMinutes }) }
        const daily = [{ url: 'freq', valueCoding: { code: 'daily' } }]
        const schedule = diary(
          [extensionOf(open, 'free', daily), extensionOf(closed, 'busy-unavailable')],
          minutes,
          'none',
        )
        const [from, to] = [midnight.subtract({ days: 1 }), midnight.add({ days: 2 })]
        const slots = slotsOf(schedule, from.epochMilliseconds, to.epochMilliseconds, at(timeZone))

        const spans = slots
          .map(({ start, end }): [number, number] => [Date.parse(start), Date.parse(end)])
          .sort((a, b) => a[0] - b[0])
        for (const [start, end] of spans) expect(minutesOf(end - start)).toBe(minutes)
        for (const [n, span] of spans.entries()) {
          const next = spans[n + 1]
          if (next) expect(span[1]).toBeLessThanOrEqual(next[0])
        }
        const shut = [closed.start.epochMilliseconds, closed.end.epochMilliseconds] as const
        expect(spans.filter((span) => overlaps(span, shut))).toEqual([])
        for (const { start } of slots) {
          const wall = Temporal.Instant.from(start).toZonedDateTimeISO(timeZone)
          expect(start.slice(-6)).toBe(wall.offset)
        }
      }),
      { numRuns: 300 },
    )
  })
})

const profiles: readonly HolidayProfile[] = [
  'national',
  'alsace-moselle',
  'alsace-moselle-without-good-friday',
  'mayotte',
  'martinique',
  'guadeloupe',
  'guyane',
  'reunion',
  'none',
]

describe('the public holidays that a centre keeps', () => {
  test('are the days without a slot of a daily range, and there are no others', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...profiles),
        fc.constantFrom(...zones),
        fc.integer({ min: 2024, max: 2032 }),
        (profile, timeZone, year) => {
          const first = Temporal.ZonedDateTime.from({ timeZone, year, month: 1, day: 1, hour: 9 })
          const open: Span = { start: first, end: first.add({ minutes: 30 }) }
          const daily = [{ url: 'freq', valueCoding: { code: 'daily' } }]
          const schedule = diary([extensionOf(open, 'free', daily)], 30, profile)
          const [from, to] = [first.startOfDay(), first.add({ years: 1 }).startOfDay()]
          const slots = slotsOf(schedule, from.epochMilliseconds, to.epochMilliseconds, at(timeZone))

          const count = first.daysInYear
          const all = Array.from({ length: count }, (_, n) => first.toPlainDate().add({ days: n }).toString())
          expect(slots.map(({ start }) => start.slice(0, 10))).toEqual(
            all.filter((day) => !isHoliday(day, profile)),
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  test.each([
    ['mayotte', '2026-04-27'],
    ['martinique', '2026-05-22'],
    ['guadeloupe', '2026-05-27'],
    ['guyane', '2026-06-10'],
    ['reunion', '2026-12-20'],
    ['alsace-moselle', '2026-04-03'],
    ['alsace-moselle', '2026-12-26'],
    ['alsace-moselle-without-good-friday', '2026-12-26'],
  ] as const)('are more in %s: %s', (profile, day) => {
    expect(isHoliday(day, profile)).toBe(true)
    expect(isHoliday(day, 'national')).toBe(false)
  })

  test('do not have Good Friday where there is no Protestant or mixed church', () => {
    expect(isHoliday('2026-04-03', 'alsace-moselle-without-good-friday')).toBe(false)
  })
})
