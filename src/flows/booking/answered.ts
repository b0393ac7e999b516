import type { Appointment, Resource, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { issue } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { inLaneOf } from '../lane.ts'
import { merged } from '../plan.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { isOpen } from '../task.ts'
import { type Answer, type AnswerFacts, factsOf, isOurs, theirs } from './answer.ts'
import { isByMove } from './asking.ts'
import { callFor } from './call.ts'
import { cancellingAll, freed, type Given } from './cancelled.ts'
import { type DeskFacts, deskBooking, deskFacts, deskNames } from './desk.ts'
import { handedOver } from './quotas.ts'
import { listed } from './reasons.ts'
import {
  centreOf,
  currentOf,
  isLive,
  noticeable,
  operatorOf,
  referenceTo,
  versionOf,
  whyMoved,
  withoutHold,
} from './states.ts'
import {
  doneMoves,
  isCallAbout,
  type Moves,
  missedMoves,
  noMoves,
  tasksMoved,
  yesMoves,
} from './tasks-after.ts'
import { mayRead } from './told.ts'
import { isElsewhere, moved, stayed } from './whereabouts.ts'

/** The centre has answered, or its desk has changed something: the appointment follows. */
export const answered: Step<Answer, AnswerFacts> = {
  name: 'booking.answered',

  async facts(answer, store, actor) {
    const { appointment } = answer
    const known = await theirs(appointment, store, actor)
    const facts = await factsOf(known, appointment, store)
    return known ? facts : { ...facts, desk: await deskFacts(answer, store, actor) }
  },

  decide({ appointment, peer }, facts, at, actor) {
    const { known, slots, desk = nothing } = facts
    if (!known) return deskBooking(appointment, desk, peer, at, actor)
    if (!isCentre(known, slots, at, actor))
      return { filtered: 'Only the centre of an appointment answers for it.' }
    const echoes = echoesOf(known, appointment, facts, at)
    const taken = facts.taken.filter((one) => !echoes.includes(one.appointment))
    const plan = saidOf(known, appointment, { ...facts, taken }, at, peer)
    return echoes.length > 0 ? merged([plan, { release: echoes }]) : plan
  },
}

const nothing: DeskFacts = { during: [], before: [], taken: [] }

function saidOf(
  known: Kept<Appointment>,
  said: Appointment,
  facts: AnswerFacts,
  at: Moment,
  peer: string,
): Plan {
  if (said.status === 'booked') return yes(known, said, facts, at, peer)
  if (said.status === 'cancelled' || said.status === 'entered-in-error') return no(known, said, facts, at)
  return noticed(known, said, facts, at)
}

/** Places that were the desk's, as its word came before its answer to us, by the numbers of this very appointment. */
function echoesOf(
  known: Appointment,
  said: Appointment,
  { slots, taken }: AnswerFacts,
  at: Moment,
): string[] {
  const centre = centreOf(slots[0] ?? known, at.territory)?.organization
  if (centre === undefined) return []
  const numbers = [...(known.identifier ?? []), ...(said.identifier ?? [])]
  return deskNames({ ...known, identifier: numbers }, centre).filter((name) =>
    taken.some(({ appointment }) => appointment === name),
  )
}

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
  return facts.old ? merged([settled, replaced(facts.old, known, facts, at)]) : settled
}

/** The appointment that has been moved gives its place back, now that the new one is sure. */
function replaced(old: Given, by: Kept<Appointment>, { slots, request, had }: AnswerFacts, at: Moment): Plan {
  const own = new Set(slots.map(({ id }) => id))
  const take = handedOver(slots, request, by.id, bookerOf(by), had)
  const plan = { ...cancellingAll([old], whyMoved, at), take }
  const write = (plan.write ?? []).filter(({ id }) => !own.has(id ?? ''))
  if (!isByMove(by)) return { ...plan, write }
  // The centre has moved it, and has no other one to cancel; its number is the new one's.
  const isOld = ({ id }: Resource) => id === old.appointment.id
  return {
    ...plan,
    write: write.map((one) => (isOld(one) ? withOldNumbers(one as Appointment) : one)),
    send: [],
  } // of that id
}

/** Whose quotas count: the cell has none, and has counted in none. */
const bookerOf = (appointment: Appointment) => {
  const organization = operatorOf(appointment)
  return { sight: [], ...(organization !== undefined && { organization }) }
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

/** What becomes of the Tasks by what happened on the day; who came late after all is expected again. */
const movesOnTheDay = ({ status }: Appointment, before: Appointment): Moves | undefined => {
  if (status === 'fulfilled') return doneMoves
  if (status === 'noshow') return missedMoves
  return before.status === 'noshow' ? yesMoves : undefined
}

/** Arrived, did not come, done. What is over stays so; that it is still waiting is no news. */
function noticed(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Plan {
  const isNews = noticeable(known).includes(said.status)
  const next = { ...known, ...whatIsSaid(known, said), status: isNews ? said.status : known.status }
  const moves = isNews ? movesOnTheDay(said, known) : undefined
  return changes(next, known) ? { write: [next, ...(moves ? tasksMoved(known, facts, moves, at) : [])] } : {}
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
