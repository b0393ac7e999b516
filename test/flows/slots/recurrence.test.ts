import type { Extension, Schedule } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { extensions, frCore } from '../../../src/fhir/canonical.ts'
import { slotsOf } from '../../../src/flows/slots/planned.ts'
import type { Moment } from '../../../src/flows/step.ts'
import type { Kept } from '../../../src/store/index.ts'

/** Weekly ranges and the clock: what is on the wall stays on the wall. */

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const

interface Range {
  start: string
  end: string
  days?: readonly string[]
  freq?: string
  type?: string
  more?: Extension[]
}

const range = ({ start, end, days = [], freq = 'weekly', type = 'free', more = [] }: Range): Extension => ({
  url: frCore.availabilityTime,
  extension: [
    { url: 'type', valueCoding: { code: type } },
    { url: 'start', valueDateTime: start },
    { url: 'end', valueDateTime: end },
    {
      url: 'rrule',
      extension: [
        { url: 'freq', valueCoding: { code: freq } },
        ...days.map((valueString) => ({ url: 'byDay', valueString })),
        ...more,
      ],
    },
  ],
})

const diary = (
  ranges: Extension[],
  minutes = 30,
  valueDuration: Extension['valueDuration'] = { value: minutes, unit: 'min' },
): Kept<Schedule> => ({
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
        { url: 'duration', valueDuration },
      ],
    },
    { url: extensions.holidays, valueCode: 'none' },
  ],
})

const at = (zone: string, now = '2020-01-01T00:00:00Z'): Moment => ({
  now,
  territory: { community: '', cell: '', zone, peers: [], modalities: new Map() },
  newId: () => 'id',
})

const starts = (schedule: Kept<Schedule>, from: string, to: string, zone = 'Europe/Paris') =>
  slotsOf(schedule, Date.parse(from), Date.parse(to), at(zone)).map(({ start }) => start)

describe('a weekly range', () => {
  const mondays = diary([
    range({ start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T09:00:00+01:00', days: ['MO'] }),
  ])

  test('keeps its time of day when summer time begins', () => {
    expect(starts(mondays, '2026-03-23T00:00:00Z', '2026-04-01T00:00:00Z')).toEqual([
      '2026-03-23T08:00:00.000+01:00',
      '2026-03-23T08:30:00.000+01:00',
      '2026-03-30T08:00:00.000+02:00',
      '2026-03-30T08:30:00.000+02:00',
    ])
  })

  test('keeps its time of day when summer time ends', () => {
    expect(starts(mondays, '2026-10-19T00:00:00Z', '2026-10-28T00:00:00Z')).toEqual([
      '2026-10-19T08:00:00.000+02:00',
      '2026-10-19T08:30:00.000+02:00',
      '2026-10-26T08:00:00.000+01:00',
      '2026-10-26T08:30:00.000+01:00',
    ])
  })

  test('in a zone without summer time never moves', () => {
    const reunion = diary([
      range({ start: '2026-01-05T08:00:00+04:00', end: '2026-01-05T09:00:00+04:00', days: ['MO'] }),
    ])
    const all = starts(reunion, '2026-03-23T00:00:00Z', '2026-04-01T00:00:00Z', 'Indian/Reunion')
    expect(all).toEqual([
      '2026-03-23T08:00:00.000+04:00',
      '2026-03-23T08:30:00.000+04:00',
      '2026-03-30T08:00:00.000+04:00',
      '2026-03-30T08:30:00.000+04:00',
    ])
  })

  test('is the same days as the calendar has, whatever the weekdays, the hour and the zone', () => {
    const zone = fc.constantFrom('Europe/Paris', 'Indian/Reunion', 'America/Martinique', 'Pacific/Noumea')
    const days = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 })
    fc.assert(
      fc.property(zone, days, fc.integer({ min: 5, max: 20 }), (timeZone, byDay, hour) => {
        const first = Temporal.ZonedDateTime.from({ timeZone, year: 2026, month: 1, day: 5, hour })
        const stamp = (when: Temporal.ZonedDateTime) => when.toString({ timeZoneName: 'never' })
        const schedule = diary([
          range({ start: stamp(first), end: stamp(first.add({ hours: 1 })), days: byDay }),
        ])
        const found = starts(schedule, '2026-03-01T00:00:00Z', '2026-11-30T00:00:00Z', timeZone)
        const wanted = Array.from({ length: 400 }, (_, n) => first.add({ days: n }))
          .filter((when) => byDay.includes(weekdays[when.dayOfWeek - 1] ?? 'MO'))
          .flatMap((when) => [when, when.add({ minutes: 30 })])
          .filter(
            ({ epochMilliseconds }) =>
              epochMilliseconds >= Date.parse('2026-03-01T00:00:00Z') &&
              epochMilliseconds < Date.parse('2026-11-30T00:00:00Z'),
          )
          .map(({ epochMilliseconds }) => epochMilliseconds)
        expect(found.map((start) => Date.parse(start))).toEqual(wanted)
        expect(
          found.every((start) => [`T${pad(hour)}:00`, `T${pad(hour)}:30`].includes(start.slice(10, 16))),
        ).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})

const pad = (hour: number) => String(hour).padStart(2, '0')

describe('a range', () => {
  test('is cut into equal parts; what is left over at its end is nobody’s', () => {
    const schedule = diary(
      [range({ start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T08:50:00+01:00', days: ['MO'] })],
      20,
    )
    expect(
      starts(schedule, '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z').map((one) => one.slice(11, 16)),
    ).toEqual(['08:00', '08:20'])
  })

  test('with an exception is closed then, and only then', () => {
    const closed: Extension = {
      url: frCore.availabilityTime,
      extension: [
        { url: 'type', valueCoding: { code: 'busy-unavailable' } },
        { url: 'start', valueDateTime: '2026-01-12T08:15:00+01:00' },
        { url: 'end', valueDateTime: '2026-01-12T08:45:00+01:00' },
      ],
    }
    const schedule = diary([
      range({ start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T09:30:00+01:00', days: ['MO'] }),
      closed,
    ])
    expect(
      starts(schedule, '2026-01-12T00:00:00Z', '2026-01-13T00:00:00Z').map((one) => one.slice(11, 16)),
    ).toEqual(['09:00'])
    expect(starts(schedule, '2026-01-19T00:00:00Z', '2026-01-20T00:00:00Z')).toHaveLength(3)
  })

  test('until a day, or so many times, or every other week, ends and recurs as it says', () => {
    const monday = { start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T08:30:00+01:00', days: ['MO'] }
    const on = (more: Extension[]) =>
      starts(diary([range({ ...monday, more })]), '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z').map((one) =>
        one.slice(5, 10),
      )
    expect(on([{ url: 'until', valueDateTime: '2026-01-19T23:59:59+01:00' }])).toEqual([
      '01-05',
      '01-12',
      '01-19',
    ])
    expect(on([{ url: 'count', valueInteger: 2 }])).toEqual(['01-05', '01-12'])
    expect(on([{ url: 'interval', valueInteger: 2 }])).toEqual(['01-05', '01-19', '02-02', '02-16'])
  })

  test('until a day goes on to the end of it', () => {
    const monday = { start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T08:30:00+01:00', days: ['MO'] }
    const until = [{ url: 'until', valueDateTime: '2026-01-12' }]
    const schedule = diary([range({ ...monday, more: until })])
    expect(starts(schedule, '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z')).toHaveLength(2)
  })

  test.each([
    [{ value: 1, unit: 'Stunde', code: 'h' }, ['08:00', '09:00']],
    [{ value: 3600, unit: 's' }, ['08:00', '09:00']],
    [{ value: 60 }, ['08:00', '09:00']],
  ])('has places as long as its exam takes, in the unit that is said: %o', (duration, times) => {
    const morning = { start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T10:00:00+01:00', days: ['MO'] }
    const all = starts(diary([range(morning)], 0, duration), '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')
    expect(all.map((one) => one.slice(11, 16))).toEqual(times)
  })

  const eight = { start: '2026-01-05T08:00:00+01:00', end: '2026-01-05T09:00:00+01:00' }
  const inRange = 'Schedule.extension[0]'
  test.each<[string, Kept<Schedule>, string]>([
    ['a weekday in words', diary([range({ ...eight, days: ['Lundi'] })]), inRange],
    ['no frequency', diary([range({ ...eight, freq: '' })]), inRange],
    ['a frequency of a minute', diary([range({ ...eight, freq: 'minutely' })]), inRange],
    ['a count of none', diary([range({ ...eight, more: [{ url: 'count', valueInteger: 0 }] })]), inRange],
    ['an end before its start', diary([range({ start: eight.end, end: eight.start })]), inRange],
    ['places of no length', diary([range(eight)], 0), 'Schedule.extension[1].extension[1].value'],
    [
      'places in an unknown unit',
      diary([range(eight)], 0, { value: 1, unit: 'fois' }),
      'Schedule.extension[1].extension[1].value',
    ],
  ])('with %s is refused, and where that is', (_, schedule, expression) => {
    expect(() => starts(schedule, '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ case: 'business-rule', expression })] }),
    )
  })

  test('that spans the change of the clocks gives no slot twice', () => {
    const nights = diary(
      [range({ start: '2026-01-04T01:00:00+01:00', end: '2026-01-04T04:00:00+01:00', days: ['SU'] })],
      60,
    )
    const all = starts(nights, '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z')
    const ends = new Set(all)
    expect(ends.size).toBe(all.length)
    expect(all[0]).toBe('2026-03-29T01:00:00.000+01:00')
  })
})
