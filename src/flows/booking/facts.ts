import type { Appointment, Patient, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import type { Conventions } from '../slots/conventions.ts'
import { isLive, referenceTo } from './states.ts'

/** What has to be known to take places for a request. */
export interface BookingFacts {
  /** One that begins first: what the appointment is named after. */
  slot: Kept<Slot>
  /** All that are wanted, in order of time. */
  slots: readonly Kept<Slot>[]
  /** What is taken of them. */
  taken: readonly Occupancy[]
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  /** The Task of the request, whose next version keeps two bookings of one request apart. */
  task: Kept<Task> | undefined
  /** `org:<id>` of all who see the request. */
  keys: readonly string[]
  /** Appointments of the request that hold a place. */
  live: readonly Kept<Appointment>[]
  /** Whom and what the diary of each slot is about, by `Slot/<id>`: people, machines, places, services. */
  actorsOf: ReadonlyMap<string, readonly string[]>
  /** All of them. */
  actors: readonly string[]
  /** Places in quotas of the appointment that is moved. */
  had?: readonly Occupancy[]
}

/** For whom: a request, or else a patient. Ids. */
export interface ForWhom {
  request?: string
  patient?: string
}

/** What is wanted: a place in a slot. Ids. */
export interface Wanted extends ForWhom {
  slot: string
  /** More slots, all or none: of other diaries at the same time (a room, a machine, a person), or the next ones in time. */
  with?: readonly string[]
}

/** What is agreed with centres now: what no convention speaks of is nobody's to take, whoever sees it. */
export interface Agreed {
  conventions?: Conventions
}

export const slotsOf = ({ slot, with: others = [] }: Wanted): string[] => [...new Set([slot, ...others])]

/** Reads what a booking needs. Fails: not-found for what does not exist, or is not for the actor's eyes. */
export async function bookingFacts(wanted: Wanted, store: Reader, actor: Actor): Promise<BookingFacts> {
  const ids = slotsOf(wanted)
  const [found, taken, whom] = await Promise.all([
    Promise.all(ids.map((id) => visible('Slot', id, store, actor))),
    store.occupancies(ids),
    whomFacts(wanted, store, actor),
  ])
  const slots = found.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
  const schedules = await Promise.all(slots.map(({ schedule }) => store.follow(schedule.reference)))
  const actorsOf = new Map(
    slots.map((slot, n) => {
      const schedule = schedules[n]
      const actors = schedule?.resourceType === 'Schedule' ? schedule.actor : []
      return [referenceTo(slot), actors.flatMap(({ reference }) => reference ?? [])] as const
    }),
  )
  return {
    slot: slots[0] as Kept<Slot>, // at least one is wanted
    slots,
    taken,
    ...whom,
    actorsOf,
    actors: [...new Set([...actorsOf.values()].flat())],
  }
}

/** Reads for whom something is wanted, and what is under way for the same request. */
export async function whomFacts(wanted: ForWhom, store: Reader, actor: Actor) {
  const [request, keys, tasks, appointments] = await Promise.all([
    wanted.request ? visible('ServiceRequest', wanted.request, store, actor) : undefined,
    wanted.request ? store.sight(`ServiceRequest/${wanted.request}`) : [],
    wanted.request ? store.search('Task', `focus=ServiceRequest/${wanted.request}`) : [],
    wanted.request ? store.search('Appointment', `based-on=ServiceRequest/${wanted.request}`) : [],
  ])
  return {
    request,
    keys: keys.filter((key) => key.startsWith('org:')),
    patient: await patientOf(request, wanted, store, actor),
    task: tasks.find(({ partOf, code }) => !partOf && code?.coding?.some(({ code }) => code === 'fulfill')),
    live: appointments.filter(isLive),
  }
}

async function patientOf(
  request: Kept<ServiceRequest> | undefined,
  wanted: ForWhom,
  store: Reader,
  actor: Actor,
): Promise<Kept<Patient> | undefined> {
  const subject = request?.subject.reference
  if (subject?.startsWith('Patient/')) return store.read('Patient', subject.slice('Patient/'.length))
  return wanted.patient ? visible('Patient', wanted.patient, store, actor) : undefined
}

/** Reads what the actor may see. What it may not see is not there. */
export async function visible<T extends 'Slot' | 'ServiceRequest' | 'Patient' | 'Appointment' | 'Schedule'>(
  type: T,
  id: string,
  store: Reader,
  actor: Actor,
) {
  const [resource, keys] = await Promise.all([store.read(type, id), store.sight(`${type}/${id}`)])
  if (resource && sees(actor, keys)) return resource
  throw failure('not-found', `There is no such ${type}.`, type)
}
