import type { Extension, Schedule, Slot } from '@medplum/fhirtypes'
import { RRuleTemporal } from 'rrule-temporal'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { dayIn, instantIn } from '../../fhir/zone.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import { centreOf, zoneOf } from '../booking/states.ts'
import { sameContent } from '../entries.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { slotsBetween } from './between.ts'
import { type Convention, conventionsOf, isAgreed } from './conventions.ts'
import { type HolidayProfile, isHoliday, isHolidayProfile } from './holidays.ts'
import { isDeclared, notOffered } from './published.ts'
import { labelledAt, noRules } from './rules.ts'
import { sightOfSlots } from './sight.ts'

/** Which diary, and in which span (instants, end exclusive) its declared ranges become slots. */
export interface Planning {
  schedule: string
  from: string
  to: string
  /** `Organization/<id>` of the centre, when it is connected: its conventions bound what it offers. */
  centre?: string
}

interface Facts {
  schedule: Kept<Schedule>
  /** Slots of the diary in the span, from declared ranges or not. */
  known: readonly Kept<Slot>[]
  taken: readonly Occupancy[]
  conventions: readonly Convention[]
}

/**
 * The weekly ranges that a centre has declared become slots. Those that stand already stay; those whose range, day or
 * convention is gone are withdrawn, or not offered any more where somebody is booked.
 */
export const planned: Step<Planning, Facts> = {
  name: 'slots.planned',

  async facts({ schedule: id, from, to, centre }, store) {
    const [schedule, known, conventions] = await Promise.all([
      store.read('Schedule', id),
      slotsBetween(`schedule=Schedule/${id}`, from, to, store),
      conventionsOf(centre, store),
    ])
    if (!schedule) throw failure('not-found', 'There is no such Schedule.', 'Schedule')
    const taken = known.length > 0 ? await store.occupancies(known.map((slot) => slot.id)) : []
    return { schedule, known, taken, conventions }
  },

  decide({ from, to }, { schedule, known, taken, conventions }, at) {
    const { slots: rules = noRules } = at.territory
    const owner = centreOf(schedule, at.territory)?.organization
    const declared = slotsOf(schedule, Date.parse(from), Date.parse(to), at)
      .filter((slot) => isAgreed(slot, conventions, zoneOf(schedule, at.territory)))
      .map((slot) => labelledAt(slot, owner, rules, Date.parse(at.now)))
    const before = new Map(known.flatMap((slot) => (isDeclared(slot) ? [[keyOf(slot), slot] as const] : [])))
    const others = new Set(known.flatMap((slot) => (isDeclared(slot) ? [] : [Date.parse(slot.start)])))
    const write = declared
      .filter(({ start }) => !others.has(Date.parse(start)))
      .flatMap((slot) => renewed(slot, before.get(keyOf(slot)), taken, at))
    const keys = new Set(declared.map(keyOf))
    const gone = [...before.values()].filter((slot) => !keys.has(keyOf(slot)))
    return {
      write: [
        ...write,
        ...gone.filter((slot) => isTaken(slot, taken) && slot.status === 'free').map(notOffered),
      ],
      remove: gone.filter((slot) => !isTaken(slot, taken)),
      regrant: sightOfSlots(write, at.territory, conventions),
    } satisfies Plan
  },
}

const keyOf = ({ identifier = [] }: Slot) =>
  identifier.find(({ system }) => system === systems.declaredSlot)?.value ?? ''
const isTaken = ({ id }: Kept<Slot>, taken: readonly Occupancy[]) => taken.some(({ slot }) => slot === id)

/** A new slot, or a known one whose declaration says something else now. What is booked stays as it was booked. */
function renewed(
  slot: Slot,
  before: Kept<Slot> | undefined,
  taken: readonly Occupancy[],
  at: Moment,
): (Slot & { id: string })[] {
  if (!before) return [{ ...slot, id: at.newId() }]
  if (isTaken(before, taken)) return []
  const { versionId } = before.meta
  const next = { ...slot, id: before.id, status: before.status, meta: { ...slot.meta, versionId } }
  const bare = ({ extension: _, ...rest }: Slot): Slot => rest
  return sameContent(bare(next), bare(before)) ? [] : [next]
}

/** The slots of a diary's declared ranges between two times (ms since 1970), holidays and exceptions left out. */
export function slotsOf(schedule: Kept<Schedule>, from: number, to: number, at: Moment): Slot[] {
  if (schedule.active === false) return []
  const zone = zoneOf(schedule, at.territory)
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
    .filter(
      ({ start, end }) =>
        start >= from && start < to && !closed.some((span) => span.start < end && start < span.end),
    )
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
  return isHolidayProfile(said) ? said : 'national'
}

function slotAt(schedule: Kept<Schedule>, start: string, end: string, at: Moment): Slot {
  const key = `${schedule.id}:${new Date(start).toISOString()}`
  const serviceType = exams(schedule).flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valueCodeableConcept }) =>
      url === 'serviceType' && valueCodeableConcept ? [valueCodeableConcept] : [],
    ),
  )
  return {
    resourceType: 'Slot',
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
