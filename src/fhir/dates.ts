/** A stretch of time, in milliseconds since 1970 UTC; both ends belong to it. Open ends are infinite. */
export interface Interval {
  low: number
  high: number
}

export type Precision = 'year' | 'month' | 'day' | 'minute' | 'second' | 'millisecond'

/** A FHIR date, dateTime or instant as the stretch of time that it names: `2024-03` is the whole month. */
export interface FhirDate extends Interval {
  precision: Precision
  /** As written: `Z` or `+02:00`; absent when the text has none. */
  offset?: string
}

/** Where a date without an offset is taken to be. */
export const defaultZone = 'Europe/Paris'

const pattern =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?)?)?)?$/

/**
 * Reads a FHIR date, dateTime or instant; undefined when it is none.
 *
 * What has no offset is local time in `zone`. A day on which the clocks change has 23 or 25 hours; a local time
 * that comes twice means both, one that is skipped means the moment of the change.
 *
 * Source: FHIR R4, datatypes `date`, `dateTime`, `instant`; search, 3.1.1.4.9.
 */
export function parseDate(text: string, zone: string = defaultZone): FhirDate | undefined {
  const parts = pattern.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = parts
  const wall = wallTime(year, month, day, hour, minute, second, fraction)
  if (wall === undefined) return undefined
  const precision = precisionOf(month, day, hour, second, fraction)
  const next = following(wall, precision)
  const [low, high] = offset
    ? [wall - offsetMs(offset), next - offsetMs(offset)]
    : [earliest(wall, zone), hour === undefined ? earliest(next, zone) : latest(next, zone)]
  return { low, high: Math.max(low, high - 1), precision, ...(offset !== undefined && { offset }) }
}

/** The instant at which what goes on until a date is over: a day or longer belongs to it, a time of day ends it. */
export const untilOf = ({ precision, low, high }: FhirDate): number =>
  precision === 'day' || precision === 'month' || precision === 'year' ? high + 1 : low

/** As FHIR instant in UTC, `-infinity` or `infinity` for an open end. What has no year of four digits is the nearest. */
export function instantText(ms: number): string {
  if (ms === Number.NEGATIVE_INFINITY) return '-infinity'
  if (ms === Number.POSITIVE_INFINITY) return 'infinity'
  return new Date(Math.min(latestMs, Math.max(earliestMs, ms))).toISOString()
}

const earliestMs = Date.parse('0001-01-01T00:00:00.000Z')
const latestMs = Date.parse('9999-12-31T23:59:59.999Z')

/** The reverse of `instantText`. */
export function instantMs(text: string): number {
  if (text === '-infinity') return Number.NEGATIVE_INFINITY
  return text === 'infinity' ? Number.POSITIVE_INFINITY : Date.parse(text)
}

/** The clock on the wall as if it were UTC; undefined for the 30th of February. A leap second is the one before it. */
function wallTime(...[year, month, day, hour, minute, second, fraction]: (string | undefined)[]) {
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const [m, d, h] = [Number(month ?? 1), Number(day ?? 1), Number(hour ?? 0)]
  const date = new Date(0)
  date.setUTCFullYear(Number(year), m - 1, d)
  if (Number(year) < 1 || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return undefined
  if (h > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) return undefined
  return date.setUTCHours(h, Number(minute ?? 0), Math.min(59, Number(second ?? 0)), ms)
}

function precisionOf(...[month, day, hour, second, fraction]: (string | undefined)[]): Precision {
  if (fraction !== undefined) return 'millisecond'
  if (second !== undefined) return 'second'
  if (hour !== undefined) return 'minute'
  if (day !== undefined) return 'day'
  return month === undefined ? 'year' : 'month'
}

const day = 86_400_000

const lengthMs = { day, minute: 60_000, second: 1_000, millisecond: 1 }

function following(wall: number, precision: Precision): number {
  if (precision !== 'year' && precision !== 'month') return wall + lengthMs[precision]
  const date = new Date(wall)
  if (precision === 'year') return date.setUTCFullYear(date.getUTCFullYear() + 1)
  return date.setUTCMonth(date.getUTCMonth() + 1)
}

/** How many days a month has, counted from 1; none, when there is no such month. */
export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  if (month < 1 || month > 12) return 0
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0
  const [hours, minutes] = offset.slice(1).split(':').map(Number)
  return (offset.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
}

/** The instant at which clocks in the zone show this: of two the first, for what is skipped the moment of the change. */
export const earliest = (wall: number, zone: string): number => settled(wall, zone, Math.min)
const latest = (wall: number, zone: string) => settled(wall, zone, Math.max)

/** The instant at which clocks in the zone show this; of two the one that is picked. */
function settled(wall: number, zone: string, pick: (...instants: number[]) => number): number {
  // A day either way is enough to see the offset before and after a change; mostly there is none.
  const before = wall - zoneOffsetMs(wall - day, zone)
  const after = wall - zoneOffsetMs(wall + day, zone)
  if (before === after) return before
  const shown = [before, after].filter((instant) => instant + zoneOffsetMs(instant, zone) === wall)
  if (shown.length > 0) return pick(...shown)
  return changeBetween(Math.min(before, after), Math.max(before, after), zone)
}

/** The moment at which the zone's offset changes, by halving. */
function changeBetween(low: number, high: number, zone: string): number {
  const offset = zoneOffsetMs(low, zone)
  let [from, to] = [low, high]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (zoneOffsetMs(middle, zone) === offset) from = middle
    else to = middle
  }
  return to
}

const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * How far clocks in the zone are ahead of UTC at an instant.
 *
 * Days on which it stays the same are remembered: those whose first and last moment have one offset, for no zone
 * changes twice within 95 hours (tz database 2025, 1850 to 2037).
 */
export function zoneOffsetMs(instant: number, zone: string): number {
  if (zone === 'UTC') return 0
  const days = daysOf(zone)
  const number = Math.floor(instant / day)
  const known = days.get(number) ?? remembered(days, number, zone)
  return Number.isNaN(known) ? shownOffsetMs(instant, zone) : known
}

/** The offset of each day, by its number since 1970; NaN when it changes in it. */
const offsets = new Map<string, Map<number, number>>()
const mostDays = 4_000

function daysOf(zone: string): Map<number, number> {
  let days = offsets.get(zone)
  if (!days) {
    days = new Map()
    offsets.set(zone, days)
  }
  return days
}

function remembered(days: Map<number, number>, number: number, zone: string): number {
  const first = shownOffsetMs(number * day, zone)
  const last = shownOffsetMs(Math.min(number * day + day - 1, lastMs), zone)
  const offset = first === last ? first : Number.NaN
  if (days.size >= mostDays) days.clear()
  days.set(number, offset)
  return offset
}

/** The last instant that a Date can hold. */
const lastMs = 8.64e15

/** The same, as a clock in the zone shows it. */
function shownOffsetMs(instant: number, zone: string): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(zone).formatToParts(instant)) shown[type] = value
  const { year, month, day, hour, minute, second } = shown
  const date = new Date(0)
  const signedYear = shown.era === 'BC' ? 1 - Number(year) : Number(year)
  date.setUTCFullYear(signedYear, Number(month) - 1, Number(day))
  const wall = date.setUTCHours(Number(hour), Number(minute), Number(second), 0)
  return wall - Math.floor(instant / 1000) * 1000
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}

/** Whether a period covers a day (`2026-01-31`); a bound that is only a month or a year covers all of it. */
export function coversDay({ start, end }: { start?: string; end?: string }, day: string): boolean {
  return (
    (!start || start.slice(0, 10) <= day) &&
    (!end || day.slice(0, Math.min(end.length, 10)) <= end.slice(0, 10))
  )
}

/** Full years from a date, which may be a year or a month only, to a day. ISO dates. */
export function yearsBetween(date: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(date.slice(0, 4))
  return day.slice(5, 10) < date.slice(5, 10) ? years - 1 : years
}
