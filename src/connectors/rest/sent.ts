import { OutboundError, type OutboundResponse } from '../../auth/outbound.ts'
import type { Sent } from '../connector.ts'

/** How a call ended, by its status: 2xx is sent; 408, 425, 429 and 5xx are for later; any other is a no. */
export function sentBy({ status, headers }: OutboundResponse): Sent {
  if (status >= 200 && status < 300) return { end: 'sent' }
  const reason = `HTTP ${status}`
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return { end: 'refused', reason }
  const seconds = Number(headers['retry-after'])
  return { end: 'later', reason, ...(seconds > 0 && { retryAfterSeconds: seconds }) }
}

/** How a call ended that got no answer: tried again later. */
export function unsent(thrown: unknown): Sent {
  if (thrown instanceof OutboundError) return { end: 'later', reason: thrown.code }
  throw thrown
}

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
