import type { Appointment, Resource, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { AnswerFacts } from '../booking/answer.ts'
import { answered } from '../booking/answered.ts'
import { referenceTo } from '../booking/states.ts'
import { withClocksOf } from '../clocks/kept.ts'
import { merged } from '../plan.ts'
import type { Withdrawn } from '../referral/cancelled.ts'
import { unanswered } from '../referral/questioned.ts'
import { nextOf, type Put, placeIn, referenceOf } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import {
  type BusinessStatus,
  businessStatus,
  isAbort,
  isCall,
  isOfRequest,
  mayMove,
  mayMoveAs,
  mayOwn,
  withReasonCoded,
} from '../task.ts'
import { type AbortFacts, aborted, abortFacts } from './abort.ts'
import { mayMake, mayWrite } from './elements.ts'
import { endedWith, endFacts } from './ended.ts'

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'

interface TaskFacts {
  /** What the centre said by telephone, by the Task's id. */
  calls: ReadonlyMap<string, AnswerFacts>
  /** What an abort would end, by the Task's id. */
  aborts: ReadonlyMap<string, AbortFacts>
  /** What ends with a request's Task, by the Task's id. */
  ends: ReadonlyMap<string, Withdrawn>
}

/** A Task changed through the API; the one by which the cell telephones carries the centre's yes or no. */
export const taskByApi: Hook<TaskFacts> = {
  async facts(changes, all, store, actor) {
    const calls = changes.filter(({ before }) => before && isCall(before as Kept<Task>))
    const facts = await Promise.all(
      calls.map(async ({ id, before }) => {
        const kept = await store.follow((before as Kept<Task>).focus?.reference)
        if (kept?.resourceType !== 'Appointment') return []
        return [[id, await answered.facts({ appointment: kept, peer: '' }, store, actor)] as const]
      }),
    )
    const [aborts, ends] = await Promise.all([
      abortsIn(changes, store, actor),
      endsIn(changes, all, store, actor),
    ])
    return { calls: new Map(facts.flat()), aborts, ends }
  },

  decide(changes, all, facts, at, actor) {
    const said = new Set(all.filter(({ type }) => type !== 'Task').map(referenceOf))
    const plans = changes.map((change) => {
      const plan = taskMoved(change, facts, at, actor)
      return facts.ends.has(change.id) ? unsaid(plan, said) : plan
    })
    return merged(plans)
  },
}

/** What ends with a Task and is sent along is as it is said, and written by others. */
const unsaid = (plan: Plan, said: ReadonlySet<string>): Plan => ({
  ...plan,
  write: (plan.write ?? []).filter((one) => !said.has(referenceTo(one))),
})

async function endsIn(
  changes: readonly Seen[],
  all: readonly Seen[],
  store: Reader,
  actor: Actor,
): Promise<ReadonlyMap<string, Withdrawn>> {
  const words = all.filter(isPut).map(({ resource }) => resource)
  const ends = changes.filter(isPut).map(async ({ id, resource, before }) => {
    // Changes of this hook are Tasks: the table says so.
    const known = before && (await endFacts(before as Kept<Task>, resource as Task, store))
    if (!known) return []
    const questions = unanswered(known.questions, known.request, words, actor)
    return [[id, { ...known, questions }] as const]
  })
  return new Map((await Promise.all(ends)).flat())
}

async function abortsIn(changes: readonly Seen[], store: Reader, actor: Actor) {
  // Changes of this hook are Tasks: the table says so.
  const aborts = changes.filter(isPut).filter(({ resource }) => isAbort(resource as Task))
  const facts = aborts.map(
    async ({ id, resource }) => [id, await abortFacts(resource as Task, store, actor)] as const,
  )
  return new Map(await Promise.all(facts))
}

function taskMoved(change: Seen, { calls, aborts, ends }: TaskFacts, at: Moment, actor: Actor): Plan {
  if (!isPut(change)) return { remove: change.before ? [change.before] : [] }
  // Changes of this hook are Tasks: the table says so.
  const before = change.before as Kept<Task> | undefined
  const written = withClocksOf(nextOf(change.resource, before) as Task & { id: string }, before)
  const task = isOfRequest(written) ? withReasonCoded(written) : written
  refuseMove(task, before, actor, at.territory.cell)
  const place = (path: string) => placeIn(change, path)
  if (before) mayWrite(before, task, actor, at.territory.cell, place)
  else mayMake(task, actor, place)
  // One without a priority would wait for nobody.
  const write = {
    ...task,
    ...(isOfRequest(task) && { priority: task.priority ?? 'routine', ...stageOf(task, before) }),
    lastModified: at.now,
  }
  const abort = aborts.get(change.id)
  if (abort) return aborted(write, before, abort, at, actor)
  const end = ends.get(change.id)
  if (end) return merged([{ write: [write] }, endedWith(end, write, at)])
  const call = calls.get(change.id)
  const status = task.status === 'completed' ? 'booked' : task.status === 'rejected' ? 'cancelled' : undefined
  const isNews = status && before?.status !== task.status
  if (!call?.known || !isNews) return { write: [write] }
  const { cancelationReason: _, ...known } = call.known
  const said: Appointment = {
    ...known,
    status,
    ...(status === 'cancelled' && task.statusReason && { cancelationReason: task.statusReason }),
  }
  const plan = answered.decide({ appointment: said, peer: '' }, call, at, actor)
  const others = (plan.write ?? []).filter((resource: Resource) => resource.id !== task.id)
  return { ...plan, write: [write, ...others] }
}

/** A Task that ends and says no more of how far it has come has come to that end. */
function stageOf({ status, businessStatus: said }: Task, before: Task | undefined): Partial<Task> {
  const stage = endStages[status]
  const isSaid = JSON.stringify(said) !== JSON.stringify(before?.businessStatus)
  return stage === undefined || isSaid || before?.status === status
    ? {}
    : { businessStatus: businessStatus(stage) }
}

const endStages: Partial<Record<Task['status'], BusinessStatus>> = {
  rejected: 'declined',
  cancelled: 'cancelled',
  completed: 'completed',
}

/** Passes when this actor may write this Task. Fails: business-rule, forbidden. */
function refuseMove(task: Task, before: Kept<Task> | undefined, actor: Actor, cell: string): void {
  if (before) mayMove(before, task.status)
  const isCalling = isCall(task) || (before !== undefined && isCall(before))
  if (isCalling && actor.sight !== 'all')
    throw failure('forbidden', 'What a centre answers by telephone is written by the cell.', 'Task.code')
  if (!before) return
  if (isAbort(task) !== isAbort(before))
    throw failure('business-rule', 'A Task does not become an abort, nor an abort another Task.', 'Task.code')
  mayMoveAs(before, task.status, actor, cell)
  mayOwn(before, task, actor)
}
