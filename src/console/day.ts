import type { Appointment, Organization, Patient, Schedule, Slot } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'
import { centreOf, patientOf, sourceOf } from '../flows/booking/states.ts'
import type { Desk, Peer } from '../flows/step.ts'
import { periodOf } from '../indicators/index.ts'
import type { Kept } from '../store/index.ts'
import { phoneOf } from './format.ts'
import { along, searched } from './search.ts'

/** A centre that places are booked with. */
export interface Centre {
  id: string
  name: string
  /** Nobody but a person with a telephone. */
  manual: boolean
  phone: string | undefined
  /** Whether it has places; a practice that only has a line has none. */
  hasDiary: boolean
}

/** An appointment of a day, and whom it is for. */
export interface Booking {
  appointment: Kept<Appointment>
  patient: Kept<Patient> | undefined
}

/** A place of a day, and who has it: several where there is room for several. */
export interface Place {
  slot: Kept<Slot>
  bookings: readonly Booking[]
}

export interface DiaryDay {
  schedule: Kept<Schedule>
  places: readonly Place[]
}

/** What a centre has on one day. */
export interface CentreDay {
  diaries: readonly DiaryDay[]
  /** Appointments that no slot was taken for. */
  beside: readonly Booking[]
}

/** The centres that the territory is connected with, by name. */
export async function centresOf(desk: Desk): Promise<Centre[]> {
  const reader = desk.store.reader()
  const [found, { matches: diaries }] = await Promise.all([
    Promise.all(
      sourcesIn(desk).map(async (peer) => ({ peer, kept: await reader.follow(peer.organization) })),
    ),
    searched('Schedule', '_count=1000', desk),
  ])
  const withDiary = new Set(diaries.map((one) => centreOf(one, desk.territory)?.organization))
  return found
    .flatMap(({ peer, kept }) =>
      kept?.resourceType === 'Organization'
        ? [{ ...centreFrom(kept, peer), hasDiary: withDiary.has(peer.organization) }]
        : [],
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'fr'))
}

/** Of several peers of one organisation, the first: a centre is shown once. */
const sourcesIn = ({ territory }: Desk): Peer[] => [
  ...new Map(territory.peers.toReversed().map((peer) => [peer.organization, peer])).values(),
]

const centreFrom = (organization: Kept<Organization>, { manual }: Peer): Omit<Centre, 'hasDiary'> => ({
  id: organization.id,
  name: organization.name ?? '',
  manual,
  phone: phoneOf(organization.telecom),
})

/** A centre's diaries on one day, with who is booked. Fails: not-found, value. */
export async function dayOf(id: string, day: string, desk: Desk): Promise<CentreDay> {
  const peers = desk.territory.peers.filter(({ organization }) => organization === `Organization/${id}`)
  if (peers.length === 0) throw failure('not-found', 'There is no such centre.')
  const span = periodOf(day, day, desk.territory.zone)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !span) throw failure('value', 'This is no day.')
  const sources = peers.map(({ name }) => sourceOf(name))
  const { matches: schedules } = await searched('Schedule', `_source=${sources.join(',')}&_count=200`, desk)
  const [slots, bookings] = await Promise.all([slotsOf(schedules, span, desk), bookingsIn(span, desk)])
  const placeOf = (slot: Kept<Slot>): Place => ({
    slot,
    bookings: bookings.filter(({ appointment }) => isIn(appointment, `Slot/${slot.id}`)),
  })
  const placesOf = (schedule: Kept<Schedule>) =>
    slots.filter((slot) => slot.schedule.reference === `Schedule/${schedule.id}`).map(placeOf)
  return {
    diaries: schedules
      .map((schedule) => ({ schedule, places: placesOf(schedule) }))
      .sort((a, b) => (a.schedule.comment ?? '').localeCompare(b.schedule.comment ?? '', 'fr')),
    beside: bookings.filter(
      ({ appointment: { slot = [], meta } }) => slot.length === 0 && sources.includes(meta.source ?? ''),
    ),
  }
}

const isIn = ({ slot = [] }: Appointment, named: string) => slot.some(({ reference }) => reference === named)

interface Span {
  start: string
  end: string
}

async function slotsOf(
  schedules: readonly Kept<Schedule>[],
  { start, end }: Span,
  desk: Desk,
): Promise<Kept<Slot>[]> {
  if (schedules.length === 0) return []
  const query = new URLSearchParams([
    ['schedule', schedules.map(({ id }) => `Schedule/${id}`).join(',')],
    ['start', `ge${start}`],
    ['start', `lt${end}`],
    ['_sort', 'start'],
    ['_count', '1000'],
  ])
  return (await searched('Slot', query, desk)).matches
}

/** Appointments of all centres, in the order in which they begin. */
async function bookingsIn({ start, end }: Span, desk: Desk): Promise<Booking[]> {
  const query = new URLSearchParams([
    ['date', `ge${start}`],
    ['date', `lt${end}`],
    ['status', 'pending,booked,arrived,checked-in,fulfilled,noshow'],
    ['_include', 'Appointment:patient'],
    ['_sort', 'date'],
    ['_count', '1000'],
  ])
  const { matches, along: found } = await searched('Appointment', query, desk)
  return matches.map((appointment) => ({
    appointment,
    patient: along(found, 'Patient', patientOf(appointment)),
  }))
}
