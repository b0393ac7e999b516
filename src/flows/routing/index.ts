import type { Appointment, ServiceRequest, Task } from '@medplum/fhirtypes'
import { Failure } from '../../fhir/outcome.ts'
import { oneByOne } from '../../jobs/one-by-one.ts'
import type { Log } from '../../log.ts'
import type { Kept } from '../../store/index.ts'
import type { Wish } from '../booking/index.ts'
import { rulesOf } from '../booking/rules.ts'
import { perform } from '../perform.ts'
import type { Desk } from '../step.ts'
import { centresAsked } from './asked.ts'
import { proposed } from './proposed.ts'
import { unproposed } from './unproposed.ts'

/** How places are looked for: `$find` itself, best first. */
export type Places = (wish: Wish, desk: Desk) => Promise<readonly Appointment[]>

/** How far ahead is looked, in days: within the first when there is a place, else within the last. */
const daysAhead = [7, 28] as const
/** How many places are proposed at once. */
const atOnce = 3

/**
 * Places for a request, ranked as `$find` ranks them, with its reasons: not at centres that have refused it, nor at one
 * whose answer is waited for.
 */
export async function proposalsFor(
  request: Kept<ServiceRequest>,
  places: Places,
  desk: Desk,
  count: number = atOnce,
): Promise<readonly Appointment[]> {
  const { territory, store, clock } = desk
  const { refused, waiting } = await centresAsked(request.id, store.reader(), territory)
  const been = new Set([...refused, ...waiting])
  const centres = [...new Set(territory.peers.map(({ organization }) => organization))]
  const left = centres.filter((centre) => !been.has(centre))
  if (left.length === 0) return []
  const now = clock().getTime()
  for (const days of daysAhead) {
    const found = await places(
      {
        start: new Date(now).toISOString(),
        end: new Date(now + days * 86_400_000).toISOString(),
        request,
        exams: [],
        organizations: been.size === 0 ? [] : left,
        locations: [],
        count,
      },
      desk,
    )
    if (found.length > 0) return found
  }
  return []
}

/** Looks for places for a request's Task, and proposes them to its prescriber. */
export async function propose(task: Kept<Task>, places: Places, desk: Desk): Promise<readonly Appointment[]> {
  const request = await desk.store.reader().follow(task.focus?.reference)
  if (request?.resourceType !== 'ServiceRequest') return []
  const proposals = await proposalsFor(request, places, desk)
  await perform(proposed, { task: task.id, version: task.meta.versionId, proposals }, desk)
  return proposals
}

/** How many requests are looked at in one go. */
const most = 100
const untold = 'business-status:not=proposed&business-status:not=no-capacity'

/**
 * After a refusal, or a silence, the next centre is proposed by itself. What to look at stands on the Tasks, so that no
 * gateway has to remember it; whoever comes second finds nothing left to do. A request for which no place can be looked
 * for, since it says its exam in words only, is given to a person.
 */
export async function proposeNext(places: Places, desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const silenceMs = rulesOf(desk.territory).silenceMinutes * 60_000
  const long = encodeURIComponent(new Date(desk.clock().getTime() - silenceMs).toISOString())
  // What has been told once says so beside: it is silent still, and not told again.
  const silent = `business-status=awaiting-confirmation&${untold}&modified=lt${long}`
  const stuck = ['business-status=declined', silent]
  for (const which of stuck) {
    const tasks: Kept<Task>[] = await desk.store
      .reader()
      .search('Task', `status=in-progress&${which}&_sort=answer-due&_count=${most}`)
    const telling = { log, event: 'request.unsearched', field: 'task', signal } as const
    await oneByOne(tasks, (task) => proposeOrGive(task, places, desk, log), telling)
  }
}

async function proposeOrGive(task: Kept<Task>, places: Places, desk: Desk, log: Log): Promise<void> {
  try {
    await propose(task, places, desk)
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.case !== 'business-rule') throw thrown
    await perform(unproposed, { task: task.id, version: task.meta.versionId }, desk)
    log.event('request.not-proposed', { task: task.id, case: thrown.case })
  }
}
