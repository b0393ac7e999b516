import type { Appointment, Patient, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { isLive } from './states.ts'

/** What has to be known to take a place for a request. */
export interface BookingFacts {
  slot: Kept<Slot>
  taken: readonly Occupancy[]
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  /** The Task of the request, whose next version keeps two bookings of one request apart. */
  task: Kept<Task> | undefined
  /** Appointments of the request that hold a place. */
  live: readonly Kept<Appointment>[]
  /** Whom and what the slot's diary is about: people, machines, places, services. */
  actors: readonly string[]
}

/** What is wanted: a place in a slot, for a request or else for a patient. Ids. */
export interface Wanted {
  slot: string
  request?: string
  patient?: string
}

/** Reads what a booking needs. Fails: not-found for what does not exist, or is not for the actor's eyes. */
export async function bookingFacts(wanted: Wanted, store: Reader, actor: Actor): Promise<BookingFacts> {
  const [slot, taken, request, tasks, appointments] = await Promise.all([
    visible('Slot', wanted.slot, store, actor),
    store.occupancies([wanted.slot]),
    wanted.request ? visible('ServiceRequest', wanted.request, store, actor) : undefined,
    wanted.request ? store.search('Task', `focus=ServiceRequest/${wanted.request}`) : [],
    wanted.request ? store.search('Appointment', `based-on=ServiceRequest/${wanted.request}`) : [],
  ])
  const [patient, schedule] = await Promise.all([
    patientOf(request, wanted, store, actor),
    store.follow(slot.schedule.reference),
  ])
  return {
    slot,
    taken,
    request,
    patient,
    task: tasks.find(({ partOf, code }) => !partOf && code?.coding?.some(({ code }) => code === 'fulfill')),
    live: appointments.filter(isLive),
    actors:
      schedule?.resourceType === 'Schedule' ? schedule.actor.flatMap(({ reference }) => reference ?? []) : [],
  }
}

async function patientOf(
  request: Kept<ServiceRequest> | undefined,
  wanted: Wanted,
  store: Reader,
  actor: Actor,
) {
  const subject = request?.subject.reference
  if (subject?.startsWith('Patient/')) return store.read('Patient', subject.slice('Patient/'.length))
  return wanted.patient ? visible('Patient', wanted.patient, store, actor) : undefined
}

/** Reads what the actor may see. What it may not see is not there. */
export async function visible<T extends 'Slot' | 'ServiceRequest' | 'Patient' | 'Appointment'>(
  type: T,
  id: string,
  store: Reader,
  actor: Actor,
) {
  const [resource, keys] = await Promise.all([store.read(type, id), store.sight(`${type}/${id}`)])
  if (resource && sees(actor, keys)) return resource
  throw failure('not-found', `There is no such ${type}.`, type)
}
