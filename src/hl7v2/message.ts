import { failure } from '../fhir/outcome.ts'
import { escaper, literally, unescaper } from './escape.ts'

/**
 * A parsed HL7 v2 message: segments in order, fields by number.
 *
 * Values are unescaped text; what is absent is empty, HL7 null is kept as its two quotes `""`.
 */
export interface Message {
  readonly segments: readonly Segment[]
}

/** `fields[n]` is field n, so `fields[0]` is always empty; of MSH, fields 1 and 2 are the delimiters as they came. */
export interface Segment {
  readonly name: string
  /** Field → repetitions → components → subcomponents. No repetition: absent. */
  readonly fields: readonly (readonly Repetition[])[]
}

export type Repetition = readonly Component[]
export type Component = readonly string[]

/** The characters that part a message, as MSH-1 and MSH-2 declare them. `escape` may be missing. */
export interface Delimiters {
  field: string
  component: string
  repetition: string
  escape: string | undefined
  subcomponent: string | undefined
  /** Since 2.7. */
  truncation: string | undefined
}

/** How the sender wants to say that something has no value. */
export const hl7Null = '""'

/** The delimiters that the standard recommends. */
export const usualDelimiters: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
  truncation: undefined,
}

/**
 * Parses a message. Segments end by CR, LF or CRLF; a byte-order mark and blank lines are passed over. A LF
 * that no segment follows is part of the text it stands in.
 *
 * Fails: structure when it is not one HL7 v2 message; required without MSH-9 or MSH-10.
 *
 * Source: HL7 v2.8.2 chapter 2, sections 2.5 to 2.7.
 */
export function parseMessage(text: string): Message {
  const message = parseSegments(text)
  if (segmentsNamed(message, 'MSH').length > 1) {
    throw failure('structure', 'A second MSH begins a second message. Send one message a frame.', 'MSH[2]')
  }
  require(message, 'MSH-9.1', 'A message says its type in MSH-9.')
  require(message, 'MSH-10', 'A message carries its control id in MSH-10.')
  return message
}

/** As `parseMessage`, but content with what the header lacks: for an answer to a message that is at fault. */
export function parseSegments(text: string): Message {
  const lines = segmentLines(text)
  const parts = delimitersOf(lines[0] ?? '')
  const read = unescaper(parts, declaredCharset(lines[0] ?? '', parts))
  return { segments: lines.map((line, at) => parseSegment(line, at, parts, read)) }
}

/** The message as text, segments ended by CR, with the delimiters of its own MSH. */
export function writeMessage(message: Message): string {
  const [header] = message.segments
  const parts = delimitersOf(
    `MSH${header?.fields[1]?.[0]?.[0]?.[0] ?? ''}${header?.fields[2]?.[0]?.[0]?.[0] ?? ''}`,
  )
  const write = escaper(parts)
  return message.segments.map((segment) => `${writeSegment(segment, parts, write)}\r`).join('')
}

/**
 * One value by its place: `MSH-10`, `ORC-2.1`, `PID-3[2].4.2`, `OBX[3]-5`. Segments and repetitions count from 1;
 * without a component it is the first one. Undefined when absent.
 */
export function field(message: Message, place: string): string | undefined {
  const at = placeOf(place)
  if (!at) throw new TypeError(`Not a place in an HL7 v2 message: ${place}`)
  return valueAt(segmentsNamed(message, at.segment)[at.occurrence - 1], at)
}

/** One value of a segment. Counts from 1. */
export function valueAt(
  segment: Segment | undefined,
  at: { field: number; repetition?: number; component?: number; subcomponent?: number },
): string | undefined {
  const repetition = segment?.fields[at.field]?.[(at.repetition ?? 1) - 1]
  return repetition?.[(at.component ?? 1) - 1]?.[(at.subcomponent ?? 1) - 1] || undefined
}

export function segmentsNamed(message: Message, name: string): Segment[] {
  return message.segments.filter((segment) => segment.name === name)
}

/** A place in a message, counted from 1. */
export interface Place {
  segment: string
  occurrence: number
  field: number
  repetition: number
  component?: number
  subcomponent?: number
}

/** Reads `OBX[3]-5[2].1.4`; undefined when it is no place in a v2 message. */
export function placeOf(text: string): Place | undefined {
  const found = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?$/.exec(text)
  if (!found) return undefined
  const [, segment = '', occurrence, at, repetition, component, subcomponent] = found
  return {
    segment,
    occurrence: Number(occurrence ?? 1),
    field: Number(at),
    repetition: Number(repetition ?? 1),
    ...(component !== undefined && { component: Number(component) }),
    ...(subcomponent !== undefined && { subcomponent: Number(subcomponent) }),
  }
}

/** `ORM^O01`: message type and trigger event; `ACK` alone when there is no event. */
export function kindOf(message: Message): string {
  return [field(message, 'MSH-9.1'), field(message, 'MSH-9.2')].filter(Boolean).join('^')
}

const byteOrderMark = /^\uFEFF?\s*/

function segmentLines(text: string): string[] {
  const whole = text.replace(byteOrderMark, '')
  if (!whole.startsWith('MSH')) {
    throw failure('structure', 'An HL7 v2 message begins with its MSH segment.', 'MSH')
  }
  if (!whole.includes('\n')) return whole.split('\r').filter((line) => line.trim() !== '')
  const separator = whole[3] ?? '|'
  const startOfSegment = `[A-Z][A-Z0-9]{2}(?:${literally(separator)}|[\\r\\n]|$)`
  const lines = whole.split(new RegExp(`\\r\\n?|\\n(?=\\s*(?:${startOfSegment}|$))`))
  return lines.filter((line) => line.trim() !== '').map((line) => line.replace(/^\n+/, ''))
}

function delimitersOf(header: string): Delimiters {
  const separator = header[3] ?? ''
  const encoding = separator === '' ? '' : (header.slice(4).split(separator, 1)[0] ?? '')
  const [component = '', repetition = '', mark, subcomponent, truncation] = encoding
  const distinct = new Set([separator, ...encoding])
  if (!/^[^A-Za-z0-9\s"]{3,6}$/.test(separator + encoding) || distinct.size !== encoding.length + 1) {
    throw failure('structure', 'MSH-1 and MSH-2 declare the delimiters, each a different character.', 'MSH-2')
  }
  return { field: separator, component, repetition, escape: mark, subcomponent, truncation }
}

const declaredCharset = (header: string, parts: Delimiters): string | undefined =>
  header.split(parts.field)[17]?.split(parts.repetition)[0]

const segmentName = /^[A-Z][A-Z0-9]{2}$/

function parseSegment(line: string, at: number, parts: Delimiters, read: (text: string) => string): Segment {
  const texts = line.split(parts.field)
  const name = (texts[0] ?? '').trim()
  if (!segmentName.test(name)) {
    throw failure(
      'structure',
      `Segment ${at + 1} of the message does not begin with a segment's three-letter name.`,
      'MSH',
    )
  }
  if (name === 'MSH') texts.splice(1, 1, parts.field, texts[1] ?? '')
  return {
    name,
    fields: texts.map((text, n) => {
      if (n === 0 || text === '') return absent
      if (name === 'MSH' && n <= 2) return [[[text]]]
      return parseField(text, parts, read)
    }),
  }
}

const absent: readonly Repetition[] = []

function parseField(text: string, parts: Delimiters, read: (text: string) => string): Repetition[] {
  return split(text, parts.repetition, (repetition) =>
    split(repetition, parts.component, (component) => split(component, parts.subcomponent, read)),
  )
}

/** What is read of each part; a delimiter that the message does not have parts nothing. */
function split<Part>(text: string, by: string | undefined, read: (part: string) => Part): Part[] {
  if (by === undefined || !text.includes(by)) return [read(text)]
  return text.split(by).map(read)
}

function writeSegment({ name, fields }: Segment, parts: Delimiters, write: (text: string) => string): string {
  const start = name === 'MSH' ? `MSH${parts.field}${encodingOf(parts)}` : name
  const first = name === 'MSH' ? 3 : 1
  let text = start
  for (let at = first; at < fields.length; at++)
    text += parts.field + writeField(fields[at] ?? [], parts, write)
  return text
}

const encodingOf = (parts: Delimiters): string =>
  parts.component +
  parts.repetition +
  (parts.escape ?? '') +
  (parts.subcomponent ?? '') +
  (parts.truncation ?? '')

function writeField(
  repetitions: readonly Repetition[],
  parts: Delimiters,
  write: (text: string) => string,
): string {
  return joined(repetitions, parts.repetition, (components) =>
    joined(components, parts.component, (subcomponents) => joined(subcomponents, parts.subcomponent, write)),
  )
}

function joined<Part>(all: readonly Part[], by: string | undefined, write: (part: Part) => string): string {
  const [only] = all
  if (all.length < 2) return only === undefined ? '' : write(only)
  if (by === undefined) throw new TypeError('These delimiters leave no way to write subcomponents.')
  return all.map(write).join(by)
}

function require(message: Message, place: string, text: string): void {
  if (field(message, place) === undefined) throw failure('required', text, place.split('.')[0])
}
