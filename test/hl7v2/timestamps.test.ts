import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toDate, toDateTime, toHl7, toInstant } from '../../src/hl7v2/timestamps.ts'

describe('a timestamp becomes', () => {
  test.each([
    ['2026', '2026', '2026'],
    ['202603', '2026-03', '2026-03'],
    ['20260301', '2026-03-01', '2026-03-01'],
    ['20260301+0100', '2026-03-01', '2026-03-01'],
    ['2026030109', '2026-03-01', '2026-03-01T09:00:00+01:00'],
    ['202603010930', '2026-03-01', '2026-03-01T09:30:00+01:00'],
    ['20260301093015', '2026-03-01', '2026-03-01T09:30:15+01:00'],
    ['20260301093015.2', '2026-03-01', '2026-03-01T09:30:15.200+01:00'],
    ['20260301093015.1234-0330', '2026-03-01', '2026-03-01T09:30:15.123-03:30'],
    ['20260701093015', '2026-07-01', '2026-07-01T09:30:15+02:00'],
    ['20260701093015+0000', '2026-07-01', '2026-07-01T09:30:15+00:00'],
    ['19280229', '1928-02-29', '1928-02-29'],
  ])('%s the date %s and the dateTime %s', (text, date, dateTime) => {
    expect([toDate(text), toDateTime(text)]).toEqual([date, dateTime])
  })

  test.each([
    ['the hour that the clocks skip', '20260329023000', '2026-03-29T03:30:00+02:00'],
    ['just before it', '20260329015959', '2026-03-29T01:59:59+01:00'],
    ['just after it', '20260329030000', '2026-03-29T03:00:00+02:00'],
    ['the hour that comes twice', '20261025023000', '2026-10-25T02:30:00+02:00'],
    ['just before it', '20261025015959', '2026-10-25T01:59:59+02:00'],
    ['just after it', '20261025030000', '2026-10-25T03:00:00+01:00'],
  ])('in %s: %s is %s', (_, text, dateTime) => {
    expect(toDateTime(text)).toBe(dateTime)
  })

  test('in the zone of the peer, where it is another', () => {
    expect(toDateTime('202603011200', { zone: 'America/Martinique' })).toBe('2026-03-01T12:00:00-04:00')
    expect(toDateTime('202603011200', { zone: 'Indian/Reunion' })).toBe('2026-03-01T12:00:00+04:00')
  })

  test('an instant only with a time of day', () => {
    expect(toInstant('202603011200')).toBe('2026-03-01T12:00:00+01:00')
    expect(() => toInstant('20260301')).toThrow(expect.objectContaining({ case: 'value' }))
  })
})

test.each([
  '',
  '""',
  'garbage',
  '04/24/2007',
  '2026-03-01',
  '20261301',
  '20260230',
  '20250229',
  '00000000',
  '2026030124',
  '202603010960',
  '20260301093060',
  '20260301093015+1500',
  '20260301093015+0160',
  '2026030',
])('%j is no time, and the place is told', (text) => {
  const wrong = () => toDateTime(text, { place: 'ORC-9' })
  expect(wrong).toThrow(
    expect.objectContaining({ case: 'value', issues: [expect.objectContaining({ expression: 'ORC-9' })] }),
  )
})

describe('a FHIR time becomes', () => {
  test.each([
    ['2026', '2026'],
    ['2026-03', '202603'],
    ['2026-03-01', '20260301'],
    ['2026-03-01T09:30:00+01:00', '20260301093000+0100'],
    ['2026-03-01T09:30:00.008Z', '20260301093000.008+0000'],
    ['2026-03-01T09:30:00.5-03:30', '20260301093000.500-0330'],
  ])('%s the timestamp %s', (text, expected) => {
    expect(toHl7(text)).toBe(expected)
  })

  test('local time of a zone when asked', () => {
    expect(toHl7('2026-07-01T10:00:00Z', { zone: 'Europe/Paris' })).toBe('20260701120000+0200')
  })

  test('nothing when it is none', () => {
    expect(() => toHl7('yesterday')).toThrow(expect.objectContaining({ case: 'value' }))
  })
})

test('there and back is the same instant, whatever the zone', () => {
  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/Cayenne',
    'Pacific/Noumea',
    'America/Miquelon',
    'UTC',
  )
  const instants = fc.date({ min: new Date('1950-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(instants, zones, (instant, zone) => {
      const told = toHl7(instant.toISOString(), { zone })
      expect(Date.parse(toInstant(told))).toBe(instant.getTime())
    }),
  )
})
