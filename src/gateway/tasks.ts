import type { Schedule } from '@medplum/fhirtypes'
import { derivedId } from '../fhir/id.ts'
import { Failure } from '../fhir/outcome.ts'
import { dayIn } from '../fhir/zone.ts'
import { find } from '../flows/booking/index.ts'
import { centreOf } from '../flows/booking/states.ts'
import { raiseAlerts } from '../flows/clocks/alerted.ts'
import { perform } from '../flows/perform.ts'
import { type Places, proposeNext } from '../flows/routing/index.ts'
import { callForCapacity } from '../flows/routing/short.ts'
import { planned } from '../flows/slots/planned.ts'
import { declaresRanges } from '../flows/slots/ranges.ts'
import type { Desk } from '../flows/step.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Log } from '../log.ts'
import type { Kept } from '../store/index.ts'
import { endHolds, offerPlaces, raiseUnanswered } from './bookings.ts'

/** How far ahead declared ranges become slots. */
const daysAhead = 28

/** As `$find` finds them. */
const places: Places = async (wish, desk) => (await find(wish, desk)).proposals

/** What the gateway does of itself, again and again: each once a period, whatever the number of gateways. */
export function startTasks(jobs: Jobs, desk: Desk, log: Log): void {
  jobs.every('holds', 1_000, (signal) => endHolds(desk, log, signal))
  jobs.every('waiting', 5_000, (signal) => offerPlaces(desk, log, signal))
  jobs.every('unanswered', 30_000, (signal) => raiseUnanswered(desk, log, signal))
  jobs.every('routing', 10_000, (signal) => proposeNext(places, desk, log, signal))
  jobs.every('capacity', 60_000, (signal) => callForCapacity(desk, log, signal))
  jobs.every('clocks', 5_000, (signal) => raiseAlerts(desk, log, signal))
  jobs.every('slots', 15_000, (signal) => planSlots(desk, log, signal))
}

/**
 * The weekly ranges of each diary become slots: once a day, and when the diary or a convention has changed. What was
 * broken off is done at the next look. A diary whose ranges cannot be used keeps the slots it has, and holds up no other.
 */
export async function planSlots(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const reader = desk.store.reader()
  const [schedules, conventions] = await Promise.all([
    reader.search('Schedule', '_count=1000'),
    reader.search('OrganizationAffiliation', '_count=1000'),
  ])
  const agreed = conventions.map(({ id, meta }) => `${id}.${meta.versionId}`).sort()
  const today = dayIn(desk.territory.zone, desk.clock().getTime())
  for (const schedule of schedules) {
    const done = derivedId(schedule.meta.versionId, today, ...agreed)
    const before = await desk.store.recall(`slots.planned.${schedule.id}`)
    // A diary whose last range is gone is looked at once more: its slots go with it.
    if (before === done || (before === undefined && !declaresRanges(schedule))) continue
    const isDone = await doneAhead(schedule, desk, log, signal)
    if (signal.aborted) return
    if (isDone) await desk.store.remember(`slots.planned.${schedule.id}`, done)
  }
}

/** Whether a diary need not be looked at before tomorrow; one whose ranges are wrong is not right in a minute. */
async function doneAhead(schedule: Kept<Schedule>, desk: Desk, log: Log, signal: AbortSignal) {
  try {
    await planAhead(schedule, desk, signal)
    return true
  } catch (thrown) {
    tellUnplanned(thrown, schedule.id, log)
    return thrown instanceof Failure && thrown.case === 'business-rule'
  }
}

function tellUnplanned(thrown: unknown, schedule: string, log: Log): void {
  if (!(thrown instanceof Failure)) {
    log.failed('diary.not-planned', thrown, { schedule })
    return
  }
  for (const { case: what, expression } of thrown.issues)
    log.warn('diary.not-planned', { schedule, case: what, at: expression })
}

/** A week at a time: some hundred slots in one statement, and in one trail. */
async function planAhead(schedule: Kept<Schedule>, desk: Desk, signal: AbortSignal): Promise<void> {
  const centre = centreOf(schedule, desk.territory)?.organization
  const now = desk.clock().getTime()
  for (let day = 0; day < daysAhead && !signal.aborted; day += 7) {
    const [from, to] = [day, Math.min(day + 7, daysAhead)].map((n) =>
      new Date(now + n * 86_400_000).toISOString(),
    ) as [string, string]
    await perform(planned, { schedule: schedule.id, from, to, ...(centre && { centre }) }, desk)
  }
}
