import { z } from 'zod'
import type { Sent } from './connector.ts'

/**
 * What a partner's answer means for what was sent. `done`: it has it. `refused`: a no, and what follows from a no
 * happens. `later`: tried again, ever later. `park`: this one waits for a person, the others go on. `stop`: the whole
 * line waits for a person, this one first.
 */
export const reading = z.enum(['done', 'refused', 'later', 'park', 'stop'])

export type Reading = z.output<typeof reading>

/** How a try ended whose answer is read so. */
export const endOf = (read: Reading): Sent['end'] =>
  (({ done: 'sent', refused: 'refused', later: 'later', park: 'parked', stop: 'stopped' }) as const)[read]

/** By status (`503`) or class of them (`5xx`): the status wins. */
export const httpReadings = z.record(
  z.string().regex(/^([1-5]\d\d|[1-5]xx)$/, 'a status such as 503, or 5xx'),
  reading,
)

/** What HTTP statuses mean unless a connector's file says otherwise. */
export const usualHttpReadings: Readonly<Record<string, Reading>> = {
  '2xx': 'done',
  '1xx': 'refused',
  '3xx': 'refused',
  '4xx': 'refused',
  '401': 'later',
  '403': 'later',
  '407': 'later',
  '408': 'later',
  '425': 'later',
  '429': 'later',
  '5xx': 'later',
}

/** Statuses that say nothing of what was sent: whoever is asked, or stands before it, takes nothing from us now. */
const ofTheLine = new Set([401, 403, 407, 429, 502, 503, 504])

/** How a call ended, by its status and by what the connector's file says of it. */
export function readStatus(
  status: number,
  own: Readonly<Record<string, Reading>>,
): Pick<Sent, 'end' | 'isLineDown'> {
  const kind = `${Math.floor(status / 100)}xx`
  const read = own[status] ?? own[kind] ?? usualHttpReadings[status] ?? usualHttpReadings[kind] ?? 'refused'
  return { end: endOf(read), ...(read === 'later' && ofTheLine.has(status) && { isLineDown: true }) }
}
