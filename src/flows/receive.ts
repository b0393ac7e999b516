import { randomUUID } from 'node:crypto'
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes'
import { mayInteractFreely } from '../auth/gate.ts'
import type { Permit } from '../auth/permit.ts'
import { Failure, failure, failureOf, failures, type Issue, issue, outcomeOf } from '../fhir/outcome.ts'
import type { Case } from '../fhir/telling.ts'
import { toTree } from '../hl7v2/tree.ts'
import type { Log } from '../log.ts'
import type { ArrivalRow, Store } from '../store/index.ts'
import type { Maps } from '../transform/index.ts'
import { refuseBadNumber, rowOf } from './arrival-row.ts'
import { keysOfMade } from './found-by.ts'
import { type Route, routeOf } from './index.ts'
import type { Content, Incoming, Received, Transformed } from './message.ts'
import type { Performed } from './perform.ts'
import { placeIn } from './places.ts'
import type { Desk } from './step.ts'

/** What receiving needs. */
export interface Reception {
  store: Store
  maps: Maps
  clock: () => Date
  log: Log
  /** Told of each message once its fate is committed. */
  answered?: (arrival: Pick<ArrivalRow, 'peer' | 'kind'>, code: string, ms: number) => void
  /** Told of each message that was carried out, once that has been committed. */
  carriedOut?: (incoming: Incoming, performed: Performed) => void
}

/** Whom a message is from: on whose behalf it is carried out, and how it is read. */
export interface Sender {
  desk: Desk
  /** What it may do: asked before a route is taken, as on every other road. */
  permit: Permit
  /** Maps of its own, by kind of message; they win over the routes'. */
  maps?: Readonly<Record<string, string>>
  /** How long the same id is the same message, in days. */
  knownDays?: number
  /** IANA zone of times without an offset. */
  zone?: string
}

/** Makes the bytes to be answered, from the outcome and from what was written (`Type/id`); they are kept in the same statement. */
export type Answer = (outcome: OperationOutcome, written: readonly string[]) => Buffer

export type Receive = (incoming: Incoming, answer?: Answer) => Promise<Received>

const defaultKnownDays = 7

/**
 * Takes arrived messages of one sender to their end: known already, or recorded, transformed, validated and performed.
 *
 * The same message again gets the same answer; the same id with other content is a conflict. Whatever refuses a
 * message, its row is kept with the reason. What is handed back has been committed. Without a sender, it is nobody
 * we know: kept and refused.
 */
export function receiveFrom(sender: () => Promise<Sender | undefined>, reception: Reception): Receive {
  return async (incoming, answer) => {
    const started = performance.now()
    const from = await sender()
    const row = rowOf(incoming, from?.knownDays ?? defaultKnownDays)
    const received = await handled({ incoming, row, from, reception, answer })
    const code = received.outcome.issue[0]?.code
    const ms = Math.round(performance.now() - started)
    const tell =
      incoming.by === 'poll' && code === 'informational' ? reception.log.debug : reception.log.event
    tell('message.received', { row: row.row, peer: row.peer, kind: row.kind, code, ms })
    reception.answered?.(row, code ?? 'informational', ms)
    return received
  }
}

/** A message in hand. */
interface InHand {
  incoming: Incoming
  row: ArrivalRow
  from: Sender | undefined
  reception: Reception
  answer: Answer | undefined
}

/** Thrown when the message has been handled before, maybe a moment ago by another gateway. */
class Known extends Error {
  readonly row: ArrivalRow

  constructor(row: ArrivalRow) {
    super('This message has been handled before.')
    this.row = row
  }
}

async function handled(hand: InHand): Promise<Received> {
  try {
    return await accepted(hand)
  } catch (thrown) {
    // What was taken once is answered as then, though it would be refused now.
    const before = thrown instanceof Known ? thrown.row : await knownAs(hand.row, hand.reception.store)
    if (before) return again(before, hand)
    const failed = placed(failureOf(thrown, hand.row.row), hand)
    if (failed.case === 'exception')
      hand.reception.log.failed('message.failed', thrown, { row: hand.row.row })
    return refused(failed, hand)
  }
}

async function accepted(hand: InHand): Promise<Received> {
  const { incoming, from, row, reception } = hand
  if (!incoming.content) throw unreadable(incoming)
  if (!from)
    throw failure('unknown-sender', 'This sender is not configured here. Ask the operator.', 'Message.source')
  refuseBadNumber(incoming)
  if (incoming.kind.startsWith('ACK')) return filtered('An acknowledgement that nothing waits for.', hand)
  const route = routeOf(incoming.kind, incoming.content)
  mayInteractFreely(from.permit, ...route.needs)
  const { message, issues } = transformed(incoming, incoming.content, route, from, reception)
  let received: Received | undefined
  let done: Performed | undefined
  await route.perform(message, from.desk, {
    refuseKnown: () => refuseKnown(row, reception.store),
    row: (performed) => {
      done = performed
      received = told(performed, issues, hand)
      if (isOldNews(incoming, performed)) return undefined
      const keys = [...(row.keys ?? []), ...keysOfMade(performed.written)]
      return {
        ...row,
        ...endOf(performed, incoming),
        keys,
        ...(received.answer && { answer: received.answer }),
      }
    },
  })
  if (!received || !done) throw new Error('A message was performed without its row')
  reception.carriedOut?.(incoming, done)
  return received
}

/** Kept and shown; there is nothing to do about it. */
async function filtered(reason: string, { row, reception }: InHand): Promise<Received> {
  await reception.store.write({ arrival: { ...row, status: 'filtered', reason }, at: row.receivedAt })
  return { outcome: outcomeOf([issue('informational', `Kept; ${reason}`, undefined, 'information')]) }
}

/** A diary that is read again and again leaves a row only when it says something new. */
const isOldNews = ({ by }: Incoming, { written, removed }: Performed) =>
  by === 'poll' && written.length === 0 && removed.length === 0

async function refuseKnown(row: ArrivalRow, store: Store): Promise<void> {
  const known = await knownAs(row, store)
  if (known) throw new Known(known)
}

async function knownAs({ peer, id, receivedAt }: ArrivalRow, store: Store): Promise<ArrivalRow | undefined> {
  return id === undefined ? undefined : store.messages.known(peer, id, receivedAt)
}

/** All that was wrong with it, as whoever tried to read it has said. */
function unreadable({ unreadable }: Incoming): Failure {
  const issues = unreadable?.issue ?? []
  if (issues.length === 0) return failure('structure', 'The message cannot be read.')
  return failures(
    issues.map(({ code, diagnostics, expression }) =>
      issue(unreadableAs[code] ?? 'structure', diagnostics ?? 'The message cannot be read.', expression?.[0]),
    ),
  )
}

const unreadableAs: Readonly<Record<string, Case>> = {
  value: 'value',
  required: 'required',
  'not-supported': 'unsupported-value',
  security: 'unknown-sender',
}

/** The same faults, each with its place in what was sent. */
function placed({ issues, retryAfterSeconds }: Failure, { incoming }: InHand): Failure {
  const [first, ...rest] = issues
  return new Failure(
    [toldOf(first, incoming), ...rest.map((one) => toldOf(one, incoming))],
    retryAfterSeconds,
  )
}

function toldOf(one: Issue, incoming: Incoming): Issue {
  return issue(one.case, one.text, placeIn(incoming, one.expression, one), one.severity)
}

function transformed(
  incoming: Incoming,
  content: Content,
  route: Route,
  from: Sender,
  { maps, clock }: Reception,
) {
  const map = from.maps?.[incoming.kind] ?? route.map
  const peers = connectorsOf(from.desk, incoming)
  if (map === undefined)
    return { message: { bundle: bundleOf(content), unmapped: [], incoming, peers }, issues: [] }
  const made = maps.run(map, inputOf(content), {
    zone: from.zone ?? from.desk.territory.zone,
    now: clock().toISOString(),
    newId: randomUUID,
  })
  const unmapped = made.unmapped.map(({ place }) => place)
  const issues = [...made.issues, ...unmapped.map(unknownCode)]
  // Inward maps have a Bundle for their target; that is checked when they are loaded.
  return {
    message: { bundle: made.target as Bundle, unmapped, incoming, peers } satisfies Transformed,
    issues,
  }
}

/** Names of all connectors of whoever sends: what one of them says is of the diaries of all. */
function connectorsOf({ territory, actor }: Desk, { peer }: Incoming): string[] {
  const own = territory.peers.filter(
    ({ name, organization }) => name === peer || organization === actor.organization,
  )
  return own.map(({ name }) => name)
}

const unknownCode = (place: string): Issue =>
  issue(
    'code-invalid',
    'The code is in no table: it is kept as text. Ask for it to be mapped.',
    place,
    'warning',
  )

function inputOf(content: Content): unknown {
  if (content.form === 'v2') return toTree(content.message)
  return content.form === 'json' ? content.value : content.resource
}

function bundleOf(content: Content): Bundle {
  if (content.form !== 'fhir') throw failure('unknown-message', 'No map is set for messages of this kind.')
  const { resource } = content
  if (resource.resourceType === 'Bundle') return resource
  return { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:local:only', resource }] }
}

function told(
  performed: Performed,
  issues: readonly Issue[],
  { answer, incoming }: Pick<InHand, 'answer' | 'incoming'>,
): Received {
  const kept = performed.filtered === undefined ? 'Stored.' : `Kept; ${performed.filtered}`
  const outcome = outcomeOf([
    issue('informational', kept, undefined, 'information'),
    ...(incoming.remarks ?? []),
    ...issues,
    ...performed.warnings.map((one) => toldOf(one, incoming)),
  ])
  return {
    outcome,
    ...(answer && {
      answer: answer(
        outcome,
        performed.written.map(({ resourceType, id }) => `${resourceType}/${id}`),
      ),
    }),
  }
}

function endOf({ filtered }: Performed, { remarks = [] }: Incoming): Pick<ArrivalRow, 'status' | 'reason'> {
  if (filtered !== undefined) return { status: 'filtered', reason: filtered }
  return { status: 'transformed', ...(remarks.length > 0 && { reason: reasonOf(remarks) }) }
}

const reasonOf = (issues: readonly Issue[]): string =>
  issues.map(({ case: what, expression = '' }) => `${what} ${expression}`.trim()).join('; ')

/** Handled before: the same answer, or a conflict when the same id says something else now. */
async function again(before: ArrivalRow, hand: InHand): Promise<Received> {
  if (before.digest !== hand.row.digest) {
    const text =
      'A message with this id has come before, with other content. Give each message an id of its own.'
    return refused(placed(failure('duplicate', text, 'Message'), hand), hand)
  }
  const outcome = outcomeOf([
    issue('informational', 'Received before; answered as then.', undefined, 'information'),
  ])
  return { outcome, ...(before.answer && { answer: before.answer }) }
}

/** Refused: the row alone is kept, with the reason. A sender may try again what we could not do for now. */
async function refused(failed: Failure, { row, reception, answer }: InHand): Promise<Received> {
  const outcome = outcomeOf(failed.issues)
  const bytes = answer?.(outcome, [])
  // Known no longer than until now: what is put right, or comes again later, is a message of its own.
  const kept: ArrivalRow = {
    ...row,
    knownUntil: row.receivedAt,
    status: 'error',
    reason: reasonOf(failed.issues),
    ...(bytes && { answer: bytes }),
  }
  await keep(kept, reception)
  return { outcome, ...(bytes && { answer: bytes }) }
}

/** Where the row cannot be written as it is, the bytes are kept alone: what came is never lost. */
async function keep(arrival: ArrivalRow, { store, log }: Reception): Promise<void> {
  const at = arrival.receivedAt
  try {
    await store.write({ arrival, at })
  } catch (thrown) {
    log.failed('message.failed', thrown, { row: arrival.row })
    await store.write({
      arrival: { ...arrival, id: undefined, kind: '?', keys: [], reason: 'exception' },
      at,
    })
  }
}
