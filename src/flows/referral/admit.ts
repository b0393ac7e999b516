import type { CommunicationRequest, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { organizationKey } from '../../auth/gate.ts'
import type { Kept } from '../../store/index.ts'
import { clocked } from '../clocks/kept.ts'
import { isDirectory } from '../renewed.ts'
import type { Moment } from '../step.ts'
import { businessStatus, isOfRequest, isOpen } from '../task.ts'
import { type FlagCode, flagCodesOf, flagged, flagsOf, modalitiesOf, type Submitted } from './flags.ts'
import { askedFor, flagsIn, type Identified, isByCell, judgementOf, taskJudged } from './judged.ts'

/** What of a request is there already: its Tasks, and what its prescriber was asked, and has not answered to a person. */
export interface Around {
  /** As it was said before, where it is said anew. */
  request?: ServiceRequest | undefined
  tasks: readonly Kept<Task>[]
  asked: Kept<CommunicationRequest> | undefined
  questions: readonly Kept<CommunicationRequest>[]
}

/**
 * A new request with its flags, the Task that the coordination cell owns for it, and what its prescriber is asked, where
 * answers are missing. The id is set.
 */
export function admitted(submitted: Submitted & { request: Identified }, at: Moment): Resource[] {
  const { flags, judgement } = assessed(submitted, [], at)
  const request = flagged(submitted.request, flags)
  const task = clocked(taskFor(submitted.request, at), modalitiesOf(request, at.territory), at)
  const asked = askedFor(request, judgement, undefined, at)
  return [
    request,
    toAssess(taskJudged(flagged(task, flags), judgement, at), flags, at),
    ...(asked ? [asked] : []),
  ]
}

/** Where the territory wants it so, what is outside the protocol stands apart until a person has looked at it. */
function toAssess(task: Task, flags: readonly FlagCode[], { territory }: Moment): Task {
  const isApart = territory.entry?.outsideProtocol === 'assess' && flags.includes('out-of-protocol')
  return isApart && task.status === 'requested'
    ? { ...task, businessStatus: businessStatus('additional-assessment-required') }
    : task
}

/** A request as it is now said, its Tasks and what is asked for it, with what this makes of them. */
export function readmitted(
  submitted: Submitted & { request: Identified },
  { request: before, tasks, asked, questions }: Around,
  at: Moment,
): Resource[] {
  const { flags, judgement } = assessed(submitted, flagCodesOf(submitted.request), at)
  const request = flagged(submitted.request, flags)
  const next = askedFor(request, judgement, asked, at)
  const isAsked = questions.some((one) => one.id !== asked?.id && isByCell(one, at))
  const renewed = tasks.map((task) => {
    const now = hurried(flagged(task, flags), submitted.request, before)
    return isOfRequest(task) && isOpen(task) ? taskJudged(now, judgement, at, isAsked) : now
  })
  return [request, ...renewed, ...(next ? [next] : [])]
}

/** Whoever calls a request more urgent, or less, moves it in the pool; what the cell has made of its urgency stays otherwise. */
function hurried<T extends Task>(
  task: T,
  { priority = 'routine' }: ServiceRequest,
  before?: ServiceRequest,
): T {
  const isNews = before !== undefined && priority !== (before.priority ?? 'routine')
  return isNews && isOfRequest(task) && isOpen(task) ? { ...task, priority } : task
}

/** What is missing or unusual, and what the protocol says. What was found when it came, about its sender or others, stays. */
function assessed(submitted: Submitted, before: readonly string[], at: Moment) {
  const own = flagsOf(submitted, at)
  const judgement = judgementOf(submitted, own, at)
  const stays = lasting.filter((flag) => before.includes(flag))
  const flags = [...own, ...flagsIn(judgement), ...(submitted.found ?? []), ...stays]
  return { flags: [...new Set(flags)], judgement }
}

const lasting: readonly FlagCode[] = ['non-member', 'out-of-territory', 'out-of-path', 'duplicate-suspected']

/** The Task of a request; its moves stand in `../task.ts`. */
function taskFor(request: Identified, at: Moment): Task {
  return {
    resourceType: 'Task',
    id: at.newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    ...(request.requisition && { groupIdentifier: request.requisition }),
    // What says nothing waits with what is not urgent; that nothing was said is a flag.
    priority: request.priority ?? 'routine',
    focus: { reference: `ServiceRequest/${request.id}` },
    for: request.subject,
    authoredOn: at.now,
    lastModified: at.now,
    ...(request.requester && { requester: request.requester as NonNullable<Task['requester']> }), // a subset of the same targets
    owner: { reference: at.territory.cell },
    businessStatus: businessStatus('created'),
  }
}

/** A request that has ended stays so. */
export const hasEnded = ({ status }: ServiceRequest) =>
  status === 'revoked' || status === 'completed' || status === 'entered-in-error'

/** The keys of whoever sent a referral: their organisation's, which then sees all that came with it. */
export function senderKeys({ organization }: Actor): string[] {
  return organization ? [organizationKey(organization)] : []
}

/** The same keys for each of these resources. */
export function grants(
  resources: readonly Resource[],
  keys: readonly string[],
): Record<string, readonly string[]> {
  // The directory is for all to see.
  const hidden = resources.filter((resource) => !isDirectory(resource))
  return Object.fromEntries(hidden.map(({ resourceType, id }) => [`${resourceType}/${id}`, keys]))
}
