import type { Appointment } from '@medplum/fhirtypes'
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

/**
 * Compares the appointments to come with what a centre's system has of them, and repairs what differs; what was done is
 * told in the log, and each repair has its AuditEvent. A system that cannot be asked is left to what it says itself.
 */
export async function reconcile(
  name: string,
  { look }: Pick<Link, 'look'>,
  desk: Desk,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (!look) return
  const told = { peer: name, compared: 0, repaired: 0, failed: 0 }
  for (const appointment of await toCompare(name, desk)) {
    if (signal.aborted) break
    try {
      const found = await look(appointment, signal)
      const there = found === 'unknown' ? undefined : found
      const done = await perform(compared, { appointment: appointment.id, there, peer: name }, desk)
      told.compared++
      if (done.written.length > 0 || done.departures.length > 0) {
        told.repaired++
        log.event('booking.repaired', {
          peer: name,
          appointment: appointment.id,
          there: there?.status ?? 'unknown',
        })
      }
    } catch (thrown) {
      told.failed++
      log.failed('booking.not-compared', thrown, { peer: name, appointment: appointment.id })
    }
  }
  log.event('bookings.compared', told)
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
