import { expect, test } from 'vitest'
import { check } from './check.ts'
import type { Answered, Asked, AtCentre, Event, PlaceAtEnd, Shown, Version } from './history.ts'

let [n, moment] = [0, 0]

/** A version, a moment after the one before. */
function version(id: string, number: number, status: string, more: Partial<Version> = {}): Version {
  const type = status === 'free' || status.startsWith('busy') ? 'Slot' : 'Appointment'
  const updated = `2026-11-23T08:00:00.${String(++moment).padStart(3, '0')}Z`
  const slots = type === 'Slot' ? [] : ['Slot/s']
  return { event: 'version', type, id, version: number, updated, status, slots, ...more }
}

/** A question and its answer, a moment after the ones before. */
function asks(
  operation: Asked['operation'],
  { appointment, ...answer }: Partial<Answered> & { appointment?: string } = {},
): Event[] {
  const at = ++moment
  const about = appointment === undefined ? {} : { appointment }
  return [
    { event: 'asked', n: ++n, at, client: 1, gateway: 0, operation, ...about },
    { event: 'answered', n, at: ++moment, outcome: 'done', status: 200, ...answer },
  ]
}

const shown = (id: string, number: number, status: string): Shown => ({ id, version: number, status })
const place = (own: boolean, ...appointments: string[]): PlaceAtEnd => ({
  event: 'place',
  centre: 'ris',
  slot: 'Slot/s',
  own,
  appointments,
})
const centre = (what: AtCentre['what'], appointment: string): AtCentre => ({
  event: 'centre',
  at: ++moment,
  centre: 'ris',
  what,
  place: 'p',
  appointment,
})
const rulesOf = (...events: (Event | Event[])[]) => [...new Set(check(events.flat()).map(({ rule }) => rule))]

/** A place that was free, asked for, and booked. */
const bookedOnce = (): Event[] => [
  centre('booked', 'a'),
  version('s', 1, 'free'),
  ...together(version('a', 1, 'pending'), version('s', 2, 'busy-tentative')),
  ...together(version('a', 2, 'booked'), version('s', 3, 'busy')),
]

/** Versions that were written by one change. */
function together(first: Version, ...others: Version[]): Version[] {
  return [first, ...others.map((one) => ({ ...one, updated: first.updated }))]
}

test('a booking that both sides know breaks no promise', () => {
  expect(rulesOf(bookedOnce(), asks('book', { shown: shown('a', 2, 'booked') }), place(false, 'a'))).toEqual(
    [],
  )
})

test('a place that is given back may be given to another', () => {
  const events = [
    bookedOnce(),
    asks('cancel', { appointment: 'a' }),
    together(version('a', 3, 'cancelled'), version('s', 4, 'free')),
    together(version('b', 1, 'pending'), version('s', 5, 'busy-tentative')),
    centre('booked', 'b'),
    together(version('b', 2, 'booked'), version('s', 6, 'busy')),
    place(false, 'b'),
  ]
  expect(rulesOf(...events)).toEqual([])
})

test('a place that changes hands within one change was never given twice', () => {
  const events = [
    bookedOnce(),
    together(version('b', 1, 'pending'), version('a', 3, 'cancelled')),
    version('s', 4, 'busy-tentative'),
    place(false),
  ]
  expect(rulesOf(...events)).toEqual([])
})

test('two live bookings of one place are found, though one of them ends later', () => {
  const events = [bookedOnce(), version('b', 1, 'pending'), version('b', 2, 'cancelled'), place(false, 'a')]
  expect(rulesOf(...events)).toEqual(['one-live-booking'])
})

test('two bookings for one request are found', () => {
  const events = [
    centre('booked', 'a'),
    centre('booked', 'b'),
    version('a', 1, 'booked', { slots: [], request: 'r' }),
    version('b', 1, 'booked', { slots: [], request: 'r' }),
  ]
  expect(rulesOf(...events)).toEqual(['one-a-request'])
})

test('an acknowledged booking that is not kept is found', () => {
  expect(rulesOf(asks('book', { shown: shown('lost', 1, 'booked') }))).toEqual(['acknowledged-stays'])
})

test('an acknowledged booking that a later read does not show is found', () => {
  const earlier = asks('read', { appointment: 'a', shown: shown('a', 1, 'pending') })
  const booked = [...bookedOnce(), ...asks('book', { shown: shown('a', 2, 'booked') }), place(false, 'a')]
  const older = asks('read', { appointment: 'a', shown: shown('a', 1, 'pending') })
  expect(rulesOf(booked, older)).toEqual(['acknowledged-stays'])
  expect(rulesOf(booked, asks('read', { appointment: 'a', outcome: 'gone' }))).toEqual(['acknowledged-stays'])
  expect(rulesOf(earlier, booked)).toEqual([])
})

test('a booking that is cancelled at the end, by nobody, is found', () => {
  const events = [
    bookedOnce(),
    asks('book', { shown: shown('a', 2, 'booked') }),
    together(version('a', 3, 'cancelled'), version('s', 4, 'free')),
    place(false),
  ]
  expect(rulesOf(...events)).toEqual(['acknowledged-stays'])
  expect(rulesOf(...events, centre('cancelled by the desk', 'a'))).toEqual([])
})

test('a cancelled booking that comes to life again is found', () => {
  const events = [
    bookedOnce(),
    asks('cancel', { appointment: 'a', shown: shown('a', 3, 'cancelled') }),
    version('a', 3, 'cancelled'),
    version('a', 4, 'booked'),
    place(false, 'a'),
  ]
  expect(rulesOf(...events)).toEqual(['acknowledged-stays'])
})

test('what is called booked without the word of its centre is found', () => {
  const [, ...withoutTheWord] = bookedOnce()
  expect(rulesOf(withoutTheWord, place(false, 'a'))).toEqual(['booked-at-centre'])
})

test('a gap between versions is found', () => {
  expect(rulesOf(version('s', 1, 'free'), version('s', 3, 'free'))).toEqual(['versions-without-gaps'])
  expect(rulesOf(version('s', 2, 'free'))).toEqual(['versions-without-gaps'])
})

test('a slot that is free beside its booking, or busy without one, is found', () => {
  expect(rulesOf(bookedOnce(), version('s', 4, 'free'), place(false, 'a'))).toEqual([
    'slot-as-its-appointment',
  ])
  expect(rulesOf(version('s', 1, 'busy'), place(false))).toEqual(['slot-as-its-appointment'])
  expect(rulesOf(version('s', 1, 'busy'), place(true))).toEqual([])
  expect(rulesOf(version('s', 1, 'busy-tentative'), place(true))).toEqual(['slot-as-its-appointment'])
})

test('a centre that knows of no booking, or of another one, is found', () => {
  expect(rulesOf(bookedOnce(), place(false))).toEqual(['both-agree'])
  expect(rulesOf(bookedOnce(), place(false, 'b'))).toEqual(['both-agree'])
  expect(rulesOf(bookedOnce(), place(false, 'a', 'b'))).toEqual(['both-agree'])
})

test('a slot that is offered though the desk has given it away is found', () => {
  expect(rulesOf(version('s', 1, 'free'), place(true))).toEqual(['slot-as-its-appointment', 'both-agree'])
})

test('a fault of the gateway is found', () => {
  expect(rulesOf(asks('read', { outcome: 'fault', status: 500 }))).toEqual(['no-fault'])
})

test('a desk whose changes are seen late is found, once there are enough of them', () => {
  const changes = (late: number, of: number): Event[] =>
    Array.from({ length: of }, (_, one) => ({
      event: 'seen',
      at: ++moment,
      centre: 'ris',
      way: 'pushed',
      ms: one < late ? 5_001 : 100,
    }))
  expect(rulesOf(changes(1, 20))).toEqual([])
  expect(rulesOf(changes(2, 20))).toEqual(['seen-in-time'])
  expect(rulesOf(changes(19, 19))).toEqual([])
  const waited = changes(20, 20).map((one) => ({ ...one, toldMs: 2_000 }))
  expect(rulesOf(waited)).toEqual([])
})
