import type { Resource } from '@medplum/fhirtypes'
import { Failure, failure } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import { tellingOf } from '../hl7v2/acknowledge.ts'
import type { Log } from '../log.ts'
import type { DepartureRow, Outbox, Settlement } from '../store/index.ts'
import type { Incoming, Link, Receive, Rendered, Sent } from './connector.ts'
import { delayMs, type Retry, usualRetry } from './retry.ts'

/** A line by which departures leave. */
export interface Outlet {
  /** Name of the connector: the `peer` of a departure. */
  name: string
  link: Link
  /** Takes what the peer answers, when the answer itself says something. */
  receive: Receive
  /** When it is tried again, where it differs from what is usual. */
  retry?: Partial<Retry>
  /** How many may be under way at once. */
  atOnce?: number
}

/** What became of a try. */
export interface Tried {
  settlement: Settlement
  /** Whether anything gets through to the peer; absent when the try did not show it. */
  line?: 'up' | 'down' | 'stopped'
  /** As the peer asked us to wait, in milliseconds. */
  askedMs?: number
}

export interface AttemptDesk {
  outbox: Pick<Outbox, 'about'>
  log: Log
  clock: () => Date
}

/**
 * One try of a departure, from the resources that it tells of to how it ended.
 *
 * What is sent is made from the versions that the departure names, and the same bytes go out on each later try. When
 * the signal comes, it is put back.
 */
export async function attempt(
  departure: DepartureRow,
  outlet: Outlet,
  desk: AttemptDesk,
  signal: AbortSignal,
): Promise<Tried> {
  let rendered: Rendered | undefined
  try {
    rendered = await renderedFrom(departure, outlet.link, desk.outbox)
    const sent = await sentBy({ ...departure, ...rendered }, outlet, signal)
    const settlement = { ...settlementOf(departure, outlet, sent, desk), ...rendered }
    return { settlement, ...seenOf(sent) }
  } catch (thrown) {
    return { settlement: { ...failed(departure, outlet, thrown, desk), ...rendered } }
  }
}

/** What a try shows of the line. */
function seenOf(sent: Sent): Pick<Tried, 'line' | 'askedMs'> {
  if (sent === handedBack) return {}
  if (sent.end === 'stopped') return { line: 'stopped' }
  if (!sent.isLineDown) return { line: 'up' }
  return { line: 'down', ...(sent.retryAfterSeconds && { askedMs: sent.retryAfterSeconds * 1000 }) }
}

async function renderedFrom(
  departure: DepartureRow,
  link: Link,
  outbox: Pick<Outbox, 'about'>,
): Promise<Rendered> {
  const { raw, contentType, about } = departure
  if (raw && contentType !== undefined) return { raw, contentType }
  if (!link.render) throw new Error(`Nothing can be made for ${departure.peer}`)
  return link.render(departure, about.length > 0 ? await resourcesOf(about, outbox) : [])
}

async function resourcesOf(about: readonly string[], outbox: Pick<Outbox, 'about'>): Promise<Resource[]> {
  const found = (await outbox.about(about)).filter(({ deleted }) => !deleted)
  const missing = about.find((reference) => !found.some(({ type, id }) => isOf(reference, `${type}/${id}`)))
  if (missing !== undefined) throw failure('not-found', `${missing} is not there to be told of.`)
  return found.map(({ body }) => JSON.parse(body) as Resource) // it was validated when it was kept
}

const isOf = (reference: string, of: string) => reference === of || reference.startsWith(`${of}/`)

async function sentBy(
  departure: DepartureRow & Rendered,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<Sent> {
  if (!outlet.link.send) throw new Error(`Nothing can be sent to ${outlet.name}`)
  if (signal.aborted) return brokenOff(signal) // whoever is told only of what comes would wait for ever
  let sent: Sent
  try {
    sent = await outlet.link.send(departure, signal)
  } catch (thrown) {
    if (signal.aborted) return brokenOff(signal)
    throw thrown
  }
  // Before the note: a reply that was not taken comes again with the next try.
  if (sent.reply) await taken(sent.reply, sent.end, outlet)
  return sent
}

/** Put back, for whoever comes next to try at once. */
const handedBack: Sent = { end: 'later', reason: 'no answer before we had to stop' }

/** Broken off, as it took too long, or since this gateway stops or has lost it. */
function brokenOff({ reason }: AbortSignal): Sent {
  const isLate = reason instanceof DOMException && reason.name === 'TimeoutError'
  return isLate ? { end: 'later', reason: 'no answer in time', isLineDown: true } : handedBack
}

/**
 * Hands in what a peer answered. Fails: transient when it could not be taken now; exception when we fail at it, unless it
 * was a no: that is one whatever we make of its reason.
 */
async function taken(reply: Incoming, end: Sent['end'], outlet: Outlet): Promise<void> {
  const { outcome } = await outlet.receive(reply)
  const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
  const job = fault && tellingOf(fault).job
  if (job === 'again') throw failure('transient', 'The answer of the peer could not be taken now.')
  if (job === 'again-a-few-times' && end !== 'refused')
    throw failure('exception', 'We failed at the answer of the peer.')
}

function settlementOf(departure: DepartureRow, outlet: Outlet, sent: Sent, desk: AttemptDesk): Settlement {
  if (sent.end === 'sent') return { row: departure.row, status: 'sent' }
  const why = { row: departure.row, ...reason(sent.reason) }
  if (sent.end === 'refused') return { ...why, status: 'dead' }
  if (sent.end === 'parked') return { ...why, status: 'parked' }
  if (sent.end === 'stopped' || sent === handedBack) return { ...why, status: 'queued' }
  return later(departure, outlet, sent, desk)
}

/** Ours, not the peer's: what may pass is tried again; what will not waits for a person. */
function failed(departure: DepartureRow, outlet: Outlet, thrown: unknown, desk: AttemptDesk): Settlement {
  const { row, peer, attempts } = departure
  const what = thrown instanceof Failure ? thrown.case : 'exception'
  desk.log.failed('departure.failed', thrown, { row, peer })
  const isHopeless =
    tellings[what].job === 'give-up' ||
    (tellings[what].job === 'again-a-few-times' &&
      attempts + 1 >= { ...usualRetry, ...outlet.retry }.fewTimes)
  if (isHopeless) return { row, status: 'parked', reason: reasonOf(thrown) }
  return later(departure, outlet, { end: 'later', reason: reasonOf(thrown) }, desk)
}

function later(departure: DepartureRow, outlet: Outlet, sent: Sent, { clock }: AttemptDesk): Settlement {
  const retry = { ...usualRetry, ...outlet.retry }
  const asked = (sent.retryAfterSeconds ?? 0) * 1000
  const next = new Date(clock().getTime() + Math.max(asked, delayMs(departure.attempts, retry))).toISOString()
  if (Date.parse(next) > lastOf(departure, outlet).getTime()) {
    return { row: departure.row, status: 'dead', ...reason(sent.reason) }
  }
  return { row: departure.row, status: 'queued', notBefore: next, ...reason(sent.reason) }
}

/** When a departure is given up. What it has waited for a line that was held does not count. */
function lastOf({ queuedAt, heldMs = 0 }: DepartureRow, { retry }: Outlet): Date {
  const { giveUpAfterMs } = { ...usualRetry, ...retry }
  return new Date(Date.parse(queuedAt) + giveUpAfterMs + heldMs)
}

const reason = (text: string | undefined) => (text === undefined ? {} : { reason: text })

/** Texts of failures are ours; of what else was thrown only the kind is told. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Failure) {
    return thrown.issues
      .map(({ text, expression }) => [text, expression].filter(Boolean).join(' '))
      .join('; ')
  }
  return thrown instanceof Error ? thrown.name : 'exception'
}
