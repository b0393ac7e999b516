import type { Period, Timing } from '@medplum/fhirtypes'
import { parseDate, untilOf } from '../../../fhir/dates.ts'
import { instantIn } from '../../../fhir/zone.ts'
import { weekdayOf } from '../../slots/conventions.ts'

/** The hour of the day for which an event of the day stands, from and to. Source: FHIR R4, event-timing. */
const parts: Readonly<Record<string, readonly [number, number]>> = {
  MORN: [6, 12],
  'MORN.early': [6, 9],
  'MORN.late': [9, 12],
  NOON: [11, 14],
  AFT: [12, 18],
  'AFT.early': [12, 15],
  'AFT.late': [15, 18],
  EVE: [18, 24],
  'EVE.early': [18, 21],
  'EVE.late': [21, 24],
  NIGHT: [21, 30],
}

/** How long after a wished time of day a place may begin. */
const graceMs = 3_600_000

/** Whether a place is at one of the wished days and hours, by the clock of the place. */
export function isTimely(start: string, { event = [], repeat = {} }: Timing, zone: string): boolean {
  const local = instantIn(zone, start)
  const { dayOfWeek = [], timeOfDay = [], when = [], boundsPeriod } = repeat
  return (
    (event.length === 0 || event.some((one) => isAtEvent(local, one))) &&
    (dayOfWeek.length === 0 || dayOfWeek.some((day) => day === weekdayOf(local))) &&
    (timeOfDay.length === 0 || timeOfDay.some((time) => isSoonAfter(local, time))) &&
    (when.length === 0 || when.some((part) => isIn(local, part))) &&
    (!boundsPeriod || isWithin(Date.parse(start), boundsPeriod, zone))
  )
}

/** Whether an instant is within a period, whose last day belongs to it; a bound that is no date is none. */
function isWithin(at: number, { start = '', end = '' }: Period, zone: string): boolean {
  const [first, last] = [parseDate(start, zone), parseDate(end, zone)]
  return (!first || first.low <= at) && (!last || at < untilOf(last))
}

/** What of a timing a single place cannot honour: how often, how long it goes on. */
export function unmetIn({ repeat = {}, code }: Timing): string[] {
  const known = ['dayOfWeek', 'timeOfDay', 'when', 'boundsPeriod']
  return [
    ...Object.keys(repeat).filter((name) => !known.includes(name)),
    ...(repeat.when ?? []).filter((part) => !parts[part]).map((part) => `when ${part}`),
    ...(code ? ['code'] : []),
  ]
}

/** A day means all of it, a time the hour that it begins. */
function isAtEvent(local: string, event: string): boolean {
  if (!event.includes('T')) return local.startsWith(event)
  const late = Date.parse(local) - Date.parse(event)
  return late >= 0 && late < graceMs
}

const dayMs = (time: string) => Date.parse(`1970-01-01T${time}Z`)

function isSoonAfter(local: string, time: string): boolean {
  const late = dayMs(local.slice(11, 23)) - dayMs(time)
  return late >= 0 && late < graceMs
}

function isIn(local: string, part: string): boolean {
  const hours = parts[part]
  if (!hours) return true
  const hour = Number(local.slice(11, 13))
  return (hour >= hours[0] && hour < hours[1]) || hour + 24 < hours[1]
}
