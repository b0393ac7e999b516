import { randomBytes, randomUUID } from 'node:crypto'
import type { OperationOutcome } from '@medplum/fhirtypes'
import { failure, failureOf, issue, outcomeOf } from '../../fhir/outcome.ts'
import { answersTo, isWish, type Own, readHeader } from '../../hl7v2/acknowledge.ts'
import { type Decoded, decode, encode, isCharset } from '../../hl7v2/charset.ts'
import {
  field,
  type Message,
  parseMessage,
  type Segment,
  valueAt,
  writeMessage,
} from '../../hl7v2/message.ts'
import { asReferralAnswer } from '../../hl7v2/referral-answer.ts'
import type { Log } from '../../log.ts'
import type { Content, Incoming, Receive } from '../connector.ts'
import type { Origin, Peer } from './peer.ts'

/** What answering needs. */
export interface Answering {
  /** Who may send. The first that a message can be from, it is from. */
  peers: readonly Peer[]
  origin: Origin
  receive: Receive
  clock: () => Date
  log: Log
  by: 'mllp' | 'http'
}

/**
 * Hands in a message as it came, without its frame, and comes back with what is answered once its fate is committed:
 * nothing, an acknowledgement, or in enhanced mode two. Never throws: whatever is wrong is answered.
 */
export async function answersFor(bytes: Buffer, answering: Answering): Promise<Buffer[]> {
  const header = headerIn(bytes)
  try {
    return parted(await handed(bytes, header, answering))
  } catch (thrown) {
    const number = randomUUID().slice(0, 8)
    answering.log.failed('message.unanswered', thrown, { number })
    return parted(answerer(header, answering)(outcomeOf(failureOf(thrown, number).issues)))
  }
}

/** As `answersFor`, where one message is answered by one: HL7 v2 over HTTP. Empty when nothing is to be answered. */
export async function answerMessage(bytes: Buffer, answering: Answering): Promise<Buffer> {
  return (await answersFor(bytes, answering)).at(-1) ?? Buffer.alloc(0)
}

/** An id for what we send of our own: as long as MSH-10 was up to 2.6. */
export const newControlId = (): string => randomBytes(10).toString('hex').toUpperCase()

/** Of what became of a message, and of what was written (`Type/id`). */
type Answer = (outcome: OperationOutcome, written?: readonly string[]) => Buffer

/** An acknowledgement in the form that its receiver wants it. */
type Dress = (answer: Message, written: readonly string[]) => Message

async function handed(bytes: Buffer, header: Segment | undefined, answering: Answering): Promise<Buffer> {
  const { peers, origin, receive, clock, by } = answering
  const peer = peers.find((one) => one.isSender(header, origin))
  const said = read(bytes, header, peer)
  const answer = answerer(header, answering, dressFor(peer, said.content))
  const incoming: Incoming = {
    raw: bytes,
    id: header && valueAt(header, { field: 10 }),
    kind: kindIn(header),
    peer: peer?.name ?? '?',
    receivedAt: clock().toISOString(),
    by,
    ...said,
  }
  const { outcome, answer: kept } = await receive(incoming, answer)
  return kept ?? answer(outcome)
}

/** What a message of a peer says, or what is wrong with it. */
function read(
  bytes: Buffer,
  header: Segment | undefined,
  peer: Peer | undefined,
): Pick<Incoming, 'content' | 'remarks' | 'unreadable'> {
  try {
    // What has no header is from nobody that can be named: that is what is wrong with it.
    if (!peer && header)
      throw failure('unknown-sender', 'This sender is not configured here, or not from there.', 'MSH-3')
    const decoded = decode(bytes, peer?.charset)
    return { content: contentOf(decoded), ...(decoded.isDoubtful && { remarks: [doubtful] }) }
  } catch (thrown) {
    return { unreadable: outcomeOf(failureOf(thrown, 'unreadable').issues) }
  }
}

const doubtful = issue(
  'value',
  'MSH-18 is empty and the text looks like UTF-8, but was read in the character set that is set for its sender. Say UNICODE UTF-8 in MSH-18, or ask the operator to set inwardCharset.',
  'MSH-18',
  'warning',
)

/**
 * Fails: as parsing does; unsupported-value when it is not HL7 version 2.3 to 2.8; value when it asks for
 * acknowledgements in a way that nobody knows.
 */
export function contentOf({ text }: Pick<Decoded, 'text'>): Content {
  const message = parseMessage(text)
  const version = field(message, 'MSH-12')
  if (version !== undefined && !/^2\.[3-8](\.\d+)?$/.test(version)) {
    throw failure('unsupported-value', 'Versions 2.3 to 2.8 are understood.', 'MSH-12')
  }
  for (const place of ['MSH-15', 'MSH-16']) {
    if (!isWish(field(message, place)))
      throw failure('value', 'Acknowledgements are asked for by AL, NE, ER or SU, or by nothing.', place)
  }
  return { form: 'v2', message }
}

/** The header even of a message that is wrong otherwise. Names and ids in it are ASCII in every character set. */
export function headerIn(bytes: Buffer): Segment | undefined {
  return readHeader(
    bytes
      .subarray(0, 4096)
      .toString('latin1')
      .replace(/^\u00EF\u00BB\u00BF/, ''),
  )
}

/** MSH-9 as the kind of an arrival: `ORM^O01`. */
export const kindIn = (header: Segment | undefined): string =>
  [1, 2]
    .map((component) => header && valueAt(header, { field: 9, component }))
    .filter(Boolean)
    .join('^') || '?'

/** A peer that wants referrals answered by RRI gets our number of the request with it. */
function dressFor(peer: Peer | undefined, content: Content | undefined): Dress | undefined {
  if (peer?.referralAnswer !== 'RRI' || content?.form !== 'v2') return undefined
  return (answer, written) => {
    const request = written.find((name) => name.startsWith('ServiceRequest/'))
    return asReferralAnswer(answer, content.message, request?.slice('ServiceRequest/'.length))
  }
}

/** Makes the bytes of the answers, one after the other; of one outcome the same ones each time. */
function answerer(
  header: Segment | undefined,
  { clock }: Answering,
  dress: Dress = (answer) => answer,
): Answer {
  const made = new WeakMap<OperationOutcome, Buffer>()
  const own: Own = {
    newControlId,
    get at() {
      return clock().toISOString()
    },
  }
  return (outcome, names = []) => {
    const known = made.get(outcome)
    if (known) return known
    const bytes = Buffer.concat(
      answersTo(header, outcome, own).map((one) => written(writeMessage(dress(one, names)), header)),
    )
    made.set(outcome, bytes)
    return bytes
  }
}

function written(text: string, header: Segment | undefined): Buffer {
  const charset = (header && valueAt(header, { field: 18 })) ?? '8859/15'
  return encode(text, isCharset(charset) ? charset : 'ASCII').bytes
}

/** Answers are kept one after the other: each begins with its MSH. */
function parted(bytes: Buffer): Buffer[] {
  const texts = bytes.toString('latin1').split(/(?<=\r)(?=MSH)/)
  return texts.filter((text) => text !== '').map((text) => Buffer.from(text, 'latin1'))
}
