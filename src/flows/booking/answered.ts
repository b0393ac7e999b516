import type {
  Appointment,
  CodeableConcept,
  Identifier,
  Patient,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { businessKeys } from '../../fhir/business-key.ts'
import { issue } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { inLaneOf } from '../lane.ts'
import { merged } from '../plan.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { businessStatus, isCall, isOpen } from '../task.ts'
import { isPart, partMoved } from '../work/part.ts'
import { movesByMessage, replacedBy } from './asking.ts'
import { callFor } from './call.ts'
import { cancelling, freed, type Given, givenUp } from './cancelled.ts'
import { deskBooking, slotAt } from './desk.ts'
import { listed } from './reasons.ts'
import {
  capacityOf,
  centreOf,
  currentOf,
  freePlace,
  isLive,
  placesIn,
  recounted,
  referenceTo,
  slotWith,
  versionOf,
  whyMoved,
  withoutHold,
} from './states.ts'
import { mayRead, toldWith } from './told.ts'
import { aroundAnswered } from './trails.ts'

/** What a centre says of an appointment: in answer to our question, or of itself. */
export interface Answer {
  /** As its message was transformed: identifiers, status, start, end, reason. */
  appointment: Appointment
  /** Who says so: a connector, or a client. */
  peer: string
}

export interface AnswerFacts {
  known: Kept<Appointment> | undefined
  /** The slots that the appointment is in. */
  slots: readonly Kept<Slot>[]
  /** Slots, of whichever centre, that begin when the message says. */
  begin: readonly Kept<Slot>[]
  /** What is taken of all these. */
  taken: readonly Occupancy[]
  request: Kept<ServiceRequest> | undefined
  /** What a centre is told beside the request and its patient, once it is booked. */
  told: readonly Kept[]
  tasks: readonly Kept<Task>[]
  patient: Kept<Patient> | undefined
  /** The appointment that this one takes the place of, if it still holds its own. */
  old: Given | undefined
  /** Another appointment that has one of the numbers the centre gives this one. */
  namesake: Kept<Appointment> | undefined
}

/** The centre has answered, or its desk has changed something: the appointment follows. */
export const answered: Step<Answer, AnswerFacts> = {
  name: 'booking.answered',

  async facts({ appointment }, store, actor) {
    return factsOf(await theirs(appointment, store, actor), appointment, store)
  },

  decide({ appointment, peer }, facts, at, actor) {
    const { known, slots } = facts
    if (!known) return deskBooking(appointment, facts, peer, at, actor)
    if (!isCentre(known, slots, at, actor))
      return { filtered: 'Only the centre of an appointment answers for it.' }
    if (appointment.status === 'booked') return yes(known, appointment, facts, at, peer)
    if (appointment.status === 'cancelled' || appointment.status === 'entered-in-error') {
      return no(known, appointment, facts, at)
    }
    return noticed(known, appointment, facts, at)
  },
}

/** What has to be known of an appointment of ours to take its centre's word for it. */
export async function answerFacts(id: string, store: Reader, said?: Appointment): Promise<AnswerFacts> {
  await store.around(aroundAnswered(id, said ? numbersOf(said) : []))
  const known = await store.read('Appointment', id)
  return factsOf(known, said ?? silence, store)
}

const silence: Appointment = { resourceType: 'Appointment', status: 'pending', participant: [] }

async function factsOf(
  known: Kept<Appointment> | undefined,
  appointment: Appointment,
  store: Reader,
): Promise<AnswerFacts> {
  const [slots, begin, request, tasks] = await Promise.all([
    slotsOf(known, store),
    isWhere(appointment, known) ? [] : slotsAt(appointment, store),
    requestOf(known, store),
    known ? tasksOf(known, store) : [],
  ])
  const [taken, told, patient, old, namesake] = await Promise.all([
    store.occupancies([...new Set([...slots, ...begin].map(({ id }) => id))]),
    known?.status === 'booked' ? [] : toldWith(request, store),
    store.follow(request?.subject.reference),
    known && oldOf(known, store),
    known && namesakeOf(known, appointment, store),
  ])
  return {
    known,
    slots,
    begin,
    taken,
    request,
    told,
    tasks,
    patient: patient?.resourceType === 'Patient' ? patient : undefined,
    old,
    namesake,
  }
}

/** The appointment that is meant, if the actor sees it. */
async function theirs(said: Appointment, store: Reader, actor: Actor) {
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
  return old && isLive(old) ? givenUp(old, store) : undefined
}

const isOurs = ({ type }: Identifier) => type?.coding?.some(({ code }) => code === 'PLAC') ?? false
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whoever made the appointment sees it too, but does not say yes in the centre's place. */
function isCentre(
  known: Appointment,
  [slot]: readonly Slot[],
  { territory }: Moment,
  { sight, role, organization }: Actor,
): boolean {
  const centre = centreOf(slot ?? known, territory)
  return sight === 'all' || (centre ? centre.organization === organization : role === 'ris')
}

async function slotsOf(known: Kept<Appointment> | undefined, store: Reader): Promise<Kept<Slot>[]> {
  const slots = await Promise.all((known?.slot ?? []).map(({ reference }) => store.follow(reference)))
  return slots.filter((slot): slot is Kept<Slot> => slot?.resourceType === 'Slot')
}

/** Whether it is said to be when it is known to be; one that was cancelled may have gone to another slot. */
const isWhere = ({ start }: Appointment, known: Appointment | undefined) =>
  start === undefined || (known?.start !== undefined && Date.parse(known.start) === Date.parse(start))

const slotsAt = async ({ start }: Appointment, store: Reader): Promise<Kept<Slot>[]> =>
  start ? store.search('Slot', `start=${encodeURIComponent(start)}`) : []

async function requestOf(known: Kept<Appointment> | undefined, store: Reader) {
  const request = await store.follow(known?.basedOn?.[0]?.reference)
  return request?.resourceType === 'ServiceRequest' ? request : undefined
}

async function tasksOf(known: Kept<Appointment>, store: Reader): Promise<Kept<Task>[]> {
  const about = [referenceTo(known), ...(known.basedOn ?? []).flatMap(({ reference }) => reference ?? [])]
  const tasks = await Promise.all(about.map((focus) => store.search('Task', `focus=${focus}`)))
  return tasks.flat()
}

/** Booked: only now. A yes for what has been cancelled here meanwhile is cancelled there. */
function yes(
  known: Kept<Appointment>,
  said: Appointment,
  facts: AnswerFacts,
  at: Moment,
  peer: string,
): Plan {
  if (!isLive(known)) {
    const to = centreOf(facts.slots[0] ?? known, at.territory)?.name ?? peer
    return {
      send: [{ peer: to, kind: 'appointment.cancelled', about: [currentOf(known)], ...inLaneOf(known) }],
    }
  }
  if (facts.namesake && facts.namesake.id !== facts.old?.appointment.id) return doubtful(known, facts, at)
  const { plan, slot } = isElsewhere(said, known, facts.slots)
    ? moved(known, said, facts, at)
    : stayed(known, facts)
  const { slot: _, ...rest } = { ...withoutHold(known), ...whatIsSaid(known, said) }
  const booked: Appointment = {
    ...rest,
    ...(slot && { slot }),
    status: 'booked',
    participant: accepted(known),
  }
  const settled: Plan = {
    ...plan,
    write: [
      ...(changes(booked, known) ? [booked] : []),
      ...(plan.write ?? []),
      ...(known.status === 'booked' ? [] : tasksMoved(known, facts, yesMoves, at)),
    ],
    ...(known.status !== 'booked' && ordered(facts, at, booked, known)),
  }
  return facts.old ? merged([settled, replaced(facts.old, facts, at)]) : settled
}

/** The appointment that has been moved gives its place back, now that the new one is sure. */
function replaced(old: Given, { slots }: AnswerFacts, at: Moment): Plan {
  const own = new Set(slots.map(({ id }) => id))
  const plan = cancelling(old, whyMoved, at)
  const write = (plan.write ?? []).filter(({ id }) => !own.has(id ?? ''))
  const centre = centreOf(old.slots[0] ?? old.appointment, at.territory)
  if (!centre || !movesByMessage(old.appointment, centre)) return { ...plan, write }
  // The centre has moved it, and has no other one to cancel; its number is the new one's.
  const isOld = ({ id }: Resource) => id === old.appointment.id
  return {
    ...plan,
    write: write.map((one) => (isOld(one) ? withOldNumbers(one as Appointment) : one)),
    send: [],
  } // of that id
}

/** The centre's numbers of an appointment are those of another now. */
const withOldNumbers = ({ identifier = [], ...rest }: Appointment): Appointment => ({
  ...rest,
  identifier: identifier.map((one) => (isOurs(one) ? one : { ...one, use: 'old' })),
})

/**
 * The centre says yes under a number that it has given to another appointment: which of the two it means, somebody has
 * to ask. Until then this one stays pending.
 */
function doubtful(known: Kept<Appointment>, facts: AnswerFacts, at: Moment): Plan {
  const text =
    'The centre has given this number to another appointment. The cell asks which is meant; until then this one stays pending.'
  const isAsked = facts.tasks.some((task) => isOpen(task) && isCallAbout(task, known))
  return {
    write: isAsked ? [] : [callFor(known, facts, at, text)],
    rely: [referenceTo(known)],
    remarks: [issue('duplicate', text, 'Appointment.identifier', 'error')],
  }
}

const isCallAbout = (task: Task, { id }: Kept<Appointment>) =>
  isCall(task) && task.focus?.reference === `Appointment/${id}`

/** Where an appointment is when the centre has said its time, and what that changes. */
interface Place {
  slot?: Appointment['slot']
  plan: Plan
}

/** Its slot is sure now. */
function stayed({ slot }: Appointment, { slots, taken, old }: AnswerFacts): Place {
  const left = taken.filter(({ appointment }) => appointment !== old?.appointment.id)
  const sure = recounted(slots, left).filter(
    ({ id, status }) => !slots.some((before) => before.id === id && before.status === status),
  )
  return { ...(slot && { slot }), plan: { write: sure, rely: slots.map(referenceTo) } }
}

/** A few minutes more or less within its slot are no move. */
function isElsewhere({ start }: Appointment, known: Appointment, slots: readonly Slot[]): boolean {
  if (!start || !known.start || Date.parse(start) === Date.parse(known.start)) return false
  const isWithin = (slot: Slot) =>
    Date.parse(slot.start) <= Date.parse(start) && Date.parse(start) < Date.parse(slot.end)
  return !slots.some(isWithin)
}

/** The centre has moved it: its former place is free again, and the one at the new time, if there is one here, is taken. */
function moved(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Place {
  const { slots, begin, taken } = facts
  const centre = centreOf(slots[0] ?? known, at.territory)
  const own = begin.filter((slot) => centre && centreOf(slot, at.territory) === centre)
  const next = slotAt({ ...said, serviceType: said.serviceType ?? known.serviceType ?? [] }, own, at)
  const place = next && lowestFree(next, taken)
  const plan: Plan = {
    release: [known.id],
    rely: slots.map(referenceTo),
    write: freed({ slots, taken }, known.id),
  }
  if (!next || place === undefined) return { plan: { ...plan, remarks: [nowhere] } }
  const occupancy: Occupancy = {
    slot: next.id,
    place,
    appointment: known.id,
    resources: [], // a fact at the centre, whatever else we believe of its people and machines
    start: next.start,
    end: next.end,
  }
  const busy = slotWith(next, placesIn(next, taken) + 1, true)
  return {
    slot: [{ reference: referenceTo(next) }],
    plan: { ...plan, take: [occupancy], write: [...(plan.write ?? []), busy] },
  }
}

const nowhere = issue(
  'informational',
  'The appointment is now at a time for which no free slot of this centre is known. Its former place is free again.',
  'Appointment.start',
  'warning',
)

function lowestFree(slot: Kept<Slot>, taken: readonly Occupancy[]): number | undefined {
  const full = placesIn(slot, taken) >= capacityOf(slot)
  return full ? undefined : freePlace(slot, taken)
}

/** Refused, or cancelled by the centre: the place is free again, and the reason is told. */
function no(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Plan {
  if (!isLive(known)) return {}
  const { start: _, end: __, ...rest } = whatIsSaid(known, said)
  const cancelled: Appointment = {
    ...withoutHold(known),
    ...rest,
    status: said.status,
    ...reasonOf(said, at),
  }
  return {
    write: [
      cancelled,
      ...freed(facts, known.id),
      ...tasksMoved(known, facts, noMoves, at, cancelled.cancelationReason),
    ],
    rely: facts.slots.map(referenceTo),
    release: [known.id],
  }
}

const onTheDay: readonly Appointment['status'][] = ['arrived', 'checked-in', 'fulfilled', 'noshow']

/** Whether it says what happened on the day. */
export const isOfTheDay = ({ status }: Appointment): boolean => onTheDay.includes(status)

/** Arrived, did not come, done. What is over stays so; that it is still waiting is no news. */
function noticed(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Plan {
  const isNews = isLive(known) && isOfTheDay(said)
  const next = { ...known, ...whatIsSaid(known, said), status: isNews ? said.status : known.status }
  const tasks = isNews && said.status === 'fulfilled' ? tasksMoved(known, facts, doneMoves, at) : []
  return changes(next, known) ? { write: [next, ...tasks] } : {}
}

/** What the centre's word adds: its own number for the appointment, and the time it gave. */
function whatIsSaid(known: Appointment, said: Appointment): Partial<Appointment> {
  const has = new Set((known.identifier ?? []).map(({ system, value }) => `${system}|${value}`))
  const added = (said.identifier ?? []).filter(
    (identifier) => !isOurs(identifier) && !has.has(`${identifier.system}|${identifier.value}`),
  )
  return {
    identifier: [...(known.identifier ?? []), ...added],
    ...(said.start && said.end && { start: said.start, end: said.end }),
    ...(said.patientInstruction && { patientInstruction: said.patientInstruction }),
  }
}

function reasonOf(said: Appointment, at: Moment): Partial<Appointment> {
  const reason = said.cancelationReason ?? { text: 'The centre gave no reason.' }
  return {
    cancelationReason: listed(reason, at.territory),
    ...(said.comment && { comment: said.comment }),
  }
}

const accepted = ({ participant }: Appointment) =>
  participant.map((one) => (one.status === 'needs-action' ? { ...one, status: 'accepted' as const } : one))

const changes = (next: Appointment, known: Appointment) => JSON.stringify(next) !== JSON.stringify(known)

interface Moves {
  /** The Task by which somebody of the cell was asked to telephone. */
  call: Task['status']
  /** The centre's own part. */
  part: 'accepted' | 'rejected' | 'completed'
  fulfil: Pick<Task, 'status' | 'businessStatus'>
}

const yesMoves: Moves = {
  call: 'completed',
  part: 'accepted',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('visit-scheduled') },
}
const noMoves: Moves = {
  call: 'rejected',
  part: 'rejected',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('declined') },
}
const doneMoves: Moves = {
  call: 'completed',
  part: 'completed',
  fulfil: { status: 'in-progress', businessStatus: businessStatus('visit-complete') },
}

/** The Tasks that are still open, as they are after this. */
function tasksMoved(
  known: Kept<Appointment>,
  { tasks }: AnswerFacts,
  moves: Moves,
  at: Moment,
  reason?: CodeableConcept,
): Task[] {
  return tasks.filter(isOpen).map((task) => {
    if (isPart(task)) return partMoved(task, moves.part, reason, at)
    const isCall = isCallAbout(task, known)
    return { ...task, ...(isCall ? { status: moves.call } : moves.fulfil), lastModified: at.now }
  })
}

/** A centre whose RIS takes orders gets the request itself once the exam is booked, and may read what it is sent. */
function ordered(facts: AnswerFacts, at: Moment, booked: Appointment, known: Kept<Appointment>): Plan {
  const { request, slots, told } = facts
  const peer = centreOf(slots[0] ?? known, at.territory)
  if (!request || !peer?.takes.includes('request.ordered')) return {}
  const about = [
    currentOf(request),
    request.subject.reference ?? '',
    versionOf(booked, known),
    ...told.map(currentOf),
  ]
  return { grant: mayRead(told, peer), send: [{ peer: peer.name, kind: 'request.ordered', about }] }
}
