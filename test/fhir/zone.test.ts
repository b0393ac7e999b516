import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { dayIn, instantIn } from '../../src/fhir/zone.ts'

/** All zones in which France has a medical practice. */
const zones = [
  'Europe/Paris',
  'America/Martinique',
  'America/Guadeloupe',
  'America/Cayenne',
  'America/Miquelon',
  'Indian/Reunion',
  'Indian/Mayotte',
  'Pacific/Noumea',
  'Pacific/Tahiti',
  'Pacific/Wallis',
]

const instants = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2060-01-01T00:00:00Z'),
  noInvalidDate: true,
})

describe('an instant in a zone', () => {
  test('is the same instant, with milliseconds and the offset that the zone has then', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, at) => {
        const text = instantIn(zone, at.getTime())
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/)
        expect(Date.parse(text)).toBe(at.getTime())
        const wall = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
        expect(text.slice(-6)).toBe(wall.offset)
      }),
    )
  })

  test('is written alike, whatever offset it came with', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...zones), instants, (zone, other, at) => {
        const ms = at.getTime()
        expect(instantIn(zone, instantIn(other, ms))).toBe(instantIn(zone, ms))
      }),
    )
  })

  test('is written as Temporal writes it, in times of local mean time and with clocks of other places too', () => {
    const anywhere = fc.constantFrom(
      'Europe/Paris',
      'Pacific/Marquesas',
      'Australia/Lord_Howe',
      'UTC',
      '+05:30',
    )
    const ever = fc.integer({ min: Date.parse('1900-01-01'), max: Date.parse('2100-01-01') })
    fc.assert(
      fc.property(anywhere, ever, (zone, at) => {
        const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
        expect(instantIn(zone, at)).toBe(wall.toString({ timeZoneName: 'never', fractionalSecondDigits: 3 }))
      }),
      { numRuns: 300 },
    )
  })

  test('has the new offset from the very moment in which the clocks are changed', () => {
    const change = Date.parse('2026-03-29T01:00:00Z')
    expect([change - 1, change].map((at) => instantIn('Europe/Paris', at))).toEqual([
      '2026-03-29T01:59:59.999+01:00',
      '2026-03-29T03:00:00.000+02:00',
    ])
  })

  test('is refused when it is none, or the zone is none', () => {
    expect(() => instantIn('Europe/Paris', 'soon')).toThrow(RangeError)
    expect(() => instantIn('Europe/Nowhere', 0)).toThrow(RangeError)
  })

  test('falls on the day that the calendar on the wall shows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, at) => {
        const wall = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
        expect(dayIn(zone, at.getTime())).toBe(wall.toPlainDate().toString())
      }),
    )
  })
})

describe('in the hour that comes twice', () => {
  test('two instants an hour apart differ by their offset alone', () => {
    expect(instantIn('Europe/Paris', '2026-10-25T00:30:00Z')).toBe('2026-10-25T02:30:00.000+02:00')
    expect(instantIn('Europe/Paris', '2026-10-25T01:30:00Z')).toBe('2026-10-25T02:30:00.000+01:00')
  })
})

describe('around the hour that never comes', () => {
  test('no instant is written in it', () => {
    const from = Date.parse('2026-03-29T00:00:00Z')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * 3_600_000 }), (ms) => {
        expect(instantIn('Europe/Paris', from + ms)).not.toMatch(/^2026-03-29T02:/)
      }),
    )
  })
})
