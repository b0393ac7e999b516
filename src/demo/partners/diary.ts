import { randomUUID } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import { dayIn, instantIn } from '../../fhir/zone.ts'
import { isHoliday } from '../../flows/slots/holidays.ts'
import type { DemoDiary } from '../centres.ts'

/** A place in a pretend system's own diary. */
export interface Place {
  id: string
  diary: DemoDiary
  /** Instants. */
  start: string
  end: string
  status: 'free' | 'busy'
  updatedAt: string
}

/** A booking in it, under its own number and the number of whoever asked. */
export interface Booking {
  number: string
  placer: string
  place: Place
  status: 'booked' | 'cancelled'
  /** What the pretend desk knows of the exam. */
  order?: string
  updatedAt: string
}

const zone = 'Europe/Paris'
/** Morning and afternoon, local time. */
const hours = [
  [8, 12],
  [14, 18],
] as const

/** What a pretend radiology system knows: its diaries for some days ahead, and who has booked. */
export class Diary {
  readonly places: Place[]
  readonly bookings = new Map<string, Booking>()
  readonly #clock: () => Date

  constructor(diaries: readonly DemoDiary[], clock: () => Date, days = 14) {
    this.#clock = clock
    const at = clock().toISOString()
    this.places = diaries.flatMap((diary) => placesOf(diary, clock(), days, at))
  }

  at(): string {
    return this.#clock().toISOString()
  }

  place(id: string): Place | undefined {
    return this.places.find((place) => place.id === id)
  }

  /** Books a place: the booking there is already for this number, a new one, or undefined when it is taken. */
  book(place: Place, placer: string, order?: string): Booking | undefined {
    const before = [...this.bookings.values()].find((one) => one.placer === placer && one.status === 'booked')
    if (before) return before
    if (place.status !== 'free') return undefined
    const booking: Booking = {
      number: `R${randomUUID().slice(0, 8).toUpperCase()}`,
      placer,
      place,
      status: 'booked',
      updatedAt: this.at(),
      ...(order && { order }),
    }
    this.bookings.set(booking.number, booking)
    this.#set(place, 'busy')
    return booking
  }

  cancel(booking: Booking): void {
    booking.status = 'cancelled'
    booking.updatedAt = this.at()
    this.#set(booking.place, 'free')
  }

  /** The desk gives a place to somebody of its own, or takes it back. */
  desk(place: Place, status: Place['status']): void {
    this.#set(place, status)
  }

  #set(place: Place, status: Place['status']): void {
    place.status = status
    place.updatedAt = this.at()
  }
}

function placesOf(diary: DemoDiary, now: Date, days: number, updatedAt: string): Place[] {
  const first = Temporal.PlainDate.from(dayIn(zone, now.getTime()))
  const open = Array.from({ length: days }, (_, n) => first.add({ days: n })).filter(isOpen)
  return open.flatMap((day) => startsOn(day, diary.minutes).map((start) => placeAt(diary, start, updatedAt)))
}

const isOpen = (day: Temporal.PlainDate) => day.dayOfWeek <= 5 && !isHoliday(day.toString(), 'national')

function startsOn(day: Temporal.PlainDate, minutes: number): number[] {
  return hours.flatMap(([from, to]) => {
    const first = day.toZonedDateTime({ timeZone: zone, plainTime: { hour: from } }).epochMilliseconds
    const parts = Math.floor(((to - from) * 60) / minutes)
    return Array.from({ length: parts }, (_, n) => first + n * minutes * 60_000)
  })
}

function placeAt(diary: DemoDiary, start: number, updatedAt: string): Place {
  const id = `${diary.id}-${new Date(start)
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 12)}`
  return {
    id,
    diary,
    start: instantIn(zone, start),
    end: instantIn(zone, start + diary.minutes * 60_000),
    status: 'free',
    updatedAt,
  }
}
