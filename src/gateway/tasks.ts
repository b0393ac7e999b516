import type { Appointment, Schedule } from '@medplum/fhirtypes'
import { frCore } from '../fhir/canonical.ts'
import { dayIn } from '../fhir/zone.ts'
import { expired } from '../flows/booking/expired.ts'
import { heldUntil } from '../flows/booking/states.ts'
import { perform } from '../flows/perform.ts'
import { planned } from '../flows/slots/planned.ts'
import type { Desk } from '../flows/step.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Kept } from '../store/index.ts'

/** How far ahead declared ranges become slots. */
const daysAhead = 28

/** What the gateway does of itself, again and again: each once a period, whatever the number of gateways. */
export function startTasks(jobs: Jobs, desk: Desk): void {
  jobs.every('holds', 1_000, () => endHolds(desk))
  jobs.every('slots', 15_000, (signal) => planSlots(desk, signal))
}

/** Holds that have lasted their time give their places back. */
async function endHolds(desk: Desk): Promise<void> {
  const pending: Kept<Appointment>[] = await desk.store
    .reader()
    .search('Appointment', 'status=pending&_count=1000')
  const now = desk.clock().getTime()
  for (const appointment of pending) {
    const until = heldUntil(appointment)
    if (until && Date.parse(until) <= now) await perform(expired, { appointment: appointment.id }, desk)
  }
}

/**
 * The weekly ranges of each diary become slots: once a day, and when the diary has changed. What was broken off is done
 * at the next look.
 */
export async function planSlots(desk: Desk, signal: AbortSignal): Promise<void> {
  const schedules: Kept<Schedule>[] = await desk.store.reader().search('Schedule', 'active=true&_count=1000')
  const today = dayIn(desk.territory.zone, desk.clock().getTime())
  for (const { id, meta, extension = [] } of schedules) {
    if (signal.aborted) return
    if (!extension.some(({ url }) => url === frCore.availabilityTime)) continue
    const done = `${meta.versionId} ${today}`
    if ((await desk.store.recall(`slots.planned.${id}`)) === done) continue
    await perform(planned, { schedule: id, days: daysAhead }, desk)
    await desk.store.remember(`slots.planned.${id}`, done)
  }
}
