import type { Appointment, Patient, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Desk } from '../flows/step.ts'
import { pool } from '../flows/work/index.ts'
import type { Kept } from '../store/index.ts'
import { along, searched } from './search.ts'

/** Which of the requests are listed. */
export const lists = ['open', 'pool', 'mine', 'waiting', 'short', 'late'] as const
export type List = (typeof lists)[number]

/** One line: a request's Task with what is to be seen at a glance. */
export interface Row {
  task: Kept<Task>
  request: Kept<ServiceRequest> | undefined
  patient: Kept<Patient> | undefined
  appointment: Kept<Appointment> | undefined
}

export interface Worklist {
  rows: readonly Row[]
  /** Whose names stand behind `owner` and `requester`, by reference. */
  people: ReadonlyMap<string, Kept>
  next?: string
  /** Its order is that of the pool: each row says why it stands where it does. */
  isRanked?: true
}

const open = 'requested,received,accepted,ready,in-progress,on-hold'
const perPage = 25

/**
 * One page of a list, those due first before all others: by keys, so that a page costs the same wherever it is. What is to
 * be taken stands in the order in which it is given out.
 */
export const worklist = (list: List, cursor: string | undefined, desk: Desk): Promise<Worklist> =>
  list === 'pool'
    ? toTake(cursor, desk)
    : requestsAmong(
        [
          ...conditions(list, desk),
          ['_sort', 'answer-due'],
          ['_count', String(perPage)],
          ...(cursor === undefined ? [] : [['_cursor', cursor] as [string, string]]),
        ],
        desk,
      )

/** A page of the pool; the cursor says how many stand before it. Whoever takes one takes of the first, so few go further. */
async function toTake(cursor: string | undefined, desk: Desk): Promise<Worklist> {
  const before = Math.min(Number(/^\d{1,5}$/.exec(cursor ?? '')?.[0] ?? 0), mostBefore)
  const tasks = await pool(before + perPage + 1, desk)
  const ids = tasks.slice(before, before + perPage).map(({ id }) => id)
  if (ids.length === 0) return { rows: [], people: new Map(), isRanked: true }
  const found = await requestsAmong(
    [
      ['_id', ids.join(',')],
      ['_count', String(perPage)],
    ],
    desk,
  )
  const rows = found.rows.toSorted((a, b) => ids.indexOf(a.task.id) - ids.indexOf(b.task.id))
  const next = tasks.length > before + perPage ? { next: String(before + perPage) } : {}
  return { rows, people: found.people, ...next, isRanked: true }
}

/** No page begins further down: a pool is worked on from its top. */
const mostBefore = 10_000

/** Requests whose own Tasks fit a search, each with what is to be seen at a glance: at most four statements. */
export async function requestsAmong(
  asked: readonly (readonly [string, string])[],
  desk: Desk,
): Promise<Worklist> {
  const query = new URLSearchParams([
    ...ofRequests,
    ...asked,
    ['_include', 'Task:focus'],
    ['_include', 'Task:patient'],
    ['_include', 'Task:requester'],
    ['_include', 'Task:owner'],
  ] as [string, string][])
  const { matches, along: found, next } = await searched('Task', query, desk)
  const appointments = await appointmentsOf(matches, desk)
  const rows = matches.map((task) => ({
    task,
    request: along(found, 'ServiceRequest', task.focus?.reference),
    patient: along(found, 'Patient', task.for?.reference),
    appointment: appointments.get(task.focus?.reference ?? ''),
  }))
  return { rows, people: found, ...(next !== undefined && { next }) }
}

/** A request's own Task, no part of another: those are the centres'. */
const ofRequests: readonly [string, string][] = [
  ['code', 'http://hl7.org/fhir/CodeSystem/task-code|fulfill'],
  ['part-of:missing', 'true'],
]

function conditions(list: Exclude<List, 'pool'>, { actor }: Desk): [string, string][] {
  const status: [string, string] = ['status', list === 'waiting' ? 'on-hold' : open]
  switch (list) {
    case 'mine':
      return [status, ['owner', actor.person ?? '']]
    case 'short':
      return [status, ['business-status', 'no-capacity,waitlist']]
    case 'late':
      return [status, ['clock-alert', 'answer-late,exam-late']]
    default:
      return [status]
  }
}

/** The appointment that stands for each of these requests, if there is one. */
async function appointmentsOf(
  tasks: readonly Task[],
  desk: Desk,
): Promise<ReadonlyMap<string, Kept<Appointment>>> {
  const requests = tasks.flatMap(({ focus }) => focus?.reference ?? [])
  if (requests.length === 0) return new Map()
  const query = new URLSearchParams({
    'based-on': requests.join(','),
    status: 'booked,pending,arrived,checked-in,fulfilled',
    _count: '1000',
  })
  const { matches } = await searched('Appointment', query, desk)
  return new Map(
    matches.flatMap((one) => (one.basedOn ?? []).map(({ reference = '' }) => [reference, one] as const)),
  )
}
