import type { CodeableConcept, Task } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import { canonical, systems } from '../fhir/canonical.ts'
import { failure } from '../fhir/outcome.ts'

type Status = Task['status']

/** Who makes a move: who does the work (the cell, the centre asked), or who asked for it. `gateway`: steps alone, in one with another change. */
export type Mover = 'owner' | 'requester' | 'gateway'

/** One way that a Task may go. */
export interface TaskMove {
  from: Status
  to: Status
  by: readonly Mover[]
  /** Only of Tasks that are one thing to do: `confirm-booking`, `cancel-booking`, `abort`, `capacity-call`. */
  onlyChores?: true
  /** Why it is here, where the published table does not have it. */
  beyond?: string
}

const move = (from: Status, to: Status, by: Mover | readonly Mover[], beyond?: string): TaskMove => ({
  from,
  to,
  by: [by].flat(),
  ...(beyond !== undefined && { beyond }),
})

const asked = 'the prescriber is asked before work begins'
const begun = 'a booking accepts and begins in one'
const called = 'one thing is asked, and done'

/**
 * All moves of a Task; from a status that is not here on the left, it has ended.
 *
 * Source: AU eRequesting, fulfilment task; HL7 clinical order workflows (COW): the placer cancels a Task itself until it
 * is in progress, later it asks for that by a Task `abort`.
 */
export const taskMoves: readonly TaskMove[] = [
  move('draft', 'requested', 'requester', 'R4, Task: a draft is not seen by its owner'),
  move('draft', 'cancelled', 'requester', 'likewise'),
  move('requested', 'received', 'owner'),
  move('requested', 'accepted', 'owner'),
  move('requested', 'rejected', 'owner'),
  move('requested', 'cancelled', ['requester', 'owner']),
  move('requested', 'in-progress', ['owner', 'gateway'], begun),
  move('requested', 'on-hold', ['owner', 'gateway'], asked),
  move('received', 'accepted', 'owner'),
  move('received', 'rejected', 'owner'),
  move('received', 'cancelled', ['requester', 'owner']),
  move('received', 'in-progress', ['owner', 'gateway'], begun),
  move('received', 'on-hold', ['owner', 'gateway'], asked),
  move('accepted', 'in-progress', 'owner'),
  move('accepted', 'cancelled', ['requester', 'owner']),
  move('accepted', 'on-hold', ['owner', 'gateway'], asked),
  move('in-progress', 'on-hold', 'owner'),
  move('in-progress', 'completed', 'owner'),
  move('in-progress', 'failed', 'owner'),
  move(
    'in-progress',
    'cancelled',
    ['owner', 'gateway'],
    'the request was taken back, or the abort was carried out',
  ),
  move('on-hold', 'in-progress', 'owner'),
  move('on-hold', 'accepted', 'owner', 'the centre it is addressed to takes it as it is'),
  move('on-hold', 'rejected', 'owner', 'the centre it is addressed to cannot take it'),
  move('on-hold', 'requested', 'gateway', 'the missing answers have come'),
  move('on-hold', 'cancelled', ['requester', 'owner', 'gateway'], 'the request is taken back while it waits'),
  { ...move('requested', 'completed', 'owner', called), onlyChores: true },
  { ...move('received', 'completed', 'owner', called), onlyChores: true },
  move('accepted', 'completed', ['owner', 'gateway'], 'the exam was done at the centre asked'),
  move('accepted', 'rejected', ['owner', 'gateway'], 'the centre takes its yes back'),
]

const open: ReadonlySet<string> = new Set(taskMoves.map(({ from }) => from))

/** Whether something is still to be done about it. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean => open.has(status)

/** The moves of a Task as it is now. */
export const movesOf = (task: Pick<Task, 'status' | 'code'>): TaskMove[] =>
  taskMoves.filter(({ from, onlyChores }) => from === task.status && (!onlyChores || isChore(task)))

/** What this actor may make of a Task now: for a page's buttons. */
export const legalMoves = (task: Task, actor: Actor, cell: string): Status[] => [
  ...new Set(
    movesOf(task)
      .filter(({ by }) => by.some((mover) => moversOf(task, actor, cell).includes(mover)))
      .map(({ to }) => to),
  ),
]

/** Passes when a Task may go from one status to the other, whoever moves it. Fails: business-rule, with the legal moves. */
export function mayMove(before: Pick<Task, 'status' | 'code'>, next: Status): void {
  if (before.status === next || next === 'entered-in-error') return
  const known = movesOf(before).map(({ to }) => to)
  if (known.includes(next)) return
  const told = known.length > 0 ? [...new Set(known)].join(', ') : 'none, for it has ended'
  throw failure(
    'business-rule',
    `A Task that is ${before.status} does not become ${next}. It may become: ${told}.`,
    'Task.status',
  )
}

/** Passes when this actor may make this move. Fails: business-rule for what nobody may; forbidden. */
export function mayMoveAs(before: Task, next: Status, actor: Actor, cell: string): void {
  mayMove(before, next)
  if (before.status === next || (next === 'entered-in-error' && actor.sight === 'all')) return
  if (legalMoves(before, actor, cell).includes(next)) return
  throw failure(
    'forbidden',
    next === 'cancelled' && before.status === 'in-progress'
      ? 'Work on it has begun: ask for its end by a Task with code abort whose focus is the request.'
      : 'Whoever asked may cancel a Task until work on it has begun; its owner moves it.',
    'Task.status',
  )
}

/** Passes when this actor may say whose the Task is: the cell shares its work out. Fails: forbidden. */
export function mayOwn(before: Task, next: Task, { sight }: Actor): void {
  if (sight === 'all' || JSON.stringify(before.owner) === JSON.stringify(next.owner)) return
  throw failure('forbidden', 'Who works on a Task is said by the cell.', 'Task.owner')
}

/** The cell moves what is its own and speaks for centres that have no system; a centre moves what it is asked. */
function moversOf(task: Task, { organization, role, person }: Actor, cell: string): Mover[] {
  if (role === 'gateway' || role === 'operator') return ['owner', 'requester', 'gateway']
  if (role === 'cell' || organization === cell) return ['owner', 'requester']
  const owner = task.owner?.reference
  if (owner !== undefined && (owner === organization || owner === person)) return ['owner']
  // A centre asks for nothing: it sees the request that it has a part in.
  return role === 'ris' ? [] : ['requester']
}

/** Whether this actor says how far the Task has come. */
export const isOwner = (task: Task, actor: Actor, cell: string): boolean =>
  moversOf(task, actor, cell).includes('owner')

const codeOf = ({ code }: Pick<Task, 'code'>) => code?.coding?.map(({ code }) => code) ?? []

/** A Task by which somebody of the cell telephones. */
export const isCall = (task: Pick<Task, 'code'>): boolean => codeOf(task).includes('confirm-booking')

/** A Task by which whoever asked wants a request to be ended. Source: FHIR R4, task-code; HL7 clinical order workflows. */
export const isAbort = (task: Pick<Task, 'code'>): boolean => codeOf(task).includes('abort')

/** A Task by which a centre is asked to open more places. */
export const isCapacityCall = (task: Pick<Task, 'code'>): boolean => codeOf(task).includes('capacity-call')

/** A Task by which somebody telephones a centre that a booking is cancelled. */
export const isCancelCall = (task: Pick<Task, 'code'>): boolean => codeOf(task).includes('cancel-booking')

/** One thing to do, and done with it. */
export const isChore = (task: Pick<Task, 'code'>) =>
  isCall(task) || isCancelCall(task) || isAbort(task) || isCapacityCall(task)

/** The Task of a request: not a part of another, and to be fulfilled. */
export const isOfRequest = (task: Pick<Task, 'code' | 'partOf'>): boolean =>
  !task.partOf && codeOf(task).includes('fulfill')

/**
 * How far a request has come, beside its Task's status.
 *
 * Source: COW; capacity codes of Gravity; the numbers of BSeR where it has one.
 */
const businessStatuses = {
  created: ['2.0', 'Service Request Created'],
  accepted: ['3.0', 'Service Request Accepted'],
  declined: ['4.0', 'Service Request Declined'],
  'awaiting-information': undefined,
  proposed: undefined,
  'awaiting-confirmation': undefined,
  'visit-scheduled': ['5.1.1', 'Service Visit Scheduled'],
  'visit-unattended': ['5.1.2', 'Service Visit Unattended'],
  'visit-cancelled': ['5.1.3', 'Service Visit Cancelled'],
  'visit-complete': ['5.1.4', 'Service Visit Completed'],
  'cancellation-requested': ['5.2', 'Service Request Cancellation Requested'],
  cancelled: ['6.0', 'Service Request Cancelled'],
  'awaiting-interpretation': undefined,
  'preliminary-outcome': undefined,
  completed: ['7.0', 'Service Request Fulfillment Completed'],
  'no-capacity': undefined,
  capacity: undefined,
  waitlist: undefined,
  'additional-assessment-required': undefined,
} as const satisfies Record<string, readonly [code: string, display: string] | undefined>

export type BusinessStatus = keyof typeof businessStatuses

const bser = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS'

/** A business status by our code, and by that of BSeR where it has one; what is so beside it, by another coding. */
export function businessStatus(code: BusinessStatus, beside?: BusinessStatus): CodeableConcept {
  const known = businessStatuses[code]
  return {
    coding: [
      { system: systems.businessStatus, code },
      ...(known ? [{ system: bser, code: known[0], display: known[1] }] : []),
      ...(beside ? [{ system: systems.businessStatus, code: beside }] : []),
    ],
    text: code,
  }
}

/** Why a request ends without its exam: codes of our list, which clients may say in other words. */
export const refusalReasons = [
  'out-of-protocol',
  'out-of-territory',
  'duplicate',
  'incomplete',
  'no-capacity',
  'other-exam',
  'patient',
  'emergency',
  'other',
] as const

const ends: readonly Status[] = ['rejected', 'failed', 'cancelled']

/** A Task whose end has its reason coded, too: where only words were said, as another reason. */
export function withReasonCoded<T extends Task>(task: T): T {
  const { statusReason: reason } = task
  if (!ends.includes(task.status) || !reason?.text || reason.coding?.length) return task
  return { ...task, statusReason: { coding: [{ system: systems.refusal, code: 'other' }], ...reason } }
}

/** Who or what speaks for a Task where no resource stands for a person: a client, by its id. */
export const clientReference = ({ client, name }: Actor) => ({
  identifier: { system: `${canonical}/NamingSystem/client`, value: client },
  display: name,
})
