import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { zoneOffsetMs } from '../../../src/fhir/dates.ts'
import { type Calendar, wholeDays, workingDays } from '../../../src/flows/clocks/calendar.ts'
import { dueAt, type Mode, modes, openMsBetween } from '../../../src/flows/clocks/due.ts'
import { calendar } from './support.ts'

const hour = 3_600_000
const ms = (instant: string) => Date.parse(instant)
const calendars = {
  NS: [calendar('national', true)],
  AS: [calendar('alsace-moselle', true)],
  NX: [calendar('national', false)],
  AX: [calendar('alsace-moselle', false)],
}

type Vector = readonly [start: string, hours: number, ns: string, as: string, nx: string, ax: string]

const same = (start: string, hours: number, due: string): Vector => [start, hours, due, due, due, due]

/** Source: the time rules that the cells of Alsace and Caen are read to mean; computed by hand. */
const vectors: Record<string, Vector> = {
  T1: same('2026-11-17T10:00+01:00', 48, '2026-11-19T10:00+01:00'),
  T2: same('2026-11-20T18:00+01:00', 48, '2026-11-23T18:00+01:00'),
  T3: same('2026-03-28T10:00+01:00', 48, '2026-03-30T11:00+02:00'),
  T4: same('2026-10-24T10:00+02:00', 48, '2026-10-26T09:00+01:00'),
  T5: [
    '2026-04-01T09:00+02:00',
    48,
    '2026-04-03T09:00+02:00',
    '2026-04-04T09:00+02:00',
    '2026-04-03T09:00+02:00',
    '2026-04-07T09:00+02:00',
  ],
  T6: [
    '2026-12-23T15:00+01:00',
    48,
    '2026-12-26T15:00+01:00',
    '2026-12-28T15:00+01:00',
    '2026-12-28T15:00+01:00',
    '2026-12-28T15:00+01:00',
  ],
  T7: [
    '2026-11-20T17:00+01:00',
    24,
    '2026-11-21T17:00+01:00',
    '2026-11-21T17:00+01:00',
    '2026-11-23T17:00+01:00',
    '2026-11-23T17:00+01:00',
  ],
  T8: same('2026-11-10T16:00+01:00', 24, '2026-11-12T16:00+01:00'),
  T9: [
    '2023-11-02T08:00+01:00',
    48,
    '2023-11-04T08:00+01:00',
    '2023-11-04T08:00+01:00',
    '2023-11-06T08:00+01:00',
    '2023-11-06T08:00+01:00',
  ],
  T10: same('2026-05-12T11:00+02:00', 48, '2026-05-15T11:00+02:00'),
  T11: same('2026-11-21T09:00+01:00', 24, '2026-11-23T09:00+01:00'),
  T12: same('2026-03-28T02:30+01:00', 24, '2026-03-30T03:30+02:00'),
}

describe('hours that roll to the next open day end as reckoned by hand', () => {
  const cases = Object.entries(vectors).flatMap(([name, [start, hours, ...dues]]) =>
    Object.entries(calendars).map(
      ([code, calendar], n) => [`${name} ${code}`, start, hours, calendar, dues[n] ?? ''] as const,
    ),
  )
  test.each(cases)('%s', (_, start, hours, calendar, due) => {
    const found = dueAt(ms(start), { hours, mode: 'next-open-day' }, calendar)
    expect(new Date(found).toISOString()).toBe(new Date(due).toISOString())
  })
})

describe('hours that roll', () => {
  test('to a time that is skipped end at the first moment after the gap', () => {
    // Saturday is closed, Sunday 29 March has no 02:30.
    const sundays: Calendar = { ...calendar('none', false), week: wholeDays(1, 2, 3, 4, 5, 7) }
    const found = dueAt(ms('2026-03-27T02:30+01:00'), { hours: 24, mode: 'next-open-day' }, [sundays])
    expect(new Date(found).toISOString()).toBe('2026-03-29T01:00:00.000Z')
  })

  test('keep the wall-clock time of an overseas zone', () => {
    const reunion: Calendar = { ...workingDays('Indian/Reunion'), holidays: 'reunion' }
    const found = dueAt(ms('2025-12-18T10:00+04:00'), { hours: 48, mode: 'next-open-day' }, [reunion])
    // 20 December is a Saturday and a holiday there, the 21st a Sunday.
    expect(new Date(found).toISOString()).toBe(new Date('2025-12-22T10:00+04:00').toISOString())
  })

  test('stay where one of several centres is open', () => {
    const both = [calendar('alsace-moselle', false), calendar('national', true)]
    const found = dueAt(ms('2026-04-02T09:00+02:00'), { hours: 24, mode: 'next-open-day' }, both)
    expect(new Date(found).toISOString()).toBe(new Date('2026-04-03T09:00+02:00').toISOString())
  })

  test('pass over days on which the cell says it is closed', () => {
    const closed = [{ ...calendar('national', true), closed: [{ from: '2026-08-03', to: '2026-08-05' }] }]
    const found = dueAt(ms('2026-08-01T09:00+02:00'), { hours: 48, mode: 'next-open-day' }, closed)
    expect(new Date(found).toISOString()).toBe(new Date('2026-08-06T09:00+02:00').toISOString())
  })
})

/** Monday to Friday, 8 to 12 and 14 to 18. */
const office: Calendar = {
  ...calendar('national', false),
  week: new Map([1, 2, 3, 4, 5].map((day) => [day, hours(['08:00', '12:00'], ['14:00', '18:00'])])),
}

function hours(...spans: readonly [from: string, to: string][]) {
  return spans.map(([from, to]) => ({ from, to }))
}

describe('hours that count only when open', () => {
  test.each([
    ['within a morning', '2026-11-17T09:00+01:00', 2, '2026-11-17T11:00+01:00'],
    ['over lunch', '2026-11-17T11:00+01:00', 2, '2026-11-17T15:00+01:00'],
    ['over a night', '2026-11-17T17:00+01:00', 2, '2026-11-18T09:00+01:00'],
    ['over a weekend', '2026-11-20T17:00+01:00', 9, '2026-11-23T18:00+01:00'],
    ['over a holiday', '2026-11-10T16:00+01:00', 3, '2026-11-12T09:00+01:00'],
    ['from a closed day', '2026-11-22T16:00+01:00', 4, '2026-11-23T12:00+01:00'],
  ])('%s', (_, start, count, due) => {
    const found = dueAt(ms(start), { hours: count, mode: 'opening-hours' }, [office])
    expect(new Date(found).toISOString()).toBe(new Date(due).toISOString())
  })

  test('of an always closed calendar never end: that is told', () => {
    const never = [{ ...office, week: new Map() }]
    expect(() => dueAt(0, { hours: 1, mode: 'opening-hours' }, never)).toThrow('never open')
  })
})

describe('the end of working days', () => {
  test.each([
    ['one day', '2026-11-17T09:00+01:00', 24, '2026-11-18T18:00+01:00'],
    ['two days over a weekend', '2026-11-20T09:00+01:00', 48, '2026-11-24T18:00+01:00'],
    ['one day over a holiday', '2026-11-10T09:00+01:00', 24, '2026-11-12T18:00+01:00'],
  ])('%s', (_, start, count, due) => {
    const found = dueAt(ms(start), { hours: count, mode: 'working-day-end' }, [office])
    expect(new Date(found).toISOString()).toBe(new Date(due).toISOString())
  })
})

const instants = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2030-12-31T00:00:00Z'),
  noInvalidDate: true,
})
const anyCalendar = fc.constantFrom(...Object.values(calendars), [office], [office, calendar('none', true)])
const counts = fc.integer({ min: 1, max: 96 })
const runs = { numRuns: 200 }

/** Whether the clocks of Paris show the same time a day later. */
const isPlainDay = (at: number) =>
  zoneOffsetMs(at, 'Europe/Paris') === zoneOffsetMs(at + 24 * hour, 'Europe/Paris')

describe('for any time and calendar', () => {
  test('strict hours are as long on days when the clocks change', () => {
    fc.assert(
      fc.property(instants, counts, anyCalendar, (start, hours, calendar) => {
        expect(dueAt(start.getTime(), { hours, mode: 'strict' }, calendar) - start.getTime()).toBe(
          hours * hour,
        )
      }),
      runs,
    )
  })

  test('no mode is over before it began, nor a rolled one before its hours', () => {
    fc.assert(
      fc.property(
        instants,
        counts,
        anyCalendar,
        fc.constantFrom(...modes),
        (start, hours, calendar, mode) => {
          const due = dueAt(start.getTime(), { hours, mode }, calendar)
          const least: Record<Mode, number> = {
            strict: hours * hour,
            'next-open-day': hours * hour,
            'opening-hours': hours * hour,
            'working-day-end': 1,
          }
          expect(due - start.getTime()).toBeGreaterThanOrEqual(least[mode])
        },
      ),
      runs,
    )
  })

  test('who comes later is not due earlier, but where rolling keeps the time of day', () => {
    const monotonic = fc.constantFrom<Mode>('strict', 'opening-hours', 'working-day-end')
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 0, max: 500 * hour }),
        counts,
        anyCalendar,
        monotonic,
        (start, later, hours, calendar, mode) => {
          const due = (at: number) => dueAt(at, { hours, mode }, calendar)
          expect(due(start.getTime() + later)).toBeGreaterThanOrEqual(due(start.getTime()))
        },
      ),
      runs,
    )
  })

  test('more hours are not over earlier, unless the clocks are changed in a rolled day', () => {
    fc.assert(
      fc.property(
        instants,
        counts,
        anyCalendar,
        fc.constantFrom(...modes),
        (start, hours, calendar, mode) => {
          const end = start.getTime() + hours * hour
          fc.pre(mode !== 'next-open-day' || isPlainDay(end))
          const due = (count: number) => dueAt(start.getTime(), { hours: count, mode }, calendar)
          // By a whole day: a rolled time keeps its time of day.
          expect(due(hours + 24)).toBeGreaterThanOrEqual(due(hours))
        },
      ),
      { ...runs, examples: [[new Date('2025-10-24T10:00Z'), 24, [office], 'working-day-end']] },
    )
  })

  /** Hours pass first, then the time of day is kept: a day of 25 hours ends them an hour earlier by the clock. */
  test('of hours that roll to one open day, more may be over an hour earlier when the clocks are set back', () => {
    const due = (hours: number) =>
      new Date(dueAt(ms('2025-10-24T10:00+02:00'), { hours, mode: 'next-open-day' }, [office])).toISOString()
    expect([due(24), due(48)]).toEqual(['2025-10-27T09:00:00.000Z', '2025-10-27T08:00:00.000Z'])
  })

  test('open time adds up: from a to c is from a to b and from b to c', () => {
    const gaps = fc.integer({ min: 0, max: 400 * hour })
    fc.assert(
      fc.property(instants, gaps, gaps, anyCalendar, (start, first, second, calendar) => {
        const a = start.getTime()
        const [b, c] = [a + first, a + first + second]
        expect(openMsBetween(a, b, calendar) + openMsBetween(b, c, calendar)).toBe(
          openMsBetween(a, c, calendar),
        )
      }),
      runs,
    )
  })

  test('after the hours allowed just that much time was open', () => {
    fc.assert(
      fc.property(instants, counts, anyCalendar, (start, hours, calendar) => {
        const due = dueAt(start.getTime(), { hours, mode: 'opening-hours' }, calendar)
        expect(openMsBetween(start.getTime(), due, calendar)).toBe(hours * hour)
      }),
      runs,
    )
  })

  test('open time is never more than the time that passes', () => {
    const gaps = fc.integer({ min: 0, max: 400 * hour })
    fc.assert(
      fc.property(instants, gaps, anyCalendar, (start, gap, calendar) => {
        const open = openMsBetween(start.getTime(), start.getTime() + gap, calendar)
        expect(open).toBeGreaterThanOrEqual(0)
        expect(open).toBeLessThanOrEqual(gap)
      }),
      runs,
    )
  })
})
