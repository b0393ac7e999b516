import { daysIn, defaultZone, zoneOffsetMs } from '../fhir/dates.ts'
import { failure } from '../fhir/outcome.ts'

/** Where a time stands that is at fault (`ORC-9`), and the zone of those without an offset (IANA name). */
export interface TimeContext {
  place?: string
  zone?: string
}

/**
 * An HL7 timestamp as FHIR date, as precise as it is; a time is left out. Fails: value when it is none.
 *
 * Source: HL7 v2.8.2 chapter 2A, DTM; FHIR R4 `date`.
 */
export function toDate(text: string, context: TimeContext = {}): string {
  return dateOf(read(text, context))
}

/**
 * An HL7 timestamp as FHIR dateTime, as precise as it is, save that FHIR has no hour without minutes and seconds.
 *
 * Its offset is kept. Without one it is local time: of an hour that comes twice the first is meant, and a time that
 * the clocks skip is moved on by what they skip. Fails: value when it is none.
 *
 * Source: HL7 v2.8.2 chapter 2A, DTM; FHIR R4 `dateTime`.
 */
export function toDateTime(text: string, context: TimeContext = {}): string {
  const parts = read(text, context)
  return parts.hour === undefined ? dateOf(parts) : timeOf(parts, context.zone ?? defaultZone)
}

/** As `toDateTime`, for a FHIR instant. Fails: value when it has no time of day. */
export function toInstant(text: string, context: TimeContext = {}): string {
  const parts = read(text, context)
  if (parts.hour === undefined) throw wrong(context, 'A time of day is needed: YYYYMMDDHHMMSS+ZZZZ.')
  return timeOf(parts, context.zone ?? defaultZone)
}

/**
 * A FHIR date, dateTime or instant as HL7 timestamp, as precise as it is, with its offset and, when it has a
 * fraction, milliseconds. With a zone it is told in the time of that zone. Fails: value when it is none.
 */
export function toHl7(text: string, context: TimeContext = {}): string {
  const found = fhirTime.exec(text)
  if (!found) throw wrong(context, 'This is not a FHIR date, dateTime or instant.')
  const [, date = '', time, fraction, offset = ''] = found
  if (time === undefined) return date.replaceAll('-', '')
  if (context.zone !== undefined) return toHl7(inZone(Date.parse(text), context.zone, fraction !== undefined))
  const milliseconds = fraction === undefined ? '' : `.${fraction.slice(0, 3).padEnd(3, '0')}`
  return `${date}${time}`.replace(/[-:]/g, '') + milliseconds + offset.replace('Z', '+0000').replace(':', '')
}

const fhirTime = /^(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2}))?$/

interface Parts {
  year: string
  month?: string | undefined
  day?: string | undefined
  hour?: string | undefined
  minute: string
  second: string
  /** Digits after the point. */
  fraction?: string | undefined
  /** `+0100`. */
  offset?: string | undefined
}

const timestamp =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,9}))?)?)?)?)?)?([+-]\d{4})?$/

function read(text: string, context: TimeContext): Parts {
  const found = timestamp.exec(text.trim())
  if (!found) throw wrong(context)
  const [, year = '', month, day, hour, minute = '00', second = '00', fraction, offset] = found
  const parts = { year, month, day, hour, minute, second, fraction, offset }
  if (!isOnCalendar(parts) || !isOnClock(parts)) throw wrong(context)
  return parts
}

function wrong(
  { place }: TimeContext,
  text = 'This is not a time: write YYYY[MM[DD[HHMM[SS[.SSS]]]]][+ZZZZ].',
) {
  return failure('value', text, place)
}

function isOnCalendar({ year, month = '01', day = '01' }: Parts): boolean {
  return year !== '0000' && Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month))
}

function isOnClock({ hour = '00', minute, second, offset = '+0000' }: Parts): boolean {
  const isInDay = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  return isInDay && Number(offset.slice(1, 3)) <= 14 && Number(offset.slice(3)) < 60
}

const dateOf = ({ year, month, day }: Parts): string =>
  month === undefined ? year : day === undefined ? `${year}-${month}` : `${year}-${month}-${day}`

function timeOf(parts: Parts, zone: string): string {
  const { hour, minute, second, fraction, offset } = parts
  const clock = `${dateOf(parts)}T${hour}:${minute}:${second}`
  const milliseconds = fraction === undefined ? '' : `.${fraction.slice(0, 3).padEnd(3, '0')}`
  if (offset !== undefined) return `${clock}${milliseconds}${offset.slice(0, 3)}:${offset.slice(3)}`
  const wall = Date.parse(`${clock}${milliseconds}Z`)
  const instant = instantOf(wall, zone)
  const shown = zoneOffsetMs(instant, zone)
  // Mostly the clocks do show it; what they skip is told by what they show then.
  if (instant + shown === wall) return `${clock}${milliseconds}${offsetText(shown)}`
  return inZone(instant, zone, fraction !== undefined)
}

const dayMs = 86_400_000

/** The instant at which clocks of the zone show `wall` (as if it were UTC). */
function instantOf(wall: number, zone: string): number {
  const [before, after] = [zoneOffsetMs(wall - dayMs, zone), zoneOffsetMs(wall + dayMs, zone)]
  const isAfter = before !== after && shows(wall - after, after, zone) && !shows(wall - before, before, zone)
  return wall - (isAfter ? after : before)
}

const shows = (instant: number, offset: number, zone: string): boolean =>
  zoneOffsetMs(instant, zone) === offset

function inZone(instant: number, zone: string, hasFraction: boolean): string {
  const offset = zoneOffsetMs(instant, zone)
  const text = new Date(instant + offset).toISOString().slice(0, hasFraction ? 23 : 19)
  return `${text}${offsetText(offset)}`
}

function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60_000
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const two = (count: number): string => String(Math.floor(count)).padStart(2, '0')
