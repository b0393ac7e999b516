import type { Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failures, type Issue, issue } from '../../fhir/outcome.ts'
import { withClocksOf } from '../clocks/kept.ts'
import { sameValue } from '../entries.ts'
import { isAbort, isChore, isOfRequest, isOwner } from '../task.ts'

/*
 * Who says what of the Tasks that the gateway makes: that of a request, a centre's part of it, and each that is one thing
 * to do. What they are about is settled when they are made; how far they have come is said by whoever does the work, and
 * whoever asked may take back, and add words. What a client keeps Tasks of its own for is its own affair.
 *
 * Source: HL7 clinical order workflows; FHIR R4, Task: the owner reports how far it has come.
 */

/** What a Task is about, and in whose name. */
const settled: readonly (keyof Task)[] = [
  'basedOn',
  'code',
  'focus',
  'for',
  'groupIdentifier',
  'intent',
  'partOf',
  'requester',
]

/** What whoever asked may write: that it takes back, why, and words. Of status and owner others decide. */
const ofAsker: readonly string[] = [
  'contained',
  'id',
  'identifier',
  'input',
  'language',
  'lastModified',
  'meta',
  'note',
  'owner',
  'resourceType',
  'status',
  'statusReason',
  'text',
]

/** Where an element stands in what was sent. */
type Place = (path: string) => string

/** Passes when this actor may make such a Task. Fails: business-rule for a second one of a request; forbidden. */
export function mayMake(task: Task, { sight }: Actor, place: Place): void {
  if (isRequests(task)) throw failures([second(place)])
  if (sight === 'all' || !isMade(task) || isAbort(task)) return
  throw failures([
    issue(
      'forbidden',
      'Such a Task is made by the gateway, and shared out by the cell. Ask for an end by a Task of code abort.',
      place(isChore(task) ? 'Task.code' : 'Task.partOf'),
    ),
  ])
}

/** Passes when this actor may say this of a Task. Fails: business-rule for another request's Task; forbidden, with each place. */
export function mayWrite(before: Task, next: Task, actor: Actor, cell: string, place: Place): void {
  const changed = changedIn(before, next)
  const faults = [...ofRequestFaults(before, next, place), ...wordFaults(before, changed, actor, cell, place)]
  if (faults.length > 0) throw failures(faults)
}

/** A request keeps the Task that it has got, and gets no other. */
function ofRequestFaults(before: Task, next: Task, place: Place): Issue[] {
  if (!isRequests(before)) return isRequests(next) ? [second(place)] : []
  if (isRequests(next) && sameValue(before.focus, next.focus)) return []
  return [
    issue(
      'business-rule',
      'The Task of a request stays that, and its: leave code, focus and partOf.',
      place('Task.focus'),
    ),
  ]
}

function wordFaults(
  before: Task,
  changed: readonly string[],
  actor: Actor,
  cell: string,
  place: Place,
): Issue[] {
  if (actor.sight === 'all' || !isMade(before)) return []
  const isHis = isOwner(before, actor, cell)
  const others: (name: string) => boolean = isHis
    ? (name) => settled.some((one) => one === name)
    : (name) => !ofAsker.includes(name)
  const text = isHis
    ? 'What a Task is about is said when it is made. Read it again, and send that as it is.'
    : 'This is said by the owner of the Task. Read it again, and send that as it is.'
  return changed.filter(others).map((name) => issue('forbidden', text, place(`Task.${name}`)))
}

/** Names of the elements that differ. Clocks are nobody's to say, and stay as they are. */
function changedIn(before: Task, next: Task): string[] {
  const [was, is] = [before, next].map((task) => new Map(Object.entries(withClocksOf(task, undefined))))
  const names = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])
  return [...names].filter((name) => !sameValue(was?.get(name), is?.get(name)))
}

const second = (place: Place): Issue =>
  issue(
    'business-rule',
    'A request has one Task to fulfill it, made when it comes: find it by Task?focus=ServiceRequest/<id>&code=fulfill.',
    place('Task.code'),
  )

/** The Task of a request, not of a requisition. */
const isRequests = (task: Task): boolean =>
  isOfRequest(task) && (task.focus?.reference?.startsWith('ServiceRequest/') ?? false)

const isCentres = ({ partOf, focus }: Task): boolean =>
  partOf !== undefined && (focus?.reference?.startsWith('Appointment/') ?? false)

/** Whether it is one of those that the gateway makes. */
const isMade = (task: Task): boolean => isRequests(task) || isCentres(task) || isChore(task)
