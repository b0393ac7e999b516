import type { Appointment } from '@medplum/fhirtypes'
import { Counter, type Registry } from 'prom-client'
import type { Link } from '../connectors/connector.ts'
import { compared } from '../flows/booking/compared.ts'
import { isHeld, sourceOf } from '../flows/booking/states.ts'
import { perform } from '../flows/perform.ts'
import type { Desk } from '../flows/step.ts'
import type { Log } from '../log.ts'
import type { Kept } from '../store/index.ts'

/** How often the two sides are compared. */
export const reconcileEveryMs = 10 * 60_000

/** What changed a moment ago may still be on its way. */
const settledAfterMs = 2 * 60_000

/** How many appointments of one centre are looked at in a round: the earliest first. */
const mostAtOnce = 500

/** How a comparison of one appointment ended. */
type End = 'same' | 'repaired' | 'failed'

/** Counts comparisons, by the centre and by how they ended. */
export function comparisons(registry: Registry): (peer: string, end: End) => void {
  const counter = new Counter({
    name: 'relais_bookings_compared_total',
    help: 'Appointments that were compared with what the centre’s system has of them, and how that ended',
    labelNames: ['peer', 'end'],
    registers: [registry],
  })
  return (peer, end) => counter.inc({ peer, end })
}

/**
 * Compares the appointments to come with what a centre's system has of them, and repairs what differs; what was done is
 * told in the log, and each repair has its AuditEvent. A system that cannot be asked is left to what it says itself.
 */
export async function reconcile(
  name: string,
  { look }: Pick<Link, 'look'>,
  desk: Desk,
  { log, count }: { log: Log; count: (peer: string, end: End) => void },
  signal: AbortSignal,
): Promise<void> {
  if (!look) return
  const told = { same: 0, repaired: 0, failed: 0 }
  const note = (end: End) => {
    told[end]++
    count(name, end)
  }
  for (const appointment of await toCompare(name, desk)) {
    if (signal.aborted) break
    try {
      const found = await look(appointment, signal)
      const there = found === 'unknown' ? undefined : found
      const done = await perform(compared, { appointment: appointment.id, there, peer: name }, desk)
      const isRepaired = done.written.length > 0 || done.departures.length > 0
      note(isRepaired ? 'repaired' : 'same')
      if (isRepaired) {
        log.event('booking.repaired', {
          peer: name,
          appointment: appointment.id,
          there: there?.status ?? 'unknown',
        })
      }
    } catch (thrown) {
      note('failed')
      log.failed('booking.not-compared', thrown, { peer: name, appointment: appointment.id })
    }
  }
  const { same, repaired, failed } = told
  log.event('bookings.compared', { peer: name, compared: same + repaired, repaired, failed })
}

/** Those of a centre that are to come, in any state but held, and have been as they are for a while. */
async function toCompare(name: string, { store, clock }: Desk): Promise<Kept<Appointment>[]> {
  const now = clock().getTime()
  const [from, before] = [now, now - settledAfterMs].map((ms) =>
    encodeURIComponent(new Date(ms).toISOString()),
  )
  const query = [
    `_source=${encodeURIComponent(sourceOf(name))}`,
    'status=pending,booked,cancelled',
    `date=ge${from}`,
    `_lastUpdated=le${before}`,
    `_sort=date&_count=${mostAtOnce}`,
  ].join('&')
  const found = await store.reader().search('Appointment', query)
  return found.filter((appointment) => !isHeld(appointment))
}
