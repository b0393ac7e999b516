import type { Appointment, Resource, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { merged } from '../plan.ts'
import { nextOf, type Put } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import { type AnswerFacts, answered } from './answered.ts'
import { cancelling, type Given, givenUp } from './cancelled.ts'
import { isLive } from './states.ts'

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'

interface AppointmentFacts {
  given: ReadonlyMap<string, Given>
  answers: ReadonlyMap<string, AnswerFacts>
}

/** An Appointment changed through the API: a centre's word is an answer, a client's only word is to cancel. */
export const appointmentByApi: Hook<AppointmentFacts> = {
  async facts(changes, _, store, actor) {
    const known = changes.flatMap(({ before }) => (before ? [before as Kept<Appointment>] : []))
    const given = await Promise.all(known.map(async (one) => [one.id, await givenUp(one, store)] as const))
    const answers = actor.role === 'ris' ? await answersOf(known, store, actor) : []
    return { given: new Map(given), answers: new Map(answers) }
  },

  decide(changes, _, facts, at, actor) {
    return merged(changes.map((change) => moved(change, facts, at, actor)))
  },
}

const answersOf = (known: readonly Kept<Appointment>[], store: Reader, actor: Actor) =>
  Promise.all(
    known.map(
      async (appointment) =>
        [appointment.id, await answered.facts({ appointment, peer: '' }, store, actor)] as const,
    ),
  )

function moved(change: Seen, facts: AppointmentFacts, at: Moment, actor: Actor): Plan {
  if (!isPut(change))
    throw failure('business-rule', 'An appointment is cancelled, not deleted.', 'Appointment.status')
  // Changes of this hook are Appointments: the table says so.
  const said = nextOf(change.resource, change.before) as Appointment & { id: string }
  const given = facts.given.get(change.id)
  if (!given) return created(said, actor)
  const before = given.appointment
  if (said.status === before.status) return { write: [said] }
  const answer = facts.answers.get(change.id)
  if (answer) return answered.decide({ appointment: said, peer: '' }, answer, at, actor)
  if (said.status === 'cancelled' && isLive(before)) return cancelling(given, said.cancelationReason, at)
  throw failure(
    'business-rule',
    `An appointment that is ${before.status} can be cancelled here; only its centre makes it ${said.status}.`,
    'Appointment.status',
  )
}

/** Nobody writes down a booking that no RIS has made. */
function created(said: Appointment, { role }: Actor): Plan {
  if (!isLive(said) || role === 'ris') return { write: [said] }
  throw failure(
    'business-rule',
    'Places are taken with Appointment/$hold and Appointment/$book.',
    'Appointment.status',
  )
}

interface TaskFacts {
  /** What the centre said by telephone, by the Task's id. */
  calls: ReadonlyMap<string, AnswerFacts>
}

/** A Task changed through the API; the one by which the cell telephones carries the centre's yes or no. */
export const taskByApi: Hook<TaskFacts> = {
  async facts(changes, _, store, actor) {
    const calls = changes.filter(({ before }) => before && isCall(before as Kept<Task>))
    const facts = await Promise.all(
      calls.map(async ({ id, before }) => {
        const kept = await store.follow((before as Kept<Task>).focus?.reference)
        if (kept?.resourceType !== 'Appointment') return []
        return [[id, await answered.facts({ appointment: kept, peer: '' }, store, actor)] as const]
      }),
    )
    return { calls: new Map(facts.flat()) }
  },

  decide(changes, _, { calls }, at, actor) {
    return merged(changes.map((change) => taskMoved(change, calls.get(change.id), at, actor)))
  },
}

const isCall = ({ code }: Task) => code?.coding?.some(({ code }) => code === 'confirm-booking') ?? false

function taskMoved(change: Seen, call: AnswerFacts | undefined, at: Moment, actor: Actor): Plan {
  if (!isPut(change)) return { remove: change.before ? [change.before] : [] }
  // Changes of this hook are Tasks: the table says so.
  const task = nextOf(change.resource, change.before) as Task & { id: string }
  const write = { ...task, lastModified: at.now }
  const status = task.status === 'completed' ? 'booked' : task.status === 'rejected' ? 'cancelled' : undefined
  if (!call?.known || !status) return { write: [write] }
  const { cancelationReason: _, ...known } = call.known
  const said: Appointment = {
    ...known,
    status,
    ...(status === 'cancelled' && { cancelationReason: task.statusReason ?? {} }),
  }
  const plan = answered.decide({ appointment: said, peer: '' }, call, at, actor)
  const others = (plan.write ?? []).filter((resource: Resource) => resource.id !== task.id)
  return { ...plan, write: [write, ...others] }
}
