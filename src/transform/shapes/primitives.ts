import { daysIn } from '../../fhir/dates.ts'

/** Gives a value as a FHIR primitive is written; undefined when it cannot be. */
export type Cast = (value: unknown) => unknown

const matching =
  (pattern: RegExp): Cast =>
  (value) => {
    const text = asText(value)
    return text !== undefined && pattern.test(text) ? text : undefined
  }

const time = String.raw`([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?`
const zone = String.raw`(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))`
const day = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`
const partialDay = String.raw`\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?`

/**
 * How each primitive is written, by its type.
 *
 * Source: FHIR R4 datatypes, https://hl7.org/fhir/R4/datatypes.html#primitive.
 */
export const casts: Readonly<Record<string, Cast>> = {
  boolean: (value) =>
    typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined,
  integer: whole(-(2 ** 31), 2 ** 31 - 1),
  unsignedInt: whole(0, 2 ** 31 - 1),
  positiveInt: whole(1, 2 ** 31 - 1),
  decimal: (value) => numeric(value, /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/),
  date: existing(matching(new RegExp(`^${partialDay}$`))),
  dateTime: existing(matching(new RegExp(`^(${partialDay}|${day}T${time}${zone})$`))),
  instant: existing(matching(new RegExp(`^${day}T${time}${zone}$`))),
  time: matching(new RegExp(`^${time}$`)),
  id: matching(/^[A-Za-z0-9\-.]{1,64}$/),
  code: matching(/^\S+( \S+)*$/),
  uri: matching(/^\S+$/),
  url: matching(/^\S+$/),
  canonical: matching(/^\S+$/),
  oid: matching(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/),
  uuid: matching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  base64Binary: matching(/^(\s*([0-9a-zA-Z+/=]){4}\s*)+$/),
  string: asText,
  markdown: asText,
  xhtml: asText,
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function numeric(value: unknown, pattern: RegExp): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !pattern.test(value.trim())) return undefined
  return Number(value)
}

function whole(min: number, max: number): Cast {
  return (value) => {
    const number = numeric(value, /^[+-]?\d+$/)
    return number !== undefined && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined
  }
}

/** Refuses the 30th of February. */
function existing(cast: Cast): Cast {
  return (value) => {
    const text = cast(value)
    if (typeof text !== 'string' || text.length < 10) return text
    const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))]
    return day <= 28 || day <= daysIn(year, month) ? text : undefined
  }
}
