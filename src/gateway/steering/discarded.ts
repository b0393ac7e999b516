import type { Replayed, Who } from '../../api/steering.ts'
import { gateway } from '../../auth/actor.ts'
import { failure, issue, outcomeOf } from '../../fhir/outcome.ts'
import type { Store } from '../../store/index.ts'
import { questions, unasked } from '../ended.ts'
import type { Rooms } from '../rooms.ts'
import { trail } from './trail.ts'
import { refuseLeaving } from './waiting.ts'

export interface DiscardDesk {
  store: Store
  /** What an appointment is given up in: opened when one is to be. */
  rooms: () => Promise<Rooms>
  /** Names of the lines that there are. */
  names: () => Promise<readonly string[]>
}

/**
 * Ends a message that was to leave: it is never sent. Where it asked a centre for an appointment, that is answered with
 * no, as when it had died: both are written at once. What came in is evidence, and stays.
 *
 * Fails: not-found; business-rule where it has left, has ended, or leaves by itself; lock-error while it is being sent.
 */
export async function discarded(row: string, who: Who, desk: DiscardDesk, now: string): Promise<Replayed> {
  const { store, rooms, names } = desk
  const departure = await store.outbox.get(row)
  if (!departure) throw await notThere(row, store)
  const { status, kind } = departure
  if (status === 'sent' || status === 'cancelled') {
    throw failure('business-rule', `This message is ${status}: there is nothing left to discard.`)
  }
  if (status === 'queued') await refuseLeaving(departure, { store, names }, now)
  const settlement = { row, status: 'cancelled', reason: 'discarded' } as const
  const resources = trail(who, 'departure.discarded', `message ${row}`, now)
  const why = 'The request was withdrawn before the centre had taken it.'
  const isQuestion =
    questions.includes(kind) && (await unasked(departure, why, settlement, (await rooms()).deskOf(gateway)))
  await store.write({ resources, at: now, ...(!isQuestion && { settlements: [settlement] }) })
  const text = isQuestion
    ? 'Discarded: it does not leave. The appointment that it asked for is cancelled, unless its centre has answered, and its place free.'
    : 'Discarded: it does not leave. Whoever was to get it is not told.'
  return { row, outcome: outcomeOf([issue('informational', text, undefined, 'information')]) }
}

async function notThere(row: string, { messages }: Store) {
  return (await messages.get(row))
    ? failure(
        'business-rule',
        'This message came in: it is kept as evidence, for as long as RELAIS_KEEP_MESSAGES says.',
      )
    : failure('not-found', `There is no message ${row}.`)
}
