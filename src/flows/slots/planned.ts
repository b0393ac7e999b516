import type { Schedule, Slot } from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { failure, failures } from '../../fhir/outcome.ts'
import { dayIn, instantIn } from '../../fhir/zone.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import { centreOf, zoneOf } from '../booking/states.ts'
import { sameContent } from '../entries.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { slotsBetween } from './between.ts'
import { type Convention, conventionsOf, isAgreed } from './conventions.ts'
import { type HolidayProfile, isHoliday, isHolidayProfile } from './holidays.ts'
import { isDeclared, notOffered } from './published.ts'
import { cut, declaredBy, occurrences } from './ranges.ts'
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

/**
 * The slots of a diary's declared ranges between two times (ms since 1970), holidays and exceptions left out.
 * Fails: business-rule, each range that cannot be used.
 */
export function slotsOf(schedule: Kept<Schedule>, from: number, to: number, at: Moment): Slot[] {
  if (schedule.active === false) return []
  const zone = zoneOf(schedule, at.territory)
  const { open, closed, placeMs, faults } = declaredBy(schedule, zone)
  if (faults.length > 0) throw failures(faults)
  const between = { from, to }
  const shut = closed.flatMap((range) => occurrences(range, between, zone))
  const profile = holidaysOf(schedule)
  return open
    .flatMap((range) => occurrences(range, between, zone))
    .filter(({ start }) => !isHoliday(dayIn(zone, start), profile))
    .flatMap((span) => cut(span, placeMs, between))
    .filter(({ start, end }) => !shut.some((span) => span.start < end && start < span.end))
    .map(({ start, end }) => slotAt(schedule, instantIn(zone, start), instantIn(zone, end), at))
}

const exams = ({ extension = [] }: Schedule) =>
  extension.filter(({ url }) => url === frCore.serviceTypeDuration)

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
