import type { Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { isLive } from '../booking/states.ts'
import { grants } from '../referral/admit.ts'
import { type Withdrawn, withdrawing, withdrawn } from '../referral/cancelled.ts'
import type { Moment, Plan } from '../step.ts'
import { type BusinessStatus, businessStatus, isOfRequest, legalMoves } from '../task.ts'

/*
 * Whoever asked wants its request to be ended, once work on it has begun: a Task of code `abort`, whose focus is the
 * request, or its Task. While the request could still be cancelled, it is ended at once; afterwards the cell says whether
 * it can be: `completed` ends it, with its appointment, and `rejected` lets it go on. Source: HL7 clinical order workflows.
 */

/** What an abort would end. */
export interface AbortFacts {
  known: Withdrawn
  /** The request's own Task. */
  task: Kept<Task>
  /** `org:<id>` of all who see the request. */
  keys: readonly string[]
}

/** Reads what an abort is about. Fails: not-found for what is not there, or not for the actor's eyes. */
export async function abortFacts(abort: Task, store: Reader, actor: Actor): Promise<AbortFacts> {
  const named = await store.follow(abort.focus?.reference)
  const request = named?.resourceType === 'Task' ? await store.follow(named.focus?.reference) : named
  const keys = request ? await store.sight(`ServiceRequest/${request.id}`) : []
  if (request?.resourceType !== 'ServiceRequest' || !sees(actor, keys)) throw unknown()
  const known = await withdrawn(request, store)
  const task = known.tasks.find(isOfRequest)
  if (!task) throw unknown()
  return { known, task, keys: keys.filter((key) => key.startsWith('org:')) }
}

const unknown = () =>
  failure('not-found', 'An abort names the request that is to be ended, or its Task.', 'Task.focus')

/** What becomes of an abort that is asked for, carried out or declined. Fails: business-rule for what has ended. */
export function aborted(
  said: Task & { id: string },
  before: Kept<Task> | undefined,
  facts: AbortFacts,
  at: Moment,
  actor: Actor,
): Plan {
  const abort = addressed(before ? said : toCell(said, at, actor), facts, at)
  const plan = before ? carriedOn(abort, before, facts, at) : begun(abort, facts, at, actor)
  return { ...plan, grant: { ...plan.grant, ...grants([abort], facts.keys) } }
}

/** Whoever asks does not say who decides: by their word alone it would be their own to carry out. */
const toCell = (said: Task & { id: string }, at: Moment, { sight }: Actor) =>
  sight === 'all' ? said : { ...said, owner: { reference: at.territory.cell } }

/** Its focus is the request's own Task, which others than its owner cannot end; its owner is the cell. */
const addressed = (said: Task & { id: string }, { known, task }: AbortFacts, at: Moment) => ({
  ...said,
  focus: { reference: `Task/${task.id}` },
  basedOn: [{ reference: `ServiceRequest/${known.request.id}` }],
  for: known.request.subject,
  authoredOn: said.authoredOn ?? at.now,
  owner: said.owner ?? { reference: at.territory.cell },
  priority: said.priority ?? task.priority ?? ('routine' as const),
})

function begun(abort: Task & { id: string }, facts: AbortFacts, at: Moment, actor: Actor): Plan {
  const { task, known } = facts
  if (known.request.status !== 'active' && known.request.status !== 'on-hold')
    throw failure(
      'business-rule',
      `The request is ${known.request.status}: there is nothing to end.`,
      'Task.focus',
    )
  if (abort.status !== 'requested')
    throw failure('business-rule', 'An abort is asked for: its status is requested.', 'Task.status')
  if (legalMoves(task, actor, at.territory.cell).includes('cancelled') && task.status !== 'in-progress')
    return ended({ ...abort, status: 'completed' }, facts, at)
  return { write: [abort, staged(task, 'cancellation-requested', at)] }
}

function carriedOn(abort: Task & { id: string }, before: Kept<Task>, facts: AbortFacts, at: Moment): Plan {
  if (abort.status === before.status) return { write: [abort] }
  if (abort.status === 'completed') return ended(abort, facts, at)
  const isGivenUp = abort.status === 'rejected' || abort.status === 'cancelled' || abort.status === 'failed'
  return { write: [abort, ...(isGivenUp ? [staged(facts.task, stageOf(facts), at)] : [])] }
}

/** The request is taken back, with its appointment. */
function ended(abort: Task & { id: string }, { known }: AbortFacts, at: Moment): Plan {
  const plan = withdrawing(known, undefined, at)
  return { ...plan, write: [abort, ...(plan.write ?? [])] }
}

/** How far it had come before, by what is booked. */
function stageOf({ known: { appointments } }: AbortFacts): BusinessStatus {
  if (appointments.some(({ appointment }) => appointment.status === 'booked')) return 'visit-scheduled'
  if (appointments.some(({ appointment }) => isLive(appointment))) return 'awaiting-confirmation'
  return appointments.length > 0 ? 'waitlist' : 'accepted'
}

const staged = (task: Kept<Task>, stage: BusinessStatus, at: Moment): Task => ({
  ...task,
  businessStatus: businessStatus(stage),
  lastModified: at.now,
})
