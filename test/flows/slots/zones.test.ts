import type { Slot } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asKept } from '../../../src/flows/slots/published.ts'
import type { Moment } from '../../../src/flows/step.ts'
import { territory } from '../desk.ts'
import { slot } from '../messages.ts'

const at = (zone: string): Moment => ({
  now: '2026-01-01T00:00:00.000Z',
  territory: { ...territory, peers: territory.peers.map((peer) => ({ ...peer, zone })) },
  newId: () => 'new',
})
const kept = (zone: string, start: string, end: string) =>
  asKept(slot('one', start, end), at(zone), 'ris') as Slot // a slot stays one

describe('a slot is kept in the time of its place, with milliseconds', () => {
  test.each([
    ['Europe/Paris', 'before the clocks go forward', '2026-03-29T00:50:00Z', '2026-03-29T01:50:00.000+01:00'],
    ['Europe/Paris', 'after it', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00.000+02:00'],
    [
      'Europe/Paris',
      'in the hour that comes twice, first',
      '2026-10-25T00:30:00Z',
      '2026-10-25T02:30:00.000+02:00',
    ],
    ['Europe/Paris', 'in it, then', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00.000+01:00'],
    ['Indian/Reunion', 'on such a day', '2026-03-29T01:00:00Z', '2026-03-29T05:00:00.000+04:00'],
    ['Indian/Mayotte', 'on such a day', '2026-10-25T01:00:00Z', '2026-10-25T04:00:00.000+03:00'],
    ['America/Guadeloupe', 'the day before', '2026-03-29T01:00:00Z', '2026-03-28T21:00:00.000-04:00'],
    ['America/Martinique', 'the day before', '2026-10-25T01:00:00Z', '2026-10-24T21:00:00.000-04:00'],
    ['America/Cayenne', 'on any day', '2026-07-01T12:00:00Z', '2026-07-01T09:00:00.000-03:00'],
    ['America/Miquelon', 'in its own summer', '2026-07-01T12:00:00Z', '2026-07-01T10:00:00.000-02:00'],
    ['Pacific/Noumea', 'the day after', '2026-07-01T14:00:00Z', '2026-07-02T01:00:00.000+11:00'],
    ['Pacific/Marquesas', 'by half an hour', '2026-07-01T12:00:00Z', '2026-07-01T02:30:00.000-09:30'],
  ])('%s, %s', (zone, _, start, text) => {
    const end = new Date(Date.parse(start) + 1_200_000).toISOString()
    expect(kept(zone, start, end).start).toBe(text)
  })

  test('and is the same time, and as long, as it was said, whatever zone it was said in', () => {
    const zones = [
      'Europe/Paris',
      'Indian/Reunion',
      'America/Guadeloupe',
      'America/Miquelon',
      'Pacific/Marquesas',
    ]
    const instants = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2035-01-01') })
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        instants,
        fc.integer({ min: 1, max: 480 }),
        (zone, from, minutes) => {
          const [start, end] = [from, from + minutes * 60_000].map((ms) => new Date(ms).toISOString())
          const { start: begins, end: ends } = kept(zone, start ?? '', end ?? '')
          expect([Date.parse(begins), Date.parse(ends)]).toEqual([from, from + minutes * 60_000])
          expect(begins).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/)
        },
      ),
      { numRuns: 300 },
    )
  })
})
