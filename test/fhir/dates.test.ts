import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantMs, instantText, parseDate, zoneOffsetMs } from '../../src/fhir/dates.ts'

const hour = 3_600_000
const day = 24 * hour

const span = (text: string, zone?: string) => {
  const date = parseDate(text, zone)
  return date && [instantText(date.low), instantText(date.high)]
}

test.each([
  ['2026', '2025-12-31T23:00:00.000Z', '2026-12-31T22:59:59.999Z', 'year'],
  ['2024-02', '2024-01-31T23:00:00.000Z', '2024-02-29T22:59:59.999Z', 'month'],
  ['2026-07-14', '2026-07-13T22:00:00.000Z', '2026-07-14T21:59:59.999Z', 'day'],
  ['2026-07-14T08:30', '2026-07-14T06:30:00.000Z', '2026-07-14T06:30:59.999Z', 'minute'],
  ['2026-07-14T08:30:05Z', '2026-07-14T08:30:05.000Z', '2026-07-14T08:30:05.999Z', 'second'],
  ['2026-07-14T08:30:05.12+02:00', '2026-07-14T06:30:05.120Z', '2026-07-14T06:30:05.120Z', 'millisecond'],
  ['2026-07-14T08:30:05.123999-11:30', '2026-07-14T20:00:05.123Z', '2026-07-14T20:00:05.123Z', 'millisecond'],
])('%s is from %s to %s', (text, low, high, precision) => {
  expect(span(text)).toEqual([low, high])
  expect(parseDate(text)?.precision).toBe(precision)
})

test.each([
  '',
  '26',
  '2026-13',
  '2026-02-30',
  '2025-02-29',
  '2026-01-01T',
  '2026-01-01T25:00',
  '2026-01-01T10:60',
  '2026-01-01T10:00:61Z',
  '2026-01-01 10:00',
  '0000',
  '2026-1-1',
  'now',
  '2026-01-01T10:00:00+2',
  '2026-01-01T10:00:00+14:01',
  '2026-01-01T10:00:00-05:60',
])('«%s» is no date', (text) => {
  expect(parseDate(text)).toBeUndefined()
})

test('a leap second is the second before it', () => {
  expect(span('2016-12-31T23:59:60Z')).toEqual(span('2016-12-31T23:59:59Z'))
})

test('the day on which summer time begins has 23 hours, the one on which it ends 25', () => {
  const length = (text: string) => {
    const { low = 0, high = 0 } = parseDate(text) ?? {}
    return high + 1 - low
  }
  expect([length('2026-03-29'), length('2026-03-30'), length('2026-10-25')]).toEqual([
    23 * hour,
    day,
    25 * hour,
  ])
})

test('a local time that the clocks skip is the moment of the change', () => {
  expect(span('2026-03-29T02:30')).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-29T01:00:00.000Z'])
})

test('a local time that comes twice is from the first to the second', () => {
  expect(span('2026-10-25T02:30')).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:59.999Z'])
})

test('another territory has other days', () => {
  expect(span('2026-07-14', 'Indian/Reunion')).toEqual([
    '2026-07-13T20:00:00.000Z',
    '2026-07-14T19:59:59.999Z',
  ])
  expect(span('2026-07-14', 'America/Cayenne')?.[0]).toBe('2026-07-14T03:00:00.000Z')
  expect(span('2026-07-14', 'UTC')?.[0]).toBe('2026-07-14T00:00:00.000Z')
})

test('days follow one another without a gap, in any zone', () => {
  const zones = ['Europe/Paris', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe', 'Asia/Gaza']
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 40_000 }), (zone, number) => {
      const text = (offset: number) => new Date((number + offset) * day).toISOString().slice(0, 10)
      const [today, tomorrow] = [parseDate(text(0), zone), parseDate(text(1), zone)]
      expect(today && today.high + 1).toBe(tomorrow?.low)
    }),
    { numRuns: 500 },
  )
})

test('an instant is within the day, month and year of its own clock', () => {
  const range = {
    min: new Date('1900-01-01T00:00:00Z'),
    max: new Date('2100-01-01T00:00:00Z'),
    noInvalidDate: true,
  }
  fc.assert(
    fc.property(fc.date(range), (date) => {
      const local = new Date(date.getTime() + zoneOffsetMs(date.getTime(), 'Europe/Paris')).toISOString()
      for (const length of [4, 7, 10]) {
        const { low = Number.NaN, high = Number.NaN } = parseDate(local.slice(0, length)) ?? {}
        expect(low <= date.getTime() && date.getTime() <= high).toBe(true)
      }
    }),
  )
})

test('open ends come back from their texts', () => {
  for (const ms of [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 1_767_225_600_123]) {
    expect(instantMs(instantText(ms))).toBe(ms)
  }
})

test('the first and the last day that a year of four digits has stay within such years', () => {
  expect(span('0001-01-01')?.[0]).toBe('0001-01-01T00:00:00.000Z')
  expect(span('9999-12-31', 'America/Cayenne')?.[1]).toBe('9999-12-31T23:59:59.999Z')
})

/** As the platform names the zone at that instant: `GMT+01:00`, in the past also with seconds. */
function namedOffsetMs(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes, seconds = '0'] = /^GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(name) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}

test('the offset of a zone is that of the instant, however many instants were asked for before', () => {
  const zones = [
    'Europe/Paris',
    'America/Cayenne',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Kathmandu',
  ]
  const change = Date.parse('2026-03-29T01:00:00Z')
  const instant = fc.oneof(
    fc.integer({ min: Date.parse('1850-01-01'), max: Date.parse('2037-01-01') }),
    fc.integer({ min: change - 2 * day, max: change + 2 * day }),
    fc.constantFrom(change - 1, change, Date.parse('1911-03-11T00:00:00Z'), 8.6e15, -8.6e15),
  )
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
      const said = { zone, at, offset: zoneOffsetMs(at, zone) }
      expect(said).toEqual({ zone, at, offset: namedOffsetMs(at, zone) })
    }),
    { numRuns: 2000 },
  )
})

test('the hours about each change of the clocks have their own offsets', () => {
  for (let year = 1970; year < 2037; year++) {
    for (const month of [2, 3, 8, 9]) {
      for (let at = Date.UTC(year, month, 22); at < Date.UTC(year, month + 1, 3); at += 6 * hour) {
        expect([at, zoneOffsetMs(at, 'Europe/Paris')]).toEqual([at, namedParis(at)])
      }
    }
  }
})

const paris = new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Paris', timeZoneName: 'longOffset' })
const namedParis = (at: number) =>
  (paris.format(at).includes('+02') ? 2 : paris.format(at).includes('+01') ? 1 : 0) * hour

test('more days than are remembered are told all the same', () => {
  const from = Date.parse('2020-01-01T12:00:00Z')
  const asked = Array.from({ length: 9000 }, (_, index) => from + index * day)
  for (const at of asked) zoneOffsetMs(at, 'America/Martinique')
  expect(new Set(asked.map((at) => zoneOffsetMs(at, 'America/Martinique')))).toEqual(new Set([-4 * hour]))
})
