import type { Appointment, Identifier, Patient, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { businessKeys } from '../../fhir/business-key.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { replacedBy } from './asking.ts'
import { type Given, givenAlone } from './cancelled.ts'
import type { DeskFacts } from './desk.ts'
import { slotsDuring } from './during.ts'
import { quotaPlacesOf } from './quotas.ts'
import { isLive, referenceTo } from './states.ts'
import { toldWith } from './told.ts'
import { aroundAnswered } from './trails.ts'

/** What a centre says of an appointment: in answer to our question, or of itself. */
export interface Answer {
  /** As its message was transformed: identifiers, status, start, end, reason. */
  appointment: Appointment
  /** Who says so: a connector, or a client. */
  peer: string
  /** All connectors of that centre, this one among them; absent: it alone. */
  peers?: readonly string[]
}

export interface AnswerFacts {
  known: Kept<Appointment> | undefined
  /** The slots that the appointment is in. */
  slots: readonly Kept<Slot>[]
  /** Slots of its centre that overlap the time that the message says, where that is another. */
  during: readonly Kept<Slot>[]
  /** What is taken of all these. */
  taken: readonly Occupancy[]
  request: Kept<ServiceRequest> | undefined
  /** What a centre is told beside the request and its patient, once it is booked. */
  told: readonly Kept[]
  tasks: readonly Kept<Task>[]
  patient: Kept<Patient> | undefined
  /** The appointment that this one takes the place of, if it still holds its own. */
  old: Given | undefined
  /** Its places in quotas. */
  had: readonly Occupancy[]
  /** Another appointment that has one of the numbers the centre gives this one. */
  namesake: Kept<Appointment> | undefined
  /** Of what is no appointment of ours. */
  desk?: DeskFacts
}

/** What has to be known of an appointment of ours to take its centre's word for it. */
export async function answerFacts(id: string, store: Reader, said?: Appointment): Promise<AnswerFacts> {
  await store.around(aroundAnswered(id, said ? numbersOf(said) : []))
  const known = await store.read('Appointment', id)
  return factsOf(known, said ?? silence, store)
}

const silence: Appointment = { resourceType: 'Appointment', status: 'pending', participant: [] }

/** The same, of the appointment that is known, if any is. */
export async function factsOf(
  known: Kept<Appointment> | undefined,
  appointment: Appointment,
  store: Reader,
): Promise<AnswerFacts> {
  const [slots, during, request, tasks] = await Promise.all([
    slotsOf(known, store),
    known && !isWhere(appointment, known) ? slotsDuring(appointment, sourcesOf(known), store) : [],
    requestOf(known, store),
    known ? tasksOf(known, store) : [],
  ])
  const [taken, told, patient, old, namesake] = await Promise.all([
    store.occupancies([...new Set([...slots, ...during].map(({ id }) => id))]),
    known?.status === 'booked' ? [] : toldWith(request, store),
    store.follow(request?.subject.reference),
    known && oldOf(known, store),
    known && namesakeOf(known, appointment, store),
  ])
  const had = old ? await quotaPlacesOf(old.appointment.id, store) : []
  return {
    known,
    slots,
    during,
    taken,
    request,
    told,
    tasks,
    patient: patient?.resourceType === 'Patient' ? patient : undefined,
    old,
    had,
    namesake,
  }
}

/** The appointment that is meant, if the actor sees it. */
export async function theirs(said: Appointment, store: Reader, actor: Actor) {
  const ours = said.identifier?.find(isOurs)?.value
  const id = ours && isId.test(ours) ? ours : (await store.sameIdentifier(said))?.id
  if (id === undefined) return undefined
  await store.around(aroundAnswered(id, numbersOf(said)))
  const known = await store.read('Appointment', id)
  if (!known) return undefined
  return sees(actor, await store.sight(referenceTo(known))) ? known : undefined
}

/** The numbers by which the centre knows an appointment. */
const numbersOf = ({ identifier = [], ...said }: Appointment) =>
  businessKeys({ ...said, identifier: identifier.filter((one) => !isOurs(one)) })

async function namesakeOf(known: Kept<Appointment>, said: Appointment, store: Reader) {
  const found = await Promise.all(
    numbersOf(said).map(({ system, value }) => store.search('Appointment', `identifier=${system}|${value}`)),
  )
  return found.flat().find(({ id }) => id !== known.id)
}

async function oldOf(known: Kept<Appointment>, store: Reader): Promise<Given | undefined> {
  const id = known.status === 'pending' ? replacedBy(known) : undefined
  const old = id === undefined ? undefined : await store.read('Appointment', id)
  return old && isLive(old) ? givenAlone(old, store) : undefined
}

/** Whether a number is one that we have given. */
export const isOurs = ({ type }: Identifier) => type?.coding?.some(({ code }) => code === 'PLAC') ?? false
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function slotsOf(known: Kept<Appointment> | undefined, store: Reader): Promise<Kept<Slot>[]> {
  const slots = await Promise.all((known?.slot ?? []).map(({ reference }) => store.follow(reference)))
  return slots.filter((slot): slot is Kept<Slot> => slot?.resourceType === 'Slot')
}

/** Whether it is said to be when it is known to be; one that was cancelled may have gone to another slot. */
const isWhere = ({ start }: Appointment, known: Appointment) =>
  start === undefined || (known.start !== undefined && Date.parse(known.start) === Date.parse(start))

const sourcesOf = ({ meta: { source } }: Kept) => (source === undefined ? [] : [source])

async function requestOf(known: Kept<Appointment> | undefined, store: Reader) {
  const request = await store.follow(known?.basedOn?.[0]?.reference)
  return request?.resourceType === 'ServiceRequest' ? request : undefined
}

async function tasksOf(known: Kept<Appointment>, store: Reader): Promise<Kept<Task>[]> {
  const about = [referenceTo(known), ...(known.basedOn ?? []).flatMap(({ reference }) => reference ?? [])]
  const tasks = await Promise.all(about.map((focus) => store.search('Task', `focus=${focus}`)))
  return tasks.flat()
}
