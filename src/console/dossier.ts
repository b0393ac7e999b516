import type {
  Appointment,
  AuditEvent,
  Communication,
  CommunicationRequest,
  Patient,
  Practitioner,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import { failure } from '../fhir/outcome.ts'
import { clocksOfRequest } from '../flows/clocks/kept.ts'
import { supportingOf } from '../flows/referral/around.ts'
import { askedIdOf } from '../flows/referral/judged.ts'
import { standingOf } from '../flows/referral/standing.ts'
import { isCopyWish } from '../flows/results/copied.ts'
import type { Desk } from '../flows/step.ts'
import { isAbort, isCall, isOfRequest, isOpen } from '../flows/task.ts'
import type { Kept, Reader } from '../store/index.ts'
import { searched } from './search.ts'

/** All that is known of one request. */
export interface Dossier {
  request: Kept<ServiceRequest>
  /** The request's own Task; absent for one that was loaded without. */
  task: Kept<Task> | undefined
  /** Telephone calls that a centre's answer waits for. */
  calls: readonly Kept<Task>[]
  patient: Kept<Patient> | undefined
  doctor: Kept<Practitioner> | undefined
  owner: Kept | undefined
  supporting: readonly Kept[]
  /** Other requests in force of the same patient, by number or by traits. */
  others: readonly Kept<ServiceRequest>[]
  /** By which whoever asked wants it to be ended; somebody has to say whether it can be. */
  abort: Kept<Task> | undefined
  /** Newest first. */
  appointments: readonly Kept<Appointment>[]
  /** Who else gets what is said of it, by name. */
  copies: readonly string[]
  messages: readonly (Kept<Communication> | Kept<CommunicationRequest>)[]
  /** Oldest first. */
  events: readonly Kept<AuditEvent>[]
}

/** One request with what belongs to it. Fails: not-found. */
export async function dossierOf(id: string, desk: Desk): Promise<Dossier> {
  const reader = desk.store.reader()
  const request = await reader.read('ServiceRequest', id)
  if (!request) throw failure('not-found', 'There is no such request.')
  const reference = `ServiceRequest/${id}`
  const [tasks, appointments, said, asked, patient, doctor, supporting] = await Promise.all([
    reader.search('Task', `focus=${reference}`),
    reader.search('Appointment', `based-on=${reference}`),
    reader.search('Communication', `based-on=${reference}`),
    askedAbout(id, reader),
    reader.follow(request.subject.reference),
    doctorOf(request, reader),
    supportingOf(request, reader),
  ])
  const task = tasks.find(isOfRequest)
  const [calls, owner, others, parts, events] = await Promise.all([
    callsFor(appointments, reader),
    reader.follow(task?.owner?.reference),
    othersOf(request, isA(patient, 'Patient'), reader),
    reader.search('Task', `based-on=${reference}`),
    eventsOf([request, ...tasks, ...appointments, ...said, ...asked], desk),
  ])
  return {
    request,
    task,
    calls,
    patient: isA(patient, 'Patient'),
    doctor,
    owner,
    supporting,
    others,
    abort: parts.find((one) => isAbort(one) && isOpen(one)),
    appointments: appointments.toSorted(newestFirst),
    copies: asked.filter((one) => one.status === 'active' && isCopyWish(one)).flatMap(namesIn),
    messages: [...said, ...asked.filter((one) => !isCopyWish(one))].toSorted((a, b) =>
      saidAt(a) < saidAt(b) ? -1 : 1,
    ),
    events,
  }
}

/** Both clocks of a request, where it has a Task. */
export function clocksIn({ task, appointments }: Pick<Dossier, 'task' | 'appointments'>, desk: Desk) {
  return task && clocksOfRequest(task, appointments, desk.territory, desk.clock().toISOString())
}

export const saidAt = (message: Communication | CommunicationRequest): string =>
  (message.resourceType === 'Communication' ? message.sent : message.authoredOn) ?? ''

function isA<T extends Resource['resourceType']>(resource: Kept | undefined, type: T) {
  return resource?.resourceType === type ? (resource as Kept<Resource & { resourceType: T }>) : undefined // just compared
}

/** Whom a wish for copies names; none when it is a wish against them. */
const namesIn = ({ doNotPerform, recipient = [] }: CommunicationRequest): string[] =>
  doNotPerform ? [] : recipient.flatMap(({ display, identifier }) => display ?? identifier?.value ?? [])

const newestFirst = (a: Kept, b: Kept) => (a.id < b.id ? 1 : -1)

/** What the prescriber is asked: what the protocol lacks, and what somebody wants to know. */
async function askedAbout(id: string, reader: Reader): Promise<Kept<CommunicationRequest>[]> {
  const [own, others] = await Promise.all([
    reader.read('CommunicationRequest', askedIdOf(id)),
    reader.search('CommunicationRequest', `based-on=ServiceRequest/${id}`),
  ])
  return [...(own ? [own] : []), ...others.filter(({ id: other }) => other !== own?.id)]
}

/** What else is asked for the patient, also under another of their numbers. */
async function othersOf(
  request: Kept<ServiceRequest>,
  patient: Kept<Patient> | undefined,
  reader: Reader,
): Promise<Kept<ServiceRequest>[]> {
  const whom = { requester: undefined, patientReference: request.subject.reference, patient }
  const { others } = await standingOf(whom, reader)
  const distinct = new Map(others.map((one) => [one.id, one]))
  return [...distinct.values()].filter(({ id }) => id !== request.id)
}

/** Whoever asks, by name or in a role. */
async function doctorOf(
  { requester }: ServiceRequest,
  reader: Reader,
): Promise<Kept<Practitioner> | undefined> {
  const asking = await reader.follow(requester?.reference)
  if (asking?.resourceType !== 'PractitionerRole') return isA(asking, 'Practitioner')
  return isA(await reader.follow(asking.practitioner?.reference), 'Practitioner')
}

async function callsFor(appointments: readonly Kept<Appointment>[], reader: Reader): Promise<Kept<Task>[]> {
  const waiting = appointments.filter(({ status }) => status === 'pending')
  const found = await Promise.all(
    waiting.map(({ id }) => reader.search('Task', `focus=Appointment/${id}&status=requested,received`)),
  )
  return found.flat().filter(isCall)
}

/** What was done about these, by whom: what the trail says of steps, not of looks. */
async function eventsOf(resources: readonly Kept[], desk: Desk): Promise<Kept<AuditEvent>[]> {
  const named = resources.map(({ resourceType, id }) => `${resourceType}/${id}`)
  const query = new URLSearchParams({ entity: named.join(','), _sort: 'date', _count: '200' })
  const { matches } = await searched('AuditEvent', query, desk)
  return matches.filter(({ subtype }) =>
    subtype?.some(({ system }) => system === `${canonical}/CodeSystem/step`),
  )
}
