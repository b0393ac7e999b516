import type { Appointment, Task } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { oneByOne } from '../../jobs/one-by-one.ts'
import type { Log } from '../../log.ts'
import type { Kept } from '../../store/index.ts'
import { perform } from '../perform.ts'
import type { Desk, Step } from '../step.ts'
import { alertsIn, looked, nextAlertOf } from './kept.ts'

interface Facts {
  task: Kept<Task>
  appointments: readonly Kept<Appointment>[]
}

/**
 * The clocks of a request are looked at when that is due: what is at risk or late stands on its Task from then on, for
 * whoever searches, and for whoever subscribed to `Task?clock-alert=…`.
 */
export const alerted: Step<{ task: string }, Facts> = {
  name: 'clock.alerted',
  looksAtClocks: true,

  async facts({ task: id }, store) {
    const task = await store.read('Task', id)
    if (!task) throw failure('not-found', 'There is no such Task.', 'Task')
    const request = task.focus?.reference
    return { task, appointments: request ? await store.search('Appointment', `based-on=${request}`) : [] }
  },

  decide(_, { task, appointments }, at) {
    const due = nextAlertOf(task)
    if (due === undefined || Date.parse(due) > Date.parse(at.now)) return {}
    return { write: [looked(task, appointments, at)] }
  },
}

/** How many Tasks are looked at in one go. */
const atOnce = 200

/**
 * Looks at all clocks that are due, and tells what they newly warn of.
 *
 * When to look stands on each Task: no gateway has to remember it. Whoever comes second finds nothing left to do.
 */
export async function raiseAlerts(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  for (;;) {
    const now = encodeURIComponent(desk.clock().toISOString())
    const due = await desk.store
      .reader()
      .search('Task', `next-alert=le${now}&_sort=next-alert&_count=${atOnce}`)
    const telling = { log, event: 'clock.not-alerted', field: 'task', signal } as const
    const failed = await oneByOne(due, (task) => raised(task, desk, log), telling)
    // What has failed is still due, and would be found again at once.
    if (signal.aborted || failed > 0 || due.length < atOnce) return
  }
}

async function raised(before: Kept<Task>, desk: Desk, log: Log): Promise<void> {
  const { written } = await perform(alerted, { task: before.id }, desk)
  const known = alertsIn(before)
  const alerts = written
    .flatMap((resource) => (resource.resourceType === 'Task' ? alertsIn(resource) : []))
    .filter((alert) => !known.includes(alert))
  if (alerts.length > 0) log.event('clock.alerted', { task: before.id, alerts })
}
