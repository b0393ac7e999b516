import type { Temporal } from 'temporal-polyfill'
import { type Calendar, openOn, wallTimeAt } from '../../../src/flows/clocks/calendar.ts'

/** Things that are to happen, in the order of their times; of the same time, in the order they were planned. */
export class Agenda {
  #planned: { at: number; number: number; happens: () => Promise<void> }[] = []
  #number = 0

  plan(at: number, happens: () => Promise<void>): void {
    const one = { at: Math.round(at), number: this.#number++, happens }
    let place = this.#planned.length
    while (place > 0 && (this.#planned[place - 1]?.at ?? 0) > one.at) place--
    this.#planned.splice(place, 0, one)
  }

  next(): { at: number; happens: () => Promise<void> } | undefined {
    return this.#planned.shift()
  }
}

const zone = 'Europe/Paris'
const day = [{ from: '08:30', to: '18:00' }]

/** When the secretaries of the cell are at work. */
export const atWork: Calendar = {
  zone,
  holidays: 'national',
  week: new Map([...[1, 2, 3, 4, 5].map((n) => [n, day] as const), [6, [{ from: '09:00', to: '12:00' }]]]),
  closed: [],
}

/** The instant, or the next one at which somebody is at work. Ms since 1970. */
export function whenAtWork(instant: number): number {
  const at = Math.round(instant)
  for (let { day } = wallTimeAt(at, zone); ; day++) {
    const span = openOn(day, [atWork]).find(({ end }) => end > at)
    if (span) return Math.max(span.start, at)
  }
}

/** Hours of the cell on a day. */
export const workOn = (date: Temporal.PlainDate) => openOn(Date.parse(date.toString()) / 86_400_000, [atWork])
