import { type Function as Added, functions } from '../functions.ts'
import { plain } from '../shapes/shape.ts'
import { fast } from './fast.ts'
import { isDated } from './infix.ts'
import {
  countOf,
  distinct,
  gathered,
  type Items,
  isSimple,
  kept,
  listed,
  oneText,
  textsOf,
  truth,
  unlisted,
  unusual,
} from './items.ts'
import { identifier, type Node } from './names.ts'
import type { Evaluate, Names, Part } from './part.ts'

/** A call, without what stands before its dot. */
export function fastFunction(call: Node | undefined, names: Names): Part | undefined {
  const [named, list] = call?.children ?? []
  const name = identifier(named?.text ?? '')
  const given = list?.children ?? []
  const own = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (own) return added(own, given, names)
  const known = Object.hasOwn(table, name) ? table[name] : undefined
  return known?.(given, names)
}

type Compile = (given: readonly Node[], names: Names) => Part | undefined

/** A function without arguments. */
const simply =
  (evaluate: (focus: Items) => Items, isCondition?: true): Compile =>
  (given) =>
    given.length ? undefined : { evaluate, shape: plain, ...(isCondition && { isCondition }) }

/** A function without arguments that keeps some of the items. */
const keeping =
  (evaluate: (focus: Items) => Items): Compile =>
  (given, { focus }) =>
    given.length ? undefined : { evaluate, shape: focus }

/** A function of one text. */
const ofText = (apply: (text: string) => unknown): Compile =>
  simply((focus) => (focus === undefined ? undefined : apply(oneText(focus))))

/** A function of one text and another. */
const ofTexts =
  (holds: (text: string, other: string) => boolean): Compile =>
  ([other, ...more], names) => {
    const part = other && fast(other, { ...names, focus: names.self })
    if (!part || more.length) return undefined
    return {
      shape: plain,
      isCondition: true,
      evaluate(focus, self, frame, run) {
        const found = part.evaluate(self, self, frame, run)
        const [text, given] = [textOrNone(focus), textOrNone(found)]
        return text === undefined || given === undefined ? undefined : holds(text, given)
      },
    }
  }

const textOrNone = (items: Items): string | undefined => (items === undefined ? undefined : oneText(items))

/** A function that looks at each item by itself. */
function perItem(node: Node | undefined, names: Names): Part | undefined {
  return node && fast(node, { ...names, self: names.focus })
}

const where: Compile = ([criterion, ...more], names) => {
  const part = perItem(criterion, names)
  if (!part?.isCondition || more.length) return undefined
  const { evaluate } = part
  return {
    shape: names.focus,
    evaluate: (focus, _, frame, run) => kept(focus, (item) => evaluate(item, item, frame, run) === true),
  }
}

const exists: Compile = (given, names) => {
  if (!given.length) return { evaluate: (focus) => focus !== undefined, shape: plain, isCondition: true }
  const found = where(given, names)
  return (
    found && {
      shape: plain,
      isCondition: true,
      evaluate: (focus, self, frame, run) => found.evaluate(focus, self, frame, run) !== undefined,
    }
  )
}

const select: Compile = ([projection, ...more], names) => {
  const part = perItem(projection, names)
  if (!part || more.length) return undefined
  const { evaluate, shape, isCondition } = part
  return {
    shape,
    ...(isCondition && { isCondition }),
    evaluate: (focus, _, frame, run) => gathered(focus, (item) => evaluate(item, item, frame, run)),
  }
}

const iif: Compile = (given, names) => {
  const [criterion, then, otherwise] = given.map((node) => perItem(node, names))
  if (!criterion || !then || given.length < 2 || (given.length === 3 && !otherwise)) return undefined
  return {
    shape: plain,
    evaluate(focus, _, frame, run) {
      if (criterion.evaluate(focus, focus, frame, run) === true)
        return then.evaluate(focus, focus, frame, run)
      return otherwise?.evaluate(focus, focus, frame, run)
    },
  }
}

/** Arguments that are written as texts or numbers. */
function literals(given: readonly Node[], names: Names): (string | number | undefined)[] {
  return given.map((node) => {
    const items = fast(node, names)?.fixed?.items
    return typeof items === 'string' || typeof items === 'number' ? items : undefined
  })
}

const matches: Compile = (given, names) => {
  const [pattern, ...more] = literals(given, names)
  const expression = typeof pattern === 'string' && !more.length ? patternOf(pattern, 'su') : undefined
  return (
    expression && {
      shape: plain,
      isCondition: true,
      evaluate: (focus) => (focus === undefined ? undefined : expression.test(oneText(focus))),
    }
  )
}

const replacing =
  (pattern: (written: string) => RegExp | undefined): Compile =>
  (given, names) => {
    const [written, by, ...more] = literals(given, names)
    const expression = typeof written === 'string' && !more.length ? pattern(written) : undefined
    if (!expression || typeof by !== 'string') return undefined
    return {
      shape: plain,
      evaluate: (focus) => (focus === undefined ? undefined : oneText(focus).replace(expression, by)),
    }
  }

function patternOf(written: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(written, flags)
  } catch {
    // fhirpath.js says so when it is used.
    return undefined
  }
}

const substring: Compile = (given, names) => {
  const [start, length, ...more] = literals(given, names)
  if (typeof start !== 'number' || more.length || (given.length > 1 && typeof length !== 'number'))
    return undefined
  const end = typeof length === 'number' ? start + length : undefined
  return {
    shape: plain,
    evaluate(focus) {
      if (focus === undefined) return undefined
      const text = oneText(focus)
      return start < text.length ? text.substring(start, end) : undefined
    },
  }
}

const join: Compile = (given, names) => {
  const [by] = given.length ? literals(given, names) : ['']
  if (typeof by !== 'string' || given.length > 1) return undefined
  return { shape: plain, evaluate: (focus) => (focus === undefined ? undefined : textsOf(focus).join(by)) }
}

/** `'x'` parts of a text; a text without it is one part. */
const split: Compile = (given, names) => {
  const [by, ...more] = literals(given, names)
  if (typeof by !== 'string' || more.length) return undefined
  return {
    shape: plain,
    evaluate: (focus) => (focus === undefined ? undefined : unlisted(oneText(focus).split(by))),
  }
}

/** Without the first of them. */
const skip: Compile = (given, names) => {
  const [count, ...more] = literals(given, names)
  if (typeof count !== 'number' || more.length) return undefined
  return { shape: names.focus, evaluate: (focus) => unlisted(listed(focus).slice(count)) }
}

const toText: Compile = (given, { focus }) => {
  if (given.length || isDated(focus)) return undefined
  return {
    shape: plain,
    evaluate(items) {
      if (items === undefined) return undefined
      if (!isSimple(items)) throw unusual
      return String(items)
    },
  }
}

const combine: Compile = ([other, ...more], names) => {
  const part = other && fast(other, { ...names, focus: names.self })
  if (!part || more.length) return undefined
  const { evaluate } = part
  return {
    shape: plain,
    evaluate(focus, self, frame, run) {
      const others = evaluate(self, self, frame, run)
      if (focus === undefined) return others
      return others === undefined ? focus : [...listed(focus), ...listed(others)]
    },
  }
}

const children: Compile = (given, { focus }) =>
  given.length || focus.model === 'fhir'
    ? undefined
    : { evaluate: (items) => gathered(items, childrenOf), shape: plain }

function childrenOf(item: unknown): Items {
  if (typeof item === 'string') return undefined
  if (typeof item !== 'object' || item === null) throw unusual
  const found = Object.entries(item).flatMap(([key, value]: [string, unknown]) => {
    if (key.startsWith('_') || key === 'resourceType' || value === null || value === undefined) throw unusual
    return value
  })
  return unlisted(found)
}

function allTrue(items: Items): Items {
  const list = listed(items)
  if (!list.every((item) => typeof item === 'boolean')) throw unusual
  return !list.includes(false)
}

function not(items: Items): Items {
  const is = truth(items)
  return is === undefined ? undefined : !is
}

/** One of `functions.ts`. */
function added(known: Added, given: readonly Node[], names: Names): Part | undefined {
  const parameters = literals(given, names)
  if (!known.arity.includes(given.length) || parameters.some((one) => typeof one !== 'string'))
    return undefined
  return { shape: plain, evaluate: applying(known, parameters) }
}

const applying =
  (known: Added, parameters: readonly unknown[]): Evaluate =>
  (focus, _self, _frame, run) =>
    gathered(focus, (item) => known.apply(item, parameters, run.options.zone))

const table: Readonly<Record<string, Compile>> = {
  exists,
  where,
  select,
  iif,
  matches,
  substring,
  join,
  split,
  skip,
  toString: toText,
  combine,
  children,
  allTrue: simply(allTrue, true),
  empty: simply((focus) => focus === undefined, true),
  count: simply(countOf),
  distinct: keeping(distinct),
  not: simply(not, true),
  first: keeping((focus) => (Array.isArray(focus) ? focus[0] : focus)),
  last: keeping((focus) => (Array.isArray(focus) ? focus.at(-1) : focus)),
  upper: ofText((text) => text.toUpperCase()),
  lower: ofText((text) => text.toLowerCase()),
  trim: ofText((text) => text.trim()),
  length: ofText((text) => text.length),
  startsWith: ofTexts((text, other) => text.startsWith(other)),
  endsWith: ofTexts((text, other) => text.endsWith(other)),
  contains: ofTexts((text, other) => text.includes(other)),
  replaceMatches: replacing((written) => patternOf(written, 'gu')),
  replace: replacing((written) => patternOf(written.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g')),
}
