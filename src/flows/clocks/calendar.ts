import { Temporal } from 'temporal-polyfill'
import { type HolidayProfile, isHoliday } from '../slots/holidays.ts'

/** When somebody is at work. */
export interface Calendar {
  /** IANA zone that its hours are told in. */
  zone: string
  holidays: HolidayProfile
  /** Opening hours of each day of the week, 1 Monday to 7 Sunday; a day that is not there is closed. */
  week: Week
  /** Days on which it is closed beside (`2026-08-03`), both ends included. */
  closed: readonly { from: string; to: string }[]
}

export type Week = ReadonlyMap<number, readonly Hours[]>

/** Local time; `24:00` is the end of the day. */
export interface Hours {
  from: string
  to: string
}

/** Time that is open: ms since 1970, end exclusive. */
export interface Span {
  start: number
  end: number
}

const wholeDay: readonly Hours[] = [{ from: '00:00', to: '24:00' }]

/** A week that is open on some days, all day long. */
export const wholeDays = (...days: readonly number[]): Week => new Map(days.map((day) => [day, wholeDay]))

/** Monday to Saturday, save the national holidays. */
export const workingDays = (zone: string): Calendar => ({
  zone,
  holidays: 'national',
  week: wholeDays(1, 2, 3, 4, 5, 6),
  closed: [],
})

/** Whether any of the calendars is open on a day. */
export const isOpenOn = (day: Temporal.PlainDate, calendars: readonly Calendar[]): boolean =>
  calendars.some((calendar) => hoursOn(day, calendar).length > 0)

function hoursOn(day: Temporal.PlainDate, { week, holidays, closed }: Calendar): readonly Hours[] {
  const hours = week.get(day.dayOfWeek) ?? []
  if (hours.length === 0) return hours
  const text = day.toString()
  const isClosed = closed.some(({ from, to }) => from <= text && text <= to)
  return isClosed || isHoliday(text, holidays) ? [] : hours
}

/** When any of the calendars is open on a day, in order, none touching another. */
export function openOn(day: Temporal.PlainDate, calendars: readonly Calendar[]): Span[] {
  const spans = calendars
    .flatMap((calendar) => hoursOn(day, calendar).map((hours) => spanOf(day, hours, calendar.zone)))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start)
  const merged: Span[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end)
    else merged.push({ ...span })
  }
  return merged
}

function spanOf(day: Temporal.PlainDate, { from, to }: Hours, zone: string): Span {
  return { start: instantAt(day, from, zone), end: instantAt(day, to, zone) }
}

function instantAt(day: Temporal.PlainDate, time: string, zone: string): number {
  if (time === '24:00') return day.add({ days: 1 }).toZonedDateTime({ timeZone: zone }).epochMilliseconds
  return atWallTime(day, Temporal.PlainTime.from(time), zone)
}

/**
 * The instant at which clocks in the zone show this time of a day, ms since 1970.
 *
 * Of a time that comes twice the first; for one that is skipped, the first moment after the gap.
 */
export function atWallTime(day: Temporal.PlainDate, time: Temporal.PlainTime, zone: string): number {
  const wall = day.toPlainDateTime(time)
  const before = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (before.toPlainDateTime().equals(wall)) return before.epochMilliseconds
  return before.getTimeZoneTransition('next')?.epochMilliseconds ?? before.epochMilliseconds
}
