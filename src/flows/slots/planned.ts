import type { Extension, Schedule, Slot } from '@medplum/fhirtypes'
import { RRuleTemporal } from 'rrule-temporal'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { derivedId } from '../../fhir/id.ts'
import { failure } from '../../fhir/outcome.ts'
import { dayIn, instantIn } from '../../fhir/zone.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { type HolidayProfile, isHoliday } from './holidays.ts'
import { sightOfSlots } from './sight.ts'

/** Which diary, and how far ahead its declared ranges become slots. */
export interface Planning {
  schedule: string
  days: number
}

interface Facts {
  schedule: Kept<Schedule>
  known: ReadonlySet<string>
}

/** The weekly ranges that a centre has declared become slots, some days ahead; those that stand already stay. */
export const planned: Step<Planning, Facts> = {
  name: 'slots.planned',

  async facts({ schedule: id }, store) {
    const schedule = await store.read('Schedule', id)
    if (!schedule) throw failure('not-found', 'There is no such Schedule.', 'Schedule')
    return { schedule, known: await knownStarts(id, store) }
  },

  decide({ days }, { schedule, known }, at) {
    const from = Date.parse(at.now)
    const slots = slotsOf(schedule, from, from + days * 86_400_000, at).filter(
      ({ start }) => !known.has(start),
    )
    return {
      write: slots,
      regrant: sightOfSlots(slots, at.territory),
    } satisfies Plan
  },
}

/** Starts of the slots that stand already in the diary, in the territory's offset. */
async function knownStarts(schedule: string, store: Reader): Promise<Set<string>> {
  const starts = new Set<string>()
  for (let after = ''; ; ) {
    const page = await store.search('Slot', `schedule=Schedule/${schedule}${after}&_sort=start&_count=1000`)
    for (const { start } of page) starts.add(start)
    const last = page.at(-1)
    if (page.length < 1000 || !last) return starts
    after = `&start=gt${encodeURIComponent(last.start)}`
  }
}

/** The slots of a diary's declared ranges between two times (ms since 1970), holidays and exceptions left out. */
export function slotsOf(
  schedule: Kept<Schedule>,
  from: number,
  to: number,
  at: Moment,
): (Slot & { id: string })[] {
  const zone = at.territory.zone
  const ranges = (schedule.extension ?? []).filter(({ url }) => url === frCore.availabilityTime).map(rangeOf)
  const closed = ranges
    .filter(({ type }) => type === 'busy-unavailable')
    .flatMap((range) => occurrences(range, from, to, zone))
  const open = ranges
    .filter(({ type }) => type === 'free')
    .flatMap((range) => occurrences(range, from, to, zone))
  const profile = holidaysOf(schedule)
  return open
    .filter(({ start }) => !isHoliday(dayIn(zone, start), profile))
    .flatMap((span) => cut(span, durationOf(schedule)))
    .filter(({ start, end }) => start > from && !closed.some((span) => span.start < end && start < span.end))
    .map(({ start, end }) => slotAt(schedule, instantIn(zone, start), instantIn(zone, end), at))
}

interface Range {
  type: string
  start: string
  end: string
  rrule?: string
}

interface Span {
  start: number
  end: number
}

function rangeOf({ extension = [] }: Extension): Range {
  const part = (name: string) => extension.find(({ url }) => url === name)
  const start = part('start')?.valueDateTime
  const end = part('end')?.valueDateTime
  if (!start || !end)
    throw failure('required', 'A declared range has a start and an end.', 'Schedule.extension')
  const rule = part('rrule')
  return { type: part('type')?.valueCoding?.code ?? 'free', start, end, ...(rule && { rrule: ruleOf(rule) }) }
}

/** The recurrence as iCalendar writes it. Source: FR Core 2.2.0, fr-core-schedule-availability-time; RFC 5545, 3.3.10. */
function ruleOf({ extension = [] }: Extension): string {
  const parts = (name: string) => extension.filter(({ url }) => url === name)
  const freq = parts('freq')[0]?.valueCoding?.code?.toUpperCase()
  if (!freq) throw failure('required', 'A recurrence says how often: freq.', 'Schedule.extension')
  const days = parts('byDay').flatMap(({ valueString }) => valueString?.toUpperCase() ?? [])
  const until = parts('until')[0]?.valueDateTime
  const count = parts('count')[0]?.valueInteger
  const interval = parts('interval')[0]?.valueInteger
  return [
    `FREQ=${freq}`,
    ...(days.length > 0 ? [`BYDAY=${days.join(',')}`] : []),
    ...(until ? [`UNTIL=${utcStamp(until)}`] : []),
    ...(count ? [`COUNT=${count}`] : []),
    ...(interval ? [`INTERVAL=${interval}`] : []),
  ].join(';')
}

const utcStamp = (dateTime: string) =>
  `${new Date(dateTime).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`

/** Each occurrence keeps the wall-clock time of the first, across changes of the clocks. */
function occurrences({ start, end, rrule }: Range, from: number, to: number, zone: string): Span[] {
  const length = Date.parse(end) - Date.parse(start)
  if (!rrule)
    return [{ start: Date.parse(start), end: Date.parse(end) }].filter(
      (span) => span.start < to && span.end > from,
    )
  const local = instantIn(zone, start).slice(0, 19).replaceAll(/[-:]/g, '')
  const rule = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${local}\nRRULE:${rrule}` })
  return rule
    .between(new Date(from - length), new Date(to), true)
    .map(({ epochMilliseconds }) => ({ start: epochMilliseconds, end: epochMilliseconds + length }))
}

/** A span in equal parts; what is left over at its end is nobody's. */
function cut({ start, end }: Span, lengthMs: number): Span[] {
  const parts = Math.floor((end - start) / lengthMs)
  return Array.from({ length: parts }, (_, n) => ({
    start: start + n * lengthMs,
    end: start + (n + 1) * lengthMs,
  }))
}

const exams = ({ extension = [] }: Schedule) =>
  extension.filter(({ url }) => url === frCore.serviceTypeDuration)

const defaultMinutes = 20

function durationOf(schedule: Schedule): number {
  const duration = exams(schedule).flatMap(({ extension = [] }) =>
    extension.filter(({ url }) => url === 'duration'),
  )[0]
  const minutes = duration?.valueDuration?.value ?? duration?.valueQuantity?.value ?? defaultMinutes
  return minutes * 60_000
}

function holidaysOf({ extension = [] }: Schedule): HolidayProfile {
  const said = extension.find(({ url }) => url === extensions.holidays)?.valueCode
  return said === 'alsace-moselle' || said === 'none' ? said : 'national'
}

function slotAt(schedule: Kept<Schedule>, start: string, end: string, at: Moment): Slot & { id: string } {
  const key = `${schedule.id}:${new Date(start).toISOString()}`
  const serviceType = exams(schedule).flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valueCodeableConcept }) =>
      url === 'serviceType' && valueCodeableConcept ? [valueCodeableConcept] : [],
    ),
  )
  return {
    resourceType: 'Slot',
    id: derivedId('declared-slot', key),
    meta: {
      ...(schedule.meta.source && { source: schedule.meta.source }),
      ...(schedule.meta.security && { security: schedule.meta.security }),
    },
    extension: [{ url: extensions.lastSeen, valueInstant: at.now }],
    identifier: [{ system: systems.declaredSlot, value: key }],
    ...(serviceType.length > 0 && { serviceType }),
    schedule: { reference: `Schedule/${schedule.id}` },
    status: 'free',
    start,
    end,
  }
}
