import { type Acknowledgment, readAcknowledgment } from '../../hl7v2/acknowledge.ts'
import { decode } from '../../hl7v2/charset.ts'
import { field, kindOf, type Message, parseMessage } from '../../hl7v2/message.ts'
import type { Incoming, Sent } from '../connector.ts'
import { endOf, type Reading } from '../reading.ts'
import type { MllpSettings } from './settings.ts'

/** An answer of a peer, as it came and as it reads. */
export interface Heard {
  raw: Buffer
  message: Message
  acknowledgment: Acknowledgment
}

/** Reads an answer; undefined when the bytes are none. */
export function heardIn(raw: Buffer, settings: MllpSettings): Heard | undefined {
  try {
    const message = parseMessage(decode(raw, settings.inwardCharset).text)
    const acknowledgment = readAcknowledgment(message)
    return acknowledgment && { raw, message, acknowledgment }
  } catch {
    return undefined // a message that cannot be read answers nothing: the peer is taken for silent
  }
}

/** Whether an answer is about the message of this id. One that could not be read is refused without its id. */
export function isAbout({ acknowledgment }: Heard, controlId: string): boolean {
  if (acknowledgment.controlId === undefined) return !acknowledgment.code.endsWith('A')
  return acknowledgment.controlId === controlId
}

/** How a try ended by what the peer answered to a message of this type (`SRM`). */
export function sentBy(heard: Heard, type: string, settings: MllpSettings, at: Date): Sent {
  const { code, errors } = heard.acknowledgment
  const end = endOf(read(heard.acknowledgment, type, settings))
  const [error] = errors
  const reason = [code, error?.err, error?.issue, error?.place].filter(Boolean).join(' ')
  return {
    end,
    ...(end !== 'sent' && { reason }),
    ...(field(heard.message, 'MSH-9.1') !== 'ACK' && { reply: replyIn(heard, at) }),
  }
}

/** What answers mean unless a connector's file says otherwise: to whoever asks for a place, AR is a no as well. */
const usual: MllpSettings['reads'] = {
  '*': { AE: 'refused', AR: 'later' },
  SRM: { AE: 'refused', AR: 'refused' },
}

/**
 * What an answer means: as the settings say of its error (ERR-3), else as the error says beyond doubt, else as the settings
 * say of its code (MSA-1). CE and CR are read as AE and AR where nothing is said of them.
 */
function read({ code, errors }: Acknowledgment, type: string, { reads }: MllpSettings): Reading {
  const own = { ...usual['*'], ...reads['*'], ...usual[type], ...reads[type] }
  const [error] = errors
  if (code.endsWith('A')) return own[code] ?? 'done'
  const application = `A${code.slice(1)}`
  return own[error?.err ?? ''] ?? plainly(error) ?? own[code] ?? own[application] ?? 'later'
}

/** What an error says beyond doubt: a peer that tells FHIR issue types, or that a record is locked. */
function plainly(error: Acknowledgment['errors'][number] | undefined): Reading | undefined {
  if (error?.err === '206') return 'later'
  return error?.issue === undefined ? undefined : byIssue[error.issue]
}

const byIssue: Readonly<Record<string, 'refused' | 'later'>> = {
  conflict: 'refused',
  'business-rule': 'refused',
  'code-invalid': 'refused',
  duplicate: 'refused',
  required: 'refused',
  structure: 'refused',
  value: 'refused',
  'lock-error': 'later',
  throttled: 'later',
  timeout: 'later',
  transient: 'later',
}

function replyIn({ raw, message }: Heard, at: Date): Incoming {
  return {
    raw,
    id: field(message, 'MSH-10'),
    kind: kindOf(message),
    peer: '?',
    receivedAt: at.toISOString(),
    by: 'mllp',
    content: { form: 'v2', message },
  }
}
