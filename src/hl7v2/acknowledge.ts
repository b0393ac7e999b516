import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes'
import { type Telling, tellings } from '../fhir/telling.ts'
import { type Message, parseSegments, placeOf, type Repetition, type Segment, valueAt } from './message.ts'
import { toHl7 } from './timestamps.ts'

/** What an acknowledgement needs of its own: ids and the time. */
export interface Own {
  /** MSH-10 of the next acknowledgement. */
  newControlId(): string
  /** Now (instant with offset). */
  at: string
}

/** MSA-1. The first three tell what became of the content; the others only that it is (not) in our keeping. */
export type AcknowledgmentCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR'

/**
 * What is answered to a message whose fate is known, in the order in which it is sent.
 *
 * Original mode (MSH-15 and MSH-16 empty): one application acknowledgement. Enhanced mode: an accept acknowledgement
 * if MSH-15 asks for it, then the application acknowledgement if MSH-16 asks for it. Where the sender wants no
 * application acknowledgement, or we did not keep the message, the accept acknowledgement itself says that we refuse.
 * An acknowledgement is never acknowledged.
 *
 * `header` is the MSH of the request; undefined when not even that could be read.
 *
 * Source: HL7 v2.8.2 chapter 2, sections 2.9.2 and 2.9.3.
 */
export function answersTo(header: Segment | undefined, outcome: OperationOutcome, own: Own): Message[] {
  if (header && valueAt(header, { field: 9 }) === 'ACK') return []
  const code = codeOf(outcome)
  const [accept, application] = [wish(header, 15), wish(header, 16)]
  if (accept === undefined && application === undefined) return [acknowledgment(header, outcome, code, own)]
  const isTold = isKept(outcome) && isWanted(application, code)
  const acceptCode = isTold ? 'CA' : accepting[code]
  const answers: Message[] = []
  if (isWanted(accept, acceptCode)) {
    answers.push(acknowledgment(header, isTold ? nothingWrong : outcome, acceptCode, own))
  }
  if (isTold) answers.push(acknowledgment(header, outcome, code, own))
  return answers
}

/** One acknowledgement: sender and receiver swapped, the request's version, character set and processing id. */
export function acknowledgment(
  header: Segment | undefined,
  outcome: OperationOutcome,
  code: AcknowledgmentCode,
  own: Own,
): Message {
  const version = (header && valueAt(header, { field: 12 })) ?? '2.5.1'
  const told = outcome.issue.filter(({ severity }) => severity !== 'information')
  const remark = outcome.issue.find(({ severity }) => severity === 'information')?.diagnostics
  const comment = version < '2.5' ? (told[0]?.diagnostics ?? remark) : remark
  return {
    segments: [
      headerOf(header, version, own),
      segment('MSA', [text(code), copy(header, 10), text(comment)]),
      ...told.map((issue) => errorOf(issue, version)),
    ],
  }
}

/** What a peer says of a message of ours. */
export interface Acknowledgment {
  code: AcknowledgmentCode
  /** The control id of what it is about. */
  controlId: string | undefined
  text: string | undefined
  errors: { err: string | undefined; issue: string | undefined; place: string | undefined }[]
}

/** Reads MSA and ERR of an answer; undefined when the message is none. */
export function readAcknowledgment(message: Message): Acknowledgment | undefined {
  const msa = message.segments.find(({ name }) => name === 'MSA')
  const code = valueAt(msa, { field: 1 })
  if (code === undefined || !isCode(code)) return undefined
  return {
    code,
    controlId: valueAt(msa, { field: 2 }),
    text: valueAt(msa, { field: 3 }),
    errors: message.segments.filter(({ name }) => name === 'ERR').map(readError),
  }
}

/** The MSH of a message that may be unreadable otherwise; undefined when there is none. */
export function readHeader(message: string): Segment | undefined {
  const line = message.replace(/^\uFEFF?\s*/, '').split(/[\r\n]/, 1)[0] ?? ''
  try {
    return parseSegments(line).segments[0]
  } catch {
    return undefined // not even a header: that is the answer
  }
}

/** How an issue is told, found by what an outcome keeps of its case. */
export function tellingOf({ code, details, expression }: OperationOutcomeIssue): Telling {
  const detail = details?.coding?.[0]?.code
  if (code === 'not-supported' && /^MSH-9\b/.test(expression?.[0] ?? '')) return tellings['unknown-message']
  const found = Object.values(tellings).find((one) => one.code === code && one.detail?.code === detail)
  return found ?? Object.values(tellings).find((one) => one.code === code) ?? tellings.exception
}

const codes: readonly AcknowledgmentCode[] = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR']
const isCode = (code: string): code is AcknowledgmentCode => (codes as readonly string[]).includes(code)
const accepting = { AA: 'CA', AE: 'CE', AR: 'CR' } as const
const nothingWrong: OperationOutcome = { resourceType: 'OperationOutcome', issue: [] }

const isFault = ({ severity }: OperationOutcomeIssue): boolean => severity === 'error' || severity === 'fatal'

function codeOf(outcome: OperationOutcome): 'AA' | 'AE' | 'AR' {
  const fault = outcome.issue.find(isFault)
  return fault ? tellingOf(fault).ack : 'AA'
}

/** Whether we have it, though we may refuse what it says: not when it is to be sent again, nor from whom we do not know. */
function isKept(outcome: OperationOutcome): boolean {
  const fault = outcome.issue.find(isFault)
  if (!fault) return true
  const telling = tellingOf(fault)
  return telling.job === 'give-up' && fault.code !== 'security' && telling !== tellings['unknown-message']
}

const wishes: readonly string[] = ['AL', 'NE', 'ER', 'SU']

/** Whether it is a value of MSH-15 and MSH-16, which may be absent. */
export const isWish = (value: string | undefined): boolean => value === undefined || wishes.includes(value)

/** MSH-15 or MSH-16: AL always, NE never, ER on error, SU on success (table 0155). What nobody knows is no wish for silence. */
function wish(header: Segment | undefined, at: 15 | 16): string | undefined {
  const value = header && valueAt(header, { field: at })
  return isWish(value) ? value : 'AL'
}

function isWanted(wanted: string | undefined, code: AcknowledgmentCode): boolean {
  const isWell = code.endsWith('A')
  return wanted === 'AL' || (wanted === 'ER' && !isWell) || (wanted === 'SU' && isWell)
}

function headerOf(header: Segment | undefined, version: string, own: Own): Segment {
  return segment('MSH', [
    header?.fields[1] ?? text('|'),
    header?.fields[2] ?? text('^~\\&'),
    copy(header, 5),
    copy(header, 6),
    copy(header, 3),
    copy(header, 4),
    text(toHl7(own.at)),
    [],
    [[['ACK'], ...eventOf(header, version)]],
    text(own.newControlId()),
    header?.fields[11]?.length ? copy(header, 11) : text('P'),
    header?.fields[12]?.length ? copy(header, 12) : text(version),
    [],
    [],
    [],
    [],
    copy(header, 17),
    copy(header, 18),
  ])
}

/** The third component of MSH-9 came with 2.3.1. */
function eventOf(header: Segment | undefined, version: string): string[][] {
  const event = header && valueAt(header, { field: 9, component: 2 })
  if (event === undefined) return []
  return version < '2.3.1' ? [[event]] : [[event], ['ACK']]
}

/** HL7 table 0357. */
const errorTexts: Readonly<Record<string, string>> = {
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application error',
}

const severities = { fatal: 'F', error: 'E', warning: 'W', information: 'I' } as const

/** Since 2.5 an ERR says it field by field; before, ERR-1 holds place and code together. */
function errorOf(issue: OperationOutcomeIssue, version: string): Segment {
  const place = issue.expression?.[0] ?? ''
  const code = errorCode(issue, place)
  const at = locationOf(place)
  if (version < '2.5') {
    const [name = '', sequence = '', field = ''] = at
    return segment('ERR', [[[[name], [sequence], [field], [code, errorTexts[code] ?? '', 'HL70357']]]])
  }
  return segment('ERR', [
    [],
    at.length > 0 ? [at.map((part) => [part])] : [],
    [[[code], [errorTexts[code] ?? ''], ['HL70357'], [issue.code], [], ['FHIR-issue-type']]],
    text(severities[issue.severity]),
    applicationCode(issue),
    [],
    text(at.length > 0 ? undefined : place),
    text(issue.diagnostics),
  ])
}

function errorCode(issue: OperationOutcomeIssue, place: string): string {
  if (issue.code !== 'not-supported') return tellingOf(issue).err
  const byPlace: Readonly<Record<string, string>> = { 'MSH-9.2': '201', 'MSH-11': '202', 'MSH-12': '203' }
  return byPlace[place] ?? tellingOf(issue).err
}

function applicationCode({ details }: OperationOutcomeIssue): Repetition[] {
  const coding = details?.coding?.[0]
  return coding?.code ? [[[coding.code], [coding.display ?? ''], [coding.system ?? '']]] : []
}

/** ERL: segment, which of them, field, repetition, component, subcomponent; empty for what is no v2 place. */
function locationOf(place: string): string[] {
  const whole = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?$/.exec(place)
  if (whole) return [whole[1] ?? '', whole[2] ?? '1']
  const at = placeOf(place)
  if (!at) return []
  const { segment, occurrence, field, repetition, component, subcomponent } = at
  const parts = [segment, occurrence, field]
  if (component !== undefined || repetition > 1) parts.push(repetition)
  if (component !== undefined) parts.push(component)
  if (subcomponent !== undefined) parts.push(subcomponent)
  return parts.map(String)
}

function readError(error: Segment): Acknowledgment['errors'][number] {
  const at = error.fields[2]?.length ? 2 : 1
  const [name, , field] = [1, 2, 3].map((component) => valueAt(error, { field: at, component }))
  const place = name && field ? `${name}-${field}` : name
  const err = valueAt(error, { field: 3 }) ?? valueAt(error, { field: 1, component: 4 })
  return { err, issue: valueAt(error, { field: 3, component: 4 }), place }
}

const text = (value: string | undefined): Repetition[] =>
  value === undefined || value === '' ? [] : [[[value]]]
const copy = (header: Segment | undefined, at: number): readonly Repetition[] => header?.fields[at] ?? []

/** A segment of fields 1, 2, 3 …; empty ones at the end are left out. */
function segment(name: string, fields: readonly (readonly Repetition[])[]): Segment {
  const last = fields.findLastIndex((repetitions) => repetitions.length > 0)
  return { name, fields: [[], ...fields.slice(0, last + 1)] }
}
