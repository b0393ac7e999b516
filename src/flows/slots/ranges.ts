import type { Extension, Schedule } from '@medplum/fhirtypes'
import { RRuleTemporal } from 'rrule-temporal'
import { frCore } from '../../fhir/canonical.ts'
import { parseDate, untilOf } from '../../fhir/dates.ts'
import { type Issue, issue } from '../../fhir/outcome.ts'
import { instantIn } from '../../fhir/zone.ts'
import { minutesOf } from './limits.ts'

/** A stretch of time, in milliseconds since 1970; its end is not part of it. */
export interface Span {
  start: number
  end: number
}

/** What a diary declares of itself: when it is open and closed, and how long a place is. */
export interface Declared {
  open: readonly Range[]
  closed: readonly Range[]
  placeMs: number
}

interface Range extends Span {
  type: string
  /** The recurrence as iCalendar writes it. */
  rrule?: string
}

/** Whether a diary declares ranges of which slots are made. */
export const declaresRanges = ({ extension = [] }: Schedule): boolean => extension.some(isRange)

const isRange = ({ url }: Extension) => url === frCore.availabilityTime

/** What a diary declares; of what cannot be used, why, and no ranges. Dates without an offset are its zone's. */
export function declaredBy(schedule: Schedule, zone: string): Declared & { faults: readonly Issue[] } {
  const read = (schedule.extension ?? []).flatMap((one, n) =>
    isRange(one) ? [rangeOf(one, `Schedule.extension[${n}]`, zone)] : [],
  )
  const place = placeOf(schedule)
  const faults = [...place.faults, ...read.flatMap((one) => one.faults)]
  const ranges = faults.length > 0 ? [] : read.flatMap(({ range }) => range ?? [])
  const ofType = (type: string) => ranges.filter((range) => range.type === type)
  return { open: ofType('free'), closed: ofType('busy-unavailable'), placeMs: place.ms, faults }
}

/** Each occurrence that touches a span keeps the wall-clock time of the first, across changes of the clocks. */
export function occurrences({ start, end, rrule }: Range, { from, to }: Between, zone: string): Span[] {
  if (!rrule) return start < to && end > from ? [{ start, end }] : []
  const length = end - start
  return ruleIn(zone, start, rrule)
    .between(new Date(from - length), new Date(to), true)
    .map(({ epochMilliseconds }) => ({ start: epochMilliseconds, end: epochMilliseconds + length }))
}

interface Between {
  from: number
  to: number
}

/** A span in equal parts, of which those that begin between two times; what is left over at its end is nobody's. */
export function cut({ start, end }: Span, lengthMs: number, { from, to }: Between): Span[] {
  const first = Math.max(0, Math.ceil((from - start) / lengthMs))
  const last = Math.min(Math.floor((end - start) / lengthMs), Math.ceil((to - start) / lengthMs))
  return Array.from({ length: Math.max(0, last - first) }, (_, n) => ({
    start: start + (first + n) * lengthMs,
    end: start + (first + n + 1) * lengthMs,
  }))
}

const defaultMinutes = 20

/** How long a place is: as long as the first exam that says so. */
function placeOf({ extension = [] }: Schedule): { ms: number; faults: Issue[] } {
  const place = extension
    .flatMap((exam, n) => (exam.url === frCore.serviceTypeDuration ? [{ exam, n }] : []))
    .flatMap(({ exam, n }) =>
      (exam.extension ?? []).flatMap((part, m) => (part.url === 'duration' ? [{ part, n, m }] : [])),
    )[0]
  const said = place?.part.valueDuration ?? place?.part.valueQuantity
  if (!place || !said) return { ms: defaultMinutes * 60_000, faults: [] }
  const minutes = minutesOf(said)
  const at = `Schedule.extension[${place.n}].extension[${place.m}].value`
  return minutes !== undefined && minutes >= 1
    ? { ms: minutes * 60_000, faults: [] }
    : {
        ms: 0,
        faults: [fault('An exam takes at least a minute: say how long, in s, min, h or d (UCUM).', at)],
      }
}

function rangeOf(
  { extension = [] }: Extension,
  at: string,
  zone: string,
): { range?: Range; faults: readonly Issue[] } {
  const part = (name: string) => extension.find(({ url }) => url === name)
  const first = parseDate(part('start')?.valueDateTime ?? '', zone)
  const last = parseDate(part('end')?.valueDateTime ?? '', zone)
  if (!first || !last) {
    return { faults: [fault('A declared range has a start and an end, each a dateTime.', at)] }
  }
  const span = { start: first.low, end: untilOf(last) }
  if (span.end <= span.start) return { faults: [fault('A declared range ends after it starts.', at)] }
  const type = part('type')?.valueCoding?.code ?? 'free'
  const rule = part('rrule')
  if (!rule) return { range: { type, ...span }, faults: [] }
  const { rrule, faults } = ruleOf(rule, at, zone)
  return faults.length > 0
    ? { faults }
    : { range: { type, ...span, rrule }, faults: unusable(zone, span.start, rrule, at) }
}

const frequencies = ['HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const weekday = /^([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)$/

/** The recurrence as iCalendar writes it. Source: FR Core 2.2.0, fr-core-schedule-availability-time; RFC 5545, 3.3.10. */
function ruleOf(
  { extension = [] }: Extension,
  at: string,
  zone: string,
): { rrule: string; faults: readonly Issue[] } {
  const parts = (name: string) => extension.filter(({ url }) => url === name)
  const freq = parts('freq')[0]?.valueCoding?.code?.toUpperCase() ?? ''
  const days = parts('byDay').map(({ valueString = '' }) => valueString.toUpperCase())
  const until = parts('until')[0]
  const ended = until && parseDate(until.valueDateTime ?? '', zone)
  const counts = ['count', 'interval'].flatMap((name) =>
    parts(name)
      .slice(0, 1)
      .map(({ valueInteger = 0 }) => ({ name, valueInteger })),
  )
  const faults = [
    ...(frequencies.includes(freq)
      ? []
      : [fault(`A recurrence says how often: freq is one of ${listed(frequencies)}.`, at)]),
    ...(days.every((day) => weekday.test(day))
      ? []
      : [fault('byDay is a weekday as iCalendar writes it: MO, TU, WE, TH, FR, SA, SU.', at)]),
    ...(until && !ended ? [fault('until is a dateTime.', at)] : []),
    ...counts
      .filter(({ valueInteger }) => valueInteger < 1)
      .map(({ name }) => fault(`${name} is a whole number from 1.`, at)),
  ]
  const rrule = [
    `FREQ=${freq}`,
    ...(days.length > 0 ? [`BYDAY=${days.join(',')}`] : []),
    ...(ended ? [`UNTIL=${utcStamp(ended.high)}`] : []),
    ...counts.map(({ name, valueInteger }) => `${name.toUpperCase()}=${valueInteger}`),
  ].join(';')
  return { rrule, faults }
}

/** What the calendar says against a rule whose parts are right, each for itself. */
function unusable(zone: string, start: number, rrule: string, at: string): Issue[] {
  try {
    ruleIn(zone, start, rrule)
    return []
  } catch {
    return [fault('This recurrence is none of iCalendar (RFC 5545, 3.3.10).', at)]
  }
}

function ruleIn(zone: string, start: number, rrule: string): RRuleTemporal {
  const local = stamp(instantIn(zone, start))
  return new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${local}\nRRULE:${rrule}` })
}

const stamp = (instant: string) => instant.slice(0, 19).replaceAll(/[-:]/g, '')
const utcStamp = (instant: number) => `${stamp(new Date(instant).toISOString())}Z`
const listed = (codes: readonly string[]) => codes.map((code) => code.toLowerCase()).join(', ')
const fault = (text: string, at: string) => issue('business-rule', text, at)
