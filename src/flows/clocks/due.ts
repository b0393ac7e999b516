import { failure } from '../../fhir/outcome.ts'
import { atWallTime, type Calendar, type Day, isOpenOn, openOn, type Span, wallTimeAt } from './calendar.ts'

/**
 * What so many hours mean:
 *
 * - `strict`: hours as they pass;
 * - `next-open-day`: the same, and when that is a closed day, the same time of the next open one;
 * - `opening-hours`: only hours that are open count;
 * - `working-day-end`: the end of the first, second … open day after the start, one for each 24 hours.
 */
export type Mode = 'strict' | 'next-open-day' | 'opening-hours' | 'working-day-end'

export const modes: readonly Mode[] = ['strict', 'next-open-day', 'opening-hours', 'working-day-end']

/** How long something may take. */
export interface Allowance {
  hours: number
  mode: Mode
}

const hourMs = 3_600_000

/**
 * When time is over that began to run at `start`. All in ms since 1970.
 *
 * The calendars are open when any of them is; wall-clock times are those of the first one's zone.
 * Fails: business-rule when they are not open for two years.
 */
export function dueAt(start: number, { hours, mode }: Allowance, calendars: readonly Calendar[]): number {
  if (mode === 'strict' || calendars.length === 0) return start + hours * hourMs
  if (mode === 'opening-hours') return afterOpenTime(start, hours * hourMs, calendars)
  if (mode === 'working-day-end') return endOfOpenDay(start, Math.max(1, Math.ceil(hours / 24)), calendars)
  return onOpenDay(start + hours * hourMs, calendars)
}

/** The instant, or the same wall-clock time of the next open day. */
function onOpenDay(instant: number, calendars: readonly Calendar[]): number {
  const zone = zoneOf(calendars)
  const nominal = wallTimeAt(instant, zone)
  for (const day of daysFrom(nominal.day)) {
    if (!isOpenOn(day, calendars)) continue
    return day === nominal.day ? instant : atWallTime(day, nominal.time, zone)
  }
  throw neverOpen()
}

function afterOpenTime(start: number, lengthMs: number, calendars: readonly Calendar[]): number {
  let left = lengthMs
  for (const day of daysFrom(dayBefore(start, calendars))) {
    for (const span of openOn(day, calendars)) {
      const from = Math.max(span.start, start)
      if (from >= span.end) continue
      if (left <= span.end - from) return from + left
      left -= span.end - from
    }
  }
  throw neverOpen()
}

function endOfOpenDay(start: number, count: number, calendars: readonly Calendar[]): number {
  let left = count
  for (const day of daysFrom(dayOf(start, calendars) + 1)) {
    const last = openOn(day, calendars).at(-1)
    if (last && --left === 0) return last.end
  }
  throw neverOpen()
}

/** How much of the time between two instants is open, ms; all of it by calendars that there are none of. */
export function openMsBetween(from: number, to: number, calendars: readonly Calendar[]): number {
  if (calendars.length === 0) return Math.max(0, to - from)
  const until = dayOf(to, calendars) + 1
  let sum = 0
  for (const day of daysFrom(dayBefore(from, calendars))) {
    if (day > until) break
    for (const span of openOn(day, calendars)) sum += overlapMs(span, { start: from, end: to })
  }
  return sum
}

/** How long two spans have in common, ms. */
export const overlapMs = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))

const zoneOf = (calendars: readonly Calendar[]) => calendars[0]?.zone ?? 'UTC'

const dayOf = (instant: number, calendars: readonly Calendar[]): Day =>
  wallTimeAt(instant, zoneOf(calendars)).day

/** Calendars of other zones may be a day ahead or behind. */
const dayBefore = (instant: number, calendars: readonly Calendar[]): Day => dayOf(instant, calendars) - 1

/** Longer than any holiday. */
const mostDays = 731

function* daysFrom(first: Day): Generator<Day> {
  for (let n = 0; n < mostDays; n++) yield first + n
}

const neverOpen = () =>
  failure(
    'business-rule',
    'The calendar of this clock is never open. Give its HealthcareService opening hours (availableTime).',
    'HealthcareService.availableTime',
  )
