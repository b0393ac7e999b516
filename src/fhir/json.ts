import { isPlain, parseWritten } from './decimals.ts'
import { failure, failures, type Issue } from './outcome.ts'

/** Deeper than any resource goes, and shallow enough for whoever walks the value by recursion. */
const deepest = 100

/** By these an object would get what it has not said. */
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The value in a JSON text that came from outside.
 *
 * Stricter than `JSON.parse`: no property twice (one reader would take the first, another the last), no nesting beyond
 * all sense, no property that reaches into prototypes. A byte-order mark is passed over.
 * Fails: structure, with line, column and path of the fault, never with what stands there.
 *
 * Source: RFC 8259; FHIR R4, json.html 2.1.2.
 */
export function parseJson(text: string): unknown {
  const { value, faults } = readJson(text)
  if (faults.length > 0) throw failures(faults)
  return value
}

/** The same value with the properties that are there twice, so that what else is wrong can be told with them. Fails: structure. */
export function readJson(text: string): { value: unknown; faults: readonly Issue[] } {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  const { isUsual, faults } = check(json)
  return { value: isUsual ? JSON.parse(json) : parseWritten(json), faults }
}

interface Checked {
  /** No number is written in a way of its own. */
  isUsual: boolean
  /** Properties that are there twice. */
  faults: readonly Issue[]
}

/** Walks over the text once; 1.5 KB take about as long as `JSON.parse` itself. */
function check(text: string): Checked {
  const path: (string | number)[] = []
  let at = 0
  let isUsual = true
  const faults: Issue[] = []

  const fault = (what: string) => told(text, at, path, what)
  const code = () => text.charCodeAt(at)

  function blank(): void {
    while (code() === space || code() === newline || code() === cr || code() === tab) at++
  }

  function value(): void {
    blank()
    if (path.length > deepest) throw fault(`it is nested deeper than ${deepest} levels`)
    const first = code()
    if (first === openBrace) object()
    else if (first === openBracket) array()
    else if (first === quote) string()
    else scalar()
    blank()
  }

  function object(): void {
    const names = new Set<string>()
    at++
    blank()
    if (code() === closeBrace) return void at++
    do {
      blank()
      const name = property(names)
      names.add(name)
      path.push(name)
      value()
      path.pop()
    } while (another(closeBrace, '}'))
  }

  function property(names: ReadonlySet<string>): string {
    const start = at
    if (code() !== quote) throw fault('a property name in quotes is expected')
    const name = string()
    if (forbidden.has(name) || names.has(name)) doubtful(name, start)
    blank()
    if (code() !== colon) throw fault('a colon is expected')
    at++
    return name
  }

  /** A name that is not allowed ends the reading; one that is there twice is told with what else is wrong. */
  function doubtful(name: string, start: number): void {
    const isForbidden = forbidden.has(name)
    path.push(name)
    const end = at
    at = start
    const found = fault(`this property ${isForbidden ? 'is not allowed' : 'is there twice'}`)
    if (isForbidden) throw found
    faults.push(...found.issues)
    path.pop()
    at = end
  }

  function array(): void {
    at++
    blank()
    if (code() === closeBracket) return void at++
    let index = 0
    do {
      path.push(index++)
      value()
      path.pop()
    } while (another(closeBracket, ']'))
  }

  /** After a value: whether a comma says that another follows. */
  function another(close: number, shown: string): boolean {
    const found = code()
    if (found !== comma && found !== close) throw fault(`a comma or ${shown} is expected`)
    at++
    return found === comma
  }

  function string(): string {
    const start = at++
    let escaped = false
    for (; ordinary() !== quote; at++) {
      if (at >= text.length) throw fault('a text does not end')
      if (code() !== backslash) throw fault('a text has a control character, which is written as an escape')
      escaped = true
      escapeSequence()
    }
    at++
    return escaped ? (JSON.parse(text.slice(start, at)) as string) : text.slice(start + 1, at - 1) // it is a string
  }

  /** The letter at which a run of ordinary ones ends. */
  function ordinary(): number {
    plain.lastIndex = at
    plain.test(text)
    at = plain.lastIndex
    return code()
  }

  function escapeSequence(): void {
    at++
    if (text[at] === 'u' && /^[\da-f]{4}$/i.test(text.slice(at + 1, at + 5))) at += 4
    else if (!'"\\/bfnrt'.includes(text[at] ?? 'none')) throw fault('a backslash begins no known escape')
  }

  function scalar(): void {
    scalars.lastIndex = at
    const [found] = scalars.exec(text) ?? []
    if (found === undefined) throw fault(at >= text.length ? 'a value is missing' : 'this is no JSON value')
    if (isOwnWay(found)) {
      if (!Number.isFinite(Number(found))) throw fault('this number is too large')
      isUsual = false
    }
    at += found.length
  }

  value()
  if (at < text.length) throw fault('something follows after the value')
  return { isUsual, faults }
}

/** Whole numbers of usual length need no second look. */
const isOwnWay = (scalar: string) =>
  (scalar.length > 15 || /[.eE]|^-0/.test(scalar)) && !/^[tfn]/.test(scalar) && !isPlain(scalar)

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them within a text
const plain = /[^"\\\u0000-\u001f]*/y
const scalars = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const [tab, newline, cr, space] = [9, 10, 13, 32]
const [quote, comma, colon, backslash] = [34, 44, 58, 92]
const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125]

function told(text: string, at: number, path: readonly (string | number)[], what: string) {
  const lines = text.slice(0, at).split('\n')
  const place = `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`
  return failure('structure', `The JSON text is at fault at ${place}: ${what}.`, shown(path))
}

/** As FHIRPath; a name that is none is not repeated. */
function shown(path: readonly (string | number)[]): string | undefined {
  if (path.length === 0) return undefined
  const steps = path.map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${/^\w{1,64}$/.test(step) ? step : '?'}`,
  )
  return steps.join('').replace(/^\./, '')
}
