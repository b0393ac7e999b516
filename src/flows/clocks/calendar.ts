import { earliest, zoneOffsetMs } from '../../fhir/dates.ts'
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

/** A day of the calendar: how many there are between 1970-01-01 and it. Days are counted, not made: clocks look at many. */
export type Day = number

const dayMs = 86_400_000

/** What clocks in a zone show at an instant: the day, and ms since its midnight. */
export function wallTimeAt(instant: number, zone: string): { day: Day; time: number } {
  const local = instant + zoneOffsetMs(instant, zone)
  const day = Math.floor(local / dayMs)
  return { day, time: local - day * dayMs }
}

/** Whether any of the calendars is open on a day. */
export const isOpenOn = (day: Day, calendars: readonly Calendar[]): boolean =>
  calendars.some((calendar) => hoursOn(day, calendar).length > 0)

/** Hours of the days that were looked at: requests of one week ask for the same few. */
const known = new WeakMap<Calendar, Map<Day, readonly Hours[]>>()
const mostDays = 4_000

function hoursOn(day: Day, calendar: Calendar): readonly Hours[] {
  const days = known.get(calendar) ?? new Map<Day, readonly Hours[]>()
  const before = days.get(day)
  if (before) return before
  const hours = hoursReckoned(day, calendar)
  if (days.size >= mostDays) days.clear()
  known.set(calendar, days.set(day, hours))
  return hours
}

function hoursReckoned(day: Day, { week, holidays, closed }: Calendar): readonly Hours[] {
  const hours = week.get(dayOfWeek(day)) ?? []
  if (hours.length === 0) return hours
  const text = new Date(day * dayMs).toISOString().slice(0, 10)
  const isClosed = closed.some(({ from, to }) => from <= text && text <= to)
  return isClosed || isHoliday(text, holidays) ? [] : hours
}

/** 1 Monday to 7 Sunday; 1970 began on a Thursday. */
const dayOfWeek = (day: Day) => ((((day + 3) % 7) + 7) % 7) + 1

/** When any of the calendars is open on a day, in order, none touching another. */
export function openOn(day: Day, calendars: readonly Calendar[]): Span[] {
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

function spanOf(day: Day, { from, to }: Hours, zone: string): Span {
  return { start: atWallTime(day, msOf(from), zone), end: atWallTime(day, msOf(to), zone) }
}

/** `08:30` or `08:30:00` as ms since midnight; `24:00` is the midnight that ends the day. */
function msOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000
}

/**
 * The instant at which clocks in the zone show this time of a day, ms since 1970.
 *
 * Of a time that comes twice the first; for one that is skipped, the first moment after the gap.
 */
export const atWallTime = (day: Day, time: number, zone: string): number => earliest(day * dayMs + time, zone)
