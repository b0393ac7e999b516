import { OutboundError, type OutboundResponse } from '../../auth/outbound.ts'
import type { Sent } from '../connector.ts'
import { type Reading, readStatus } from '../reading.ts'
import { TokenError } from './authorization.ts'
import { RestingError, retryAfterOf } from './resting.ts'

/** How a call ended, by its status, and by what the connector's file says of it. */
export function sentBy(answer: OutboundResponse, reads: Readonly<Record<string, Reading>> = {}): Sent {
  const { status } = answer
  const sent = readStatus(status, reads)
  if (sent.end === 'sent') return sent
  return { ...sent, reason: `HTTP ${status}`, ...(sent.end === 'later' && asked(answer)) }
}

/** How long an answer asks to wait; a date is by the world's clock. */
function asked(answer: OutboundResponse): Pick<Sent, 'retryAfterSeconds'> {
  const seconds = retryAfterOf(answer, new Date())
  return seconds === undefined ? {} : { retryAfterSeconds: seconds }
}

/** How a call ended that got no answer: tried again later. */
export function unsent(thrown: unknown): Sent {
  if (thrown instanceof RestingError)
    return { end: 'later', reason: 'resting', retryAfterSeconds: thrown.seconds }
  if (thrown instanceof OutboundError) return { end: 'later', reason: thrown.code, isLineDown: true }
  if (thrown instanceof TokenError) {
    return { ...asked(thrown.answer), end: 'later', reason: thrown.reason, isLineDown: true }
  }
  throw thrown
}

/** Whether the partner has said yes or no. */
export const isAnswer = ({ end }: Sent): boolean => end === 'sent' || end === 'refused'

/** The JSON of an answer; undefined when it has none. */
export function jsonOf({ body }: OutboundResponse): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // an answer that is no JSON says nothing that we could use
  }
}

/** When a partner answered, by its clock or ours: whichever is behind, so that what it dates by its own is not missed. */
export function timeOf({ headers }: OutboundResponse, clock: () => Date): string {
  const ours = clock().getTime()
  const theirs = Date.parse(headers.date ?? '')
  return new Date(Number.isNaN(theirs) ? ours : Math.min(theirs, ours)).toISOString()
}

/** A little before: a partner may show a change a moment after the time it gives it. */
export const overlapping = (since: string): string => new Date(Date.parse(since) - 10_000).toISOString()
