import { daysIn } from '../fhir/dates.ts'
import { type Fault, fault } from './check.ts'
import { narrativeFault } from './narrative.ts'

/** What is wrong with a value as a primitive of its type; nothing when it is right. */
export type Primitive = (value: unknown) => Fault | undefined

/**
 * The primitive types, each with its test.
 *
 * Source: FHIR R4 2.24.0.1 Primitive Types, https://hl7.org/fhir/R4/datatypes.html#primitive.
 * Stricter than the expressions there: a date is a day of the calendar, and a string says something.
 */
export const primitives: ReadonlyMap<string, Primitive> = new Map(
  Object.entries({
    base64Binary: text(isBase64, 'This is not base64.'),
    boolean: (value: unknown) => (typeof value === 'boolean' ? undefined : notBoolean),
    canonical: text(isUri, 'A canonical URL has no blanks.'),
    code: text(matches(/^[^\s]+(?:\s[^\s]+)*$/), 'A code has no blanks around it and single ones inside.'),
    date: text(isDate, 'A date is YYYY, YYYY-MM or YYYY-MM-DD, a day of the calendar.'),
    dateTime: text(isDateTime, 'A dateTime is a date, or YYYY-MM-DDThh:mm:ss with an offset such as +02:00.'),
    decimal: (value: unknown) => (Number.isFinite(value) ? undefined : notNumber),
    id: text(matches(/^[A-Za-z0-9\-.]{1,64}$/), 'An id is 1 to 64 letters, digits, hyphens or dots.'),
    instant: text(isInstant, 'An instant is YYYY-MM-DDThh:mm:ss with an offset such as +02:00.'),
    integer: integer(-2_147_483_648, 'An integer is a whole number of 32 bits.'),
    markdown: text(isText, 'This says nothing: leave the element out.'),
    oid: text(matches(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/), 'An oid is urn:oid: and dotted numbers.'),
    positiveInt: integer(1, 'This is a whole number from 1.'),
    string: text(isText, 'This says nothing: leave the element out.'),
    time: text(matches(/^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/), 'A time is hh:mm:ss.'),
    unsignedInt: integer(0, 'This is a whole number from 0.'),
    uri: text(isUri, 'A URI has no blanks.'),
    url: text(isUri, 'A URL has no blanks.'),
    uuid: text(
      matches(/^urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/),
      'A uuid is urn:uuid: and 36 characters.',
    ),
    xhtml: (value: unknown) => {
      if (typeof value !== 'string') return notText
      return isWhole(value) ? narrativeFault(value) : broken
    },
  }),
)

const notText = fault('structure', 'A string belongs here.')
const notNumber = fault('structure', 'A number belongs here.')
const notBoolean = fault('structure', 'true or false belongs here, without quotes.')
const empty = fault('value', 'An empty string: leave the element out.')
const broken = fault('value', 'U+0000 or half a surrogate pair is in no text. Remove it.')

function text(isRight: (value: string) => boolean, otherwise: string): Primitive {
  const wrong = fault('value', otherwise)
  return (value) => {
    if (typeof value !== 'string') return notText
    if (value.length === 0) return empty
    if (!isWhole(value)) return broken
    return isRight(value) ? undefined : wrong
  }
}

function integer(least: number, otherwise: string): Primitive {
  const wrong = fault('value', otherwise)
  return (value) => {
    if (typeof value !== 'number') return notNumber
    return Number.isInteger(value) && value >= least && value <= 2_147_483_647 ? undefined : wrong
  }
}

function matches(pattern: RegExp): (value: string) => boolean {
  return (value) => pattern.test(value)
}

/** Neither XML nor PostgreSQL can carry the others. */
function isWhole(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}

function isText(value: string): boolean {
  return value.charCodeAt(0) > 32 || value.trim().length > 0
}

function isUri(value: string): boolean {
  return !/\s/.test(value)
}

/** Two linear looks instead of the standard's nested expression, which takes seconds on a large file. */
function isBase64(value: string): boolean {
  const digits = /\s/.test(value) ? value.replace(/\s+/g, '') : value
  return digits.length > 0 && digits.length % 4 === 0 && /^[0-9A-Za-z+/]*={0,2}$/.test(digits)
}

const datePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/
const timePattern =
  /^T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/

function isDate(value: string): boolean {
  const [, year, month, day] = datePattern.exec(value) ?? []
  if (year === undefined || year === '0000') return false
  if (month === undefined) return true
  if (month < '01' || month > '12') return false
  return day === undefined || (day >= '01' && Number(day) <= daysIn(Number(year), Number(month)))
}

function isDateTime(value: string): boolean {
  return value.length > 10 ? isInstant(value) : isDate(value)
}

function isInstant(value: string): boolean {
  return value.length > 10 && isDate(value.slice(0, 10)) && timePattern.test(value.slice(10))
}
