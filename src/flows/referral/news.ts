import type { Appointment, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey, sightOfNew } from '../../auth/gate.ts'
import type { Departure, Kept, Reader } from '../../store/index.ts'
import { currentOf, referenceTo, versionOf } from '../booking/states.ts'
import type { Moment, Peer, Plan } from '../step.ts'
import { isOfRequest } from '../task.ts'

/*
 * Whoever asked is told of each change of its request. Who speaks FHIR subscribes to its Tasks and appointments; a
 * system that has only a line of its own (HL7 v2) gets a departure, `request.updated`, in the write that changes it.
 */

const kind = 'request.updated'

/** What is new of a request: its Task, and the appointment that changes with it. */
interface News {
  task: Task & { id: string }
  before: Kept<Task> | undefined
  appointment: (Appointment & { id: string }) | undefined
}

/**
 * A plan with word of what it changes of a request, for the systems of whoever asked.
 *
 * Asked of every step's plan, so that none has to think of it. Nothing is read where no such system has a line.
 */
export async function withNews(plan: Plan, store: Reader, at: Moment, actor: Actor): Promise<Plan> {
  const listeners = at.territory.peers.filter(({ asks, takes }) => asks && takes.includes(kind))
  if (listeners.length === 0) return plan
  const news = await newsIn(plan.write ?? [], store)
  const send = await Promise.all(news.map((one) => departuresOf(one, listeners, plan, store, actor)))
  return { ...plan, send: [...(plan.send ?? []), ...send.flat()] }
}

async function newsIn(write: readonly Resource[], store: Reader): Promise<News[]> {
  const appointments = write.filter(isAppointment)
  const tasks = await Promise.all(write.filter(isTask).map((task) => changed(task, appointments, store)))
  const told = new Set(tasks.map((one) => one?.task.focus?.reference))
  const others = await Promise.all(
    appointments
      .filter((one) => !told.has(requestOf(one)))
      .map((appointment) => movedAlone(appointment, store)),
  )
  return [...tasks, ...others].filter((one) => one !== undefined)
}

/** Another status, another stage or another reason is news; who works on it, and its clocks, are the cell's. */
async function changed(
  task: Task & { id: string },
  appointments: readonly (Appointment & { id: string })[],
  store: Reader,
): Promise<News | undefined> {
  const before = task.meta?.versionId ? await store.read('Task', task.id) : undefined
  if (before && stateOf(before) === stateOf(task)) return undefined
  const appointment = appointments.find((one) => requestOf(one) === task.focus?.reference)
  return { task, before, appointment }
}

const stateOf = ({ status, businessStatus, statusReason }: Task) =>
  JSON.stringify([status, businessStatus?.coding?.[0]?.code ?? businessStatus?.text, statusReason?.text])

/** The centre has put an appointment at another time, or noted that the patient did not come: its request stands as it did. */
async function movedAlone(
  appointment: Appointment & { id: string },
  store: Reader,
): Promise<News | undefined> {
  const request = requestOf(appointment)
  const before = appointment.meta?.versionId ? await store.read('Appointment', appointment.id) : undefined
  if (!before || request === undefined || timeOf(before) === timeOf(appointment)) return undefined
  const task = (await store.search('Task', `focus=${request}`)).find(isOfRequest)
  return task && { task, before: task, appointment }
}

const timeOf = ({ status, start }: Appointment) => `${status} ${start && Date.parse(start)}`

async function departuresOf(
  news: News,
  listeners: readonly Peer[],
  plan: Plan,
  store: Reader,
  actor: Actor,
): Promise<Omit<Departure, 'row'>[]> {
  const keys = await sightOf(news, plan, store, actor)
  const told = listeners.filter(
    ({ organization }) => keys.includes(organizationKey(organization)) && !isOwn(news, organization, actor),
  )
  if (told.length === 0) return []
  const about = await aboutOf(news, plan, store)
  return told.map(({ name }) => ({ peer: name, kind, about }))
}

/** Who asks, or takes back, hears the answer to that; it is not told again. */
const isOwn = ({ task: { status } }: News, organization: string, actor: Actor) =>
  actor.organization === organization && (status === 'requested' || status === 'cancelled')

async function sightOf({ task, before }: News, plan: Plan, store: Reader, actor: Actor) {
  const own = before ? await store.sight(referenceTo(task)) : sightOfNew(actor, task)
  return [...own, ...(plan.grant?.[referenceTo(task)] ?? [])]
}

/** The Task in this version, its request and patient, whoever asked, and the appointment. */
async function aboutOf({ task, before, appointment }: News, plan: Plan, store: Reader): Promise<string[]> {
  const request = await requestIn(plan, task.focus?.reference, store)
  const isWritten = plan.write?.includes(task)
  return [
    isWritten || !before ? versionOf(task, before) : currentOf(before),
    ...(request ? [request.version, request.resource.subject.reference ?? ''] : []),
    ...(request ? await doctorOf(request.resource, store) : []),
    ...(appointment ? [nextOf(appointment)] : []),
  ].filter(Boolean)
}

async function requestIn({ write = [] }: Plan, reference: string | undefined, store: Reader) {
  const written = write.find((one): one is ServiceRequest => referenceTo(one) === reference)
  if (written) return { resource: written, version: nextOf(written) }
  const kept = await store.follow(reference)
  return kept?.resourceType === 'ServiceRequest' ? { resource: kept, version: currentOf(kept) } : undefined
}

/** The version that this write makes. */
const nextOf = (resource: Resource) =>
  `${referenceTo(resource)}/_history/${Number(resource.meta?.versionId ?? 0) + 1}`

async function doctorOf({ requester }: ServiceRequest, store: Reader): Promise<string[]> {
  const reference = requester?.reference
  if (!reference?.startsWith('PractitionerRole/'))
    return reference?.startsWith('Practitioner/') ? [reference] : []
  const role = await store.follow(reference)
  return role?.resourceType === 'PractitionerRole' ? [role.practitioner?.reference ?? ''] : []
}

const requestOf = ({ basedOn = [] }: Appointment) =>
  basedOn.find(({ reference }) => reference?.startsWith('ServiceRequest/'))?.reference

const isTask = (resource: Resource): resource is Task & { id: string } =>
  resource.resourceType === 'Task' && resource.id !== undefined && isOfRequest(resource)

const isAppointment = (resource: Resource): resource is Appointment & { id: string } =>
  resource.resourceType === 'Appointment' && resource.id !== undefined
