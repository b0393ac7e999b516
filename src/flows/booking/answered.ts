import type { Appointment, Identifier, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import type { Moment, Plan, Step } from '../step.ts'
import {
  currentOf,
  isLive,
  peerOf,
  referenceTo,
  slotWith,
  sourceOf,
  versionOf,
  withoutHold,
} from './states.ts'

/** What a centre says of an appointment: in answer to our question, or of itself. */
export interface Answer {
  /** As its message was transformed: identifiers, status, start, end, reason. */
  appointment: Appointment
  /** Who says so. */
  peer: string
}

export interface AnswerFacts {
  known: Kept<Appointment> | undefined
  slots: readonly Kept<Slot>[]
  taken: readonly Occupancy[]
  request: Kept<ServiceRequest> | undefined
  tasks: readonly Kept<Task>[]
  /** Slot of the peer that begins when an appointment of its own does. */
  desk: readonly Kept<Slot>[]
}

/** The centre has answered, or its desk has changed something: the appointment follows. */
export const answered: Step<Answer, AnswerFacts> = {
  name: 'booking.answered',

  async facts({ appointment, peer }, store, actor) {
    const known = await theirs(appointment, store, actor)
    const [slots, request, tasks, desk] = await Promise.all([
      slotsOf(known, store),
      requestOf(known, store),
      known ? tasksOf(known, store) : [],
      known ? [] : deskSlots(appointment, peer, store),
    ])
    return { known, slots, request, tasks, desk, taken: await store.occupancies(slots.map(({ id }) => id)) }
  },

  decide({ appointment, peer }, facts, at) {
    const { known } = facts
    if (!known) return deskBooking(appointment, facts.desk)
    if (appointment.status === 'booked') return yes(known, appointment, facts, at, peer)
    if (appointment.status === 'cancelled' || appointment.status === 'entered-in-error') {
      return no(known, appointment, facts, at)
    }
    return noticed(known, appointment)
  },
}

/** The appointment that is meant, if it is this centre's. */
async function theirs(said: Appointment, store: Reader, actor: Parameters<typeof sees>[0]) {
  const ours = said.identifier?.find(isOurs)?.value
  const known =
    ours && isId.test(ours) ? await store.read('Appointment', ours) : await store.sameIdentifier(said)
  if (!known) return undefined
  return sees(actor, await store.sight(referenceTo(known))) ? known : undefined
}

const isOurs = ({ type }: Identifier) => type?.coding?.some(({ code }) => code === 'PLAC') ?? false
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function slotsOf(known: Kept<Appointment> | undefined, store: Reader): Promise<Kept<Slot>[]> {
  const slots = await Promise.all((known?.slot ?? []).map(({ reference }) => store.follow(reference)))
  return slots.filter((slot): slot is Kept<Slot> => slot?.resourceType === 'Slot')
}

async function requestOf(known: Kept<Appointment> | undefined, store: Reader) {
  const request = await store.follow(known?.basedOn?.[0]?.reference)
  return request?.resourceType === 'ServiceRequest' ? request : undefined
}

async function tasksOf(known: Kept<Appointment>, store: Reader): Promise<Kept<Task>[]> {
  const about = [referenceTo(known), ...(known.basedOn ?? []).flatMap(({ reference }) => reference ?? [])]
  return store.search('Task', `focus=${about.join(',')}`)
}

async function deskSlots({ start }: Appointment, peer: string, store: Reader): Promise<Kept<Slot>[]> {
  if (!start) return []
  return store.search('Slot', `_source=${sourceOf(peer)}&start=${encodeURIComponent(start)}`)
}

/** The desk has given one of its own slots to somebody: it is not offered any more, or it is again. */
function deskBooking({ status }: Appointment, desk: readonly Kept<Slot>[]): Plan {
  const next = status === 'booked' ? 'busy' : status === 'cancelled' ? 'free' : undefined
  const write = desk.filter((slot) => next && slot.status !== next && slot.status !== 'busy-tentative')
  if (!next || desk.length === 0)
    return { filtered: 'No appointment and no slot of this centre fits the message.' }
  return { write: write.map((slot) => ({ ...slot, status: next })) }
}

/** Booked: only now. A yes for what has been cancelled here meanwhile is cancelled there. */
function yes(
  known: Kept<Appointment>,
  said: Appointment,
  facts: AnswerFacts,
  at: Moment,
  peer: string,
): Plan {
  if (!isLive(known)) return { send: [{ peer, kind: 'appointment.cancelled', about: [currentOf(known)] }] }
  const booked = {
    ...withoutHold(known),
    ...whatIsSaid(known, said),
    status: 'booked' as const,
    participant: accepted(known),
  }
  const news = known.status === 'booked' ? [] : facts.tasks.map((task) => moved(task, known, at, yesMoves))
  return {
    write: [...(changes(booked, known) ? [booked] : []), ...busy(facts), ...news],
    ...(known.status !== 'booked' && { send: orders(facts, at, booked, known) }),
  }
}

/** Refused, or cancelled by the centre: the place is free again, and the reason is told. */
function no(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Plan {
  if (!isLive(known)) return {}
  const cancelled: Appointment = {
    ...withoutHold(known),
    ...whatIsSaid(known, said),
    status: said.status,
    ...reasonOf(said),
  }
  return {
    write: [
      cancelled,
      ...freed(facts.slots, facts.taken, known.id),
      ...facts.tasks.map((task) => moved(task, known, at, noMoves)),
    ],
    release: [known.id],
  }
}

/** Arrived, did not come, done: what happened on the day. */
function noticed(known: Kept<Appointment>, said: Appointment): Plan {
  const next = { ...known, ...whatIsSaid(known, said), status: said.status }
  return changes(next, known) ? { write: [next] } : {}
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

function reasonOf(said: Appointment): Partial<Appointment> {
  return {
    cancelationReason: said.cancelationReason ?? { text: 'The centre gave no reason.' },
    ...(said.comment && { comment: said.comment }),
  }
}

const accepted = ({ participant }: Appointment) =>
  participant.map((one) => (one.status === 'needs-action' ? { ...one, status: 'accepted' as const } : one))

const changes = (next: Appointment, known: Appointment) => JSON.stringify(next) !== JSON.stringify(known)

function busy({ slots, taken }: AnswerFacts): Slot[] {
  return slots
    .map((slot) => [slot, slotWith(slot, countIn(slot, taken), true)] as const)
    .flatMap(([slot, next]) => (next.status === slot.status ? [] : [next]))
}

/** The slots as they are when an appointment has given its places back. */
export function freed(
  slots: readonly Kept<Slot>[],
  taken: readonly Occupancy[],
  appointment: string,
): Slot[] {
  const left = taken.filter((occupancy) => occupancy.appointment !== appointment)
  return slots
    .map((slot) => [slot, slotWith(slot, countIn(slot, left), true)] as const)
    .flatMap(([slot, next]) => (next.status === slot.status ? [] : [next]))
}

const countIn = (slot: Kept<Slot>, taken: readonly Occupancy[]) =>
  new Set(taken.filter(({ slot: id }) => id === slot.id).map(({ place }) => place)).size

interface Moves {
  /** The Task by which somebody of the cell was asked to telephone. */
  call: Task['status']
  fulfil: Pick<Task, 'status' | 'businessStatus'>
}

const yesMoves: Moves = {
  call: 'completed',
  fulfil: { status: 'in-progress', businessStatus: { text: 'visit-scheduled' } },
}
const noMoves: Moves = {
  call: 'rejected',
  fulfil: { status: 'in-progress', businessStatus: { text: 'declined' } },
}

function moved(task: Kept<Task>, known: Appointment, at: Moment, moves: Moves): Task {
  const isCall = task.focus?.reference === `Appointment/${known.id}`
  return { ...task, ...(isCall ? { status: moves.call } : moves.fulfil), lastModified: at.now }
}

/** A centre whose RIS takes orders gets the request itself once the exam is booked. */
function orders({ request, slots }: AnswerFacts, at: Moment, booked: Appointment, known: Kept<Appointment>) {
  const slot = slots[0]
  const peer = slot && peerOf(slot, at.territory)
  if (!request || !peer?.takes.includes('request.ordered')) return []
  return [
    {
      peer: peer.name,
      kind: 'request.ordered',
      about: [currentOf(request), request.subject.reference ?? '', versionOf(booked, known)],
    },
  ]
}
