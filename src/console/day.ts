import type { Appointment, Organization, Patient, Schedule, Slot } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'
import { sourceOf } from '../flows/booking/states.ts'
import type { Desk, Peer } from '../flows/step.ts'
import { periodOf } from '../indicators/index.ts'
import type { Kept } from '../store/index.ts'
import { searched } from './search.ts'

/** A centre that places are booked with. */
export interface Centre {
  id: string
  name: string
  /** Nobody but a person with a telephone. */
  manual: boolean
  phone: string | undefined
}

/** A place of a day, and who has it. */
export interface Place {
  slot: Kept<Slot>
  appointment: Kept<Appointment> | undefined
  patient: Kept<Patient> | undefined
}

export interface DiaryDay {
  schedule: Kept<Schedule>
  places: readonly Place[]
}

/** The centres that the territory is connected with, by name. */
export async function centresOf(desk: Desk): Promise<Centre[]> {
  const reader = desk.store.reader()
  const found = await Promise.all(
    sourcesIn(desk).map(async (peer) => ({ peer, kept: await reader.follow(peer.organization) })),
  )
  return found
    .flatMap(({ peer, kept }) => (kept?.resourceType === 'Organization' ? [centreOf(kept, peer)] : []))
    .sort((a, b) => a.name.localeCompare(b.name, 'fr'))
}

/** Of several peers of one organisation, the first: a centre is shown once. */
const sourcesIn = ({ territory }: Desk): Peer[] => [
  ...new Map(territory.peers.toReversed().map((peer) => [peer.organization, peer])).values(),
]

const centreOf = (organization: Kept<Organization>, { manual }: Peer): Centre => ({
  id: organization.id,
  name: organization.name ?? '',
  manual,
  phone: organization.telecom?.find(({ system }) => system === 'phone')?.value,
})

/** A centre's diaries on one day, with who is booked. Fails: not-found, value. */
export async function dayOf(id: string, day: string, desk: Desk): Promise<DiaryDay[]> {
  const peers = desk.territory.peers.filter(({ organization }) => organization === `Organization/${id}`)
  if (peers.length === 0) throw failure('not-found', 'There is no such centre.')
  const span = periodOf(day, day, desk.territory.zone)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !span) throw failure('value', 'This is no day.')
  const sources = peers.map(({ name }) => sourceOf(name)).join(',')
  const { matches: schedules } = await searched('Schedule', `_source=${sources}&_count=200`, desk)
  if (schedules.length === 0) return []
  const slots = await searched('Slot', slotQuery(schedules, span), desk)
  const appointments = await searched('Appointment', appointmentQuery(span), desk)
  const booked = new Map(
    appointments.matches.flatMap((one) =>
      (one.slot ?? []).map(({ reference = '' }) => [reference, one] as const),
    ),
  )
  const placeOf = (slot: Kept<Slot>): Place => {
    const appointment = booked.get(`Slot/${slot.id}`)
    const named = appointment?.participant.flatMap(({ actor }) => actor?.reference ?? []) ?? []
    const patient = named
      .map((reference) => appointments.along.get(reference))
      .find((one) => one?.resourceType === 'Patient')
    return { slot, appointment, patient: patient?.resourceType === 'Patient' ? patient : undefined }
  }
  return schedules
    .map((schedule) => ({
      schedule,
      places: slots.matches
        .filter((slot) => slot.schedule.reference === `Schedule/${schedule.id}`)
        .map(placeOf),
    }))
    .sort((a, b) => (a.schedule.comment ?? '').localeCompare(b.schedule.comment ?? '', 'fr'))
}

interface Span {
  start: string
  end: string
}

const slotQuery = (schedules: readonly Kept<Schedule>[], { start, end }: Span) =>
  new URLSearchParams([
    ['schedule', schedules.map(({ id }) => `Schedule/${id}`).join(',')],
    ['start', `ge${start}`],
    ['start', `lt${end}`],
    ['_sort', 'start'],
    ['_count', '1000'],
  ])

const appointmentQuery = ({ start, end }: Span) =>
  new URLSearchParams([
    ['date', `ge${start}`],
    ['date', `lt${end}`],
    ['status', 'pending,booked,arrived,checked-in,fulfilled,noshow'],
    ['_include', 'Appointment:patient'],
    ['_count', '1000'],
  ])
