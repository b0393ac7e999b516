import type {
  CodeableConcept,
  Coding,
  ContactPoint,
  HumanName,
  Identifier,
  LocationPosition,
  Period,
  Quantity,
  Reference,
} from '@medplum/fhirtypes'
import { amounts } from './amounts.ts'
import { nameIn, type Value } from './paths.ts'
import { meant, partsOf, plain, soundAlike } from './texts.ts'
import { type Stretch, stretchOf } from './times.ts'

/** Whether a value is what one of the texts of a query asks for. */
export type Reading = (asked: string, value: Value) => boolean

// Below, casts go by what a parameter looks at, which the name of each function says.

interface Token {
  system?: string | undefined
  code?: string | undefined
}

/** Every code in a value. `implied` is the system of codes that have none of their own. */
function codesIn(value: Value, implied?: string): Token[] {
  if (typeof value !== 'object' || value === null) {
    const code = String(value)
    return implied === undefined ? [{ code }] : [{ code }, { code, system: implied }]
  }
  if ('coding' in value || 'text' in value) return (value as CodeableConcept).coding ?? []
  if ('code' in value) return [value as Coding]
  const { system, value: code } = value as Identifier | ContactPoint
  return [{ system, code }]
}

/** `code`, `system|code`, `system|`, `|code`. Source: FHIR R4 search, 3.1.1.4.10. */
export const tokens =
  (implied?: string): Reading =>
  (asked, value) => {
    const [first = '', second] = partsOf(asked, '|').map(meant)
    return codesIn(value, implied).some(({ system, code }) => {
      if (second === undefined) return code === first
      if (second !== '' && code !== second) return false
      return first === '' ? system === undefined : system === first
    })
  }

/** `system|code|value` of an identifier with its type. */
export const typed: Reading = (asked, value) => {
  const [system, code, number] = partsOf(asked, '|').map(meant)
  const { type, value: own } = value as Identifier
  const isOfType = type?.coding?.some((coding) => coding.system === system && coding.code === code) ?? false
  return isOfType && own === number
}

/** The words that go with a code begin so. */
export const worded: Reading = (asked, value) => {
  const { text, coding = [] } = value as CodeableConcept
  return [text, ...coding.map(({ display }) => display)].some(
    (words) => words !== undefined && plain(words).startsWith(plain(meant(asked))),
  )
}

/** The strings of a name, each by itself. */
export function stringsIn(value: Value): string[] {
  if (typeof value === 'string') return [value]
  const { family, given = [] } = value as HumanName
  return family === undefined ? given : [family, ...given]
}

/** Source: FHIR R4 search, 3.1.1.4.8. */
export const strings: Readonly<Record<'start' | 'contains' | 'exact' | 'sound', Reading>> = {
  start: (asked, value) => stringsIn(value).some((text) => plain(text).startsWith(plain(meant(asked)))),
  contains: (asked, value) => stringsIn(value).some((text) => plain(text).includes(plain(meant(asked)))),
  exact: (asked, value) => stringsIn(value).includes(meant(asked)),
  sound: (asked, value) => stringsIn(value).some((text) => soundAlike(text, meant(asked))),
}

/** Steps of an address from its root on: `http://a`, `b`, `c`; `urn:oid:1`, `2`. */
function stepsOf(uri: string): string[] {
  const [, root = uri, rest = ''] = /^(\w+:\/\/[^/]+|urn:\w+:[^:.]+)(.*)$/.exec(uri) ?? []
  return [root, ...rest.split(root.startsWith('urn:') ? /[:.]/ : '/').filter((step) => step !== '')]
}

const isBelow = (upper: string, lower: string): boolean => {
  const steps = stepsOf(lower)
  return stepsOf(upper).every((step, n) => steps[n] === step)
}

/** Source: FHIR R4 search, 3.1.1.4.13. */
export const uris: Readonly<Record<'same' | 'above' | 'below', Reading>> = {
  same: (asked, value) => meant(asked) === value,
  above: (asked, value) => isBelow(String(value), meant(asked)),
  below: (asked, value) => isBelow(meant(asked), String(value)),
}

/** An id, `Type/id` or a URL. Source: FHIR R4 search, 3.1.1.4.12. */
export const references =
  (targets: readonly string[], only?: string): Reading =>
  (asked, value) => {
    const text = meant(asked)
    const [type = '', id] = nameIn(value)?.split('/') ?? []
    if (/^\w+:/.test(text)) return (value as Reference).reference === text && only === undefined
    if (only !== undefined && type !== only) return false
    return text.includes('/') ? text === `${type}/${id}` : text === id && targets.includes(type)
  }

/** Whom a reference names by number; where it says that this is something else than is meant, it is not. */
export const numbered =
  (targets: readonly string[]): Reading =>
  (asked, value) => {
    const { identifier, type } = value as Reference
    return (
      identifier !== undefined &&
      (type === undefined || targets.includes(type)) &&
      tokens()(asked, identifier)
    )
  }

/** From the beginning of what begins first to the end of what ends last; a period that ends before it begins ends there. */
export function stretchIn(value: Value): Stretch {
  if (typeof value === 'string') return stretchOf(value)
  const { start, end } = value as Period
  const from = start === undefined ? -Infinity : stretchOf(start).from
  return { from, to: Math.max(from, end === undefined ? Infinity : stretchOf(end).to) }
}

const inside = (one: Stretch, other: Stretch) => one.from >= other.from && one.to <= other.to
const day = 24 * 60 * 60 * 1000

/** Source: FHIR R4 search, 3.1.1.4.5 (prefixes), 3.1.1.4.9 (date). */
const compared: Readonly<Record<string, (kept: Stretch, asked: Stretch) => boolean>> = {
  eq: inside,
  ne: (kept, asked) => !inside(kept, asked),
  gt: (kept, asked) => kept.to > asked.to,
  lt: (kept, asked) => kept.from < asked.from,
  ge: (kept, asked) => kept.to > asked.to || inside(kept, asked),
  le: (kept, asked) => kept.from < asked.from || inside(kept, asked),
  sa: (kept, asked) => kept.from > asked.to,
  eb: (kept, asked) => kept.to < asked.from,
  // About: a day more on each side.
  ap: (kept, asked) => kept.from <= asked.to + day && kept.to >= asked.from - day,
}

export const dates: Reading = (asked, value) => {
  const [, prefix = 'eq', date = ''] = /^([a-z]{2})?(.*)$/.exec(asked) ?? []
  return compared[prefix]?.(stretchIn(value), stretchOf(date)) ?? false
}

export const quantities: Reading = (asked, value) => amounts(asked, value as Quantity)

/** Mean radius. Source: IUGG. */
const metresOfRadius = 6_371_008.8

/** `latitude|longitude|distance|unit`, by the angle between two directions from the middle of the Earth. */
export const near: Reading = (asked, value) => {
  const [latitude, longitude, distance, unit] = asked.split('|')
  const { latitude: north = 0, longitude: east = 0 } = value as LocationPosition
  const [one, other] = [direction(Number(latitude), Number(longitude)), direction(north, east)]
  const across = Math.hypot(
    ...one.map((_, n) => at(one, n + 1) * at(other, n + 2) - at(one, n + 2) * at(other, n + 1)),
  )
  const along = one.reduce((sum, part, n) => sum + part * at(other, n), 0)
  return metresOfRadius * Math.atan2(across, along) <= Number(distance) * (unit === 'km' ? 1000 : 1)
}

const at = (direction: readonly number[], n: number): number => direction[n % 3] ?? 0

function direction(latitude: number, longitude: number): number[] {
  const [north, east] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180]
  return [Math.cos(north) * Math.cos(east), Math.cos(north) * Math.sin(east), Math.sin(north)]
}
