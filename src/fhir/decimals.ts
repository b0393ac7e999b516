/**
 * Numbers as they were written: 1.10 says more than 1.1.
 *
 * In memory a number is a number; beside it, an object remembers the text of those whose text is not the one that
 * JavaScript would write. Copies by spreading remember it too, and a number that has been changed since is written anew.
 *
 * Source: FHIR R4, datatypes.html (decimal: precision is to be kept); json.html 2.1.2.
 */
const written = Symbol('numbers as they were written')

type Holder = Record<string, unknown> & { [written]?: Readonly<Record<string, string>> }

/** Whether a number is written as JavaScript would write it. */
export const isPlain = (text: string): boolean => String(Number(text)) === text

/** In what is kept, which is written without blanks: numbers that may be written in another way than JavaScript's. */
const unusual = /":(?:-0|-?(?:\d+\.\d*0|0\.0{6}\d+|[\d.]{16,}|[\d.]+[eE][+-]?\d+))[,}]/

/** The value in a JSON text that the store keeps, with its numbers as they were written. */
export const parseKept = (text: string): unknown =>
  unusual.test(text) ? parseWritten(text) : JSON.parse(text)

/** The value in a JSON text, with its numbers as they were written. Fails: SyntaxError. */
export function parseWritten(text: string): unknown {
  return JSON.parse(text, remember as (key: string, value: unknown) => unknown) // the third argument is not declared yet
}

function remember(this: unknown, key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number' && source !== undefined && !isPlain(source)) writeAs(this, key, source)
  return value
}

/** Makes an object remember how a number of its own is written; in a list it is written as JavaScript would. */
export function writeAs(holder: unknown, key: string, text: string | undefined): void {
  if (text === undefined || typeof holder !== 'object' || holder === null || Array.isArray(holder)) return
  const own = holder as Holder // an object
  own[written] = { ...own[written], [key]: text }
}

/** How a number of an object is written, where that is not as JavaScript would write it. */
export function writtenIn(holder: object, key: string): string | undefined {
  const text = (holder as Holder)[written]?.[key]
  return text !== undefined && Number(text) === (holder as Holder)[key] ? text : undefined
}

/** The JSON text of a value, its numbers as they were written. */
export const textOf = (value: unknown): string =>
  remembers(value) ? JSON.stringify(value, asWritten) : JSON.stringify(value)

function asWritten(this: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  const text = writtenIn(Object(this), key)
  return text === undefined ? value : rawJson(text)
}

/** Source: ECMAScript proposal JSON.parse source text access, in Node since 21. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown } // not declared yet

/** Whether any object in a value remembers a number. */
function remembers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(remembers)
  if ((value as Holder)[written] !== undefined) return true
  for (const name in value) if (remembers((value as Holder)[name])) return true
  return false
}

/** The same copy, which remembers what the object did that it was made from. */
export function withWritten<Value extends object>(copy: Value, from: object): Value {
  const before = (from as Holder)[written]
  return before === undefined ? copy : Object.assign(copy, { [written]: before })
}

/** A copy of a JSON value, of which nothing is shared with it. */
export function copyOf<Value>(value: Value): Value {
  return mapOwn(value, copyOf)
}

/** A copy of an object or a list, each of its values made anew; it remembers what it did. */
export function mapOwn<Value>(value: Value, make: (value: unknown, key: string) => unknown): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => make(each, '')) as Value // a list of the same
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, make(each, key)]))
  return withWritten(copy, value) as Value // with the same names
}
