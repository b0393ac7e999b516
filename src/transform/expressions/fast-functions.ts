import { functions } from '../functions.ts'
import { plain } from '../shapes/shape.ts'
import {
  answer,
  type Evaluate,
  fast,
  type Items,
  isDated,
  type Names,
  none,
  oneText,
  type Part,
  truth,
  unusual,
} from './fast.ts'
import { identifier, type Node } from './names.ts'

/** A call, without what stands before its dot. */
export function fastFunction(call: Node | undefined, names: Names): Part | undefined {
  const [named, list] = call?.children ?? []
  const name = identifier(named?.text ?? '')
  const given = list?.children ?? []
  if (Object.hasOwn(functions, name)) return added(name, given, names)
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
const ofText =
  (apply: (text: string) => unknown): Compile =>
  (given) =>
    given.length
      ? undefined
      : { evaluate: (focus) => (focus.length ? [apply(oneText(focus))] : none), shape: plain }

/** A function of one text and another. */
const ofTexts =
  (holds: (text: string, other: string) => boolean): Compile =>
  ([other, ...more], names) => {
    const part = other && fast(other, { ...names, focus: names.self })
    if (!part || more.length) return undefined
    return {
      shape: plain,
      isCondition: true,
      evaluate(focus, self, around) {
        const found = part.evaluate(self, self, around)
        const [text, given] = [
          focus.length ? oneText(focus) : undefined,
          found.length ? oneText(found) : undefined,
        ]
        return text === undefined || given === undefined ? none : answer(holds(text, given))
      },
    }
  }

/** A function that looks at each item by itself. */
function perItem(node: Node | undefined, names: Names): Part | undefined {
  return node && fast(node, { ...names, focus: names.focus, self: names.focus })
}

const where: Compile = ([criterion, ...more], names) => {
  const part = perItem(criterion, names)
  if (!part?.isCondition || more.length) return undefined
  return { shape: names.focus, evaluate: filtering(part.evaluate) }
}

function filtering(criterion: Evaluate): Evaluate {
  return (focus, _, around) => focus.filter((item) => criterion([item], [item], around)[0] === true)
}

const exists: Compile = (given, names) => {
  if (!given.length) return { evaluate: (focus) => answer(focus.length > 0), shape: plain, isCondition: true }
  const kept = where(given, names)
  return (
    kept && {
      shape: plain,
      isCondition: true,
      evaluate: (focus, self, around) => answer(kept.evaluate(focus, self, around).length > 0),
    }
  )
}

const select: Compile = ([projection, ...more], names) => {
  const part = perItem(projection, names)
  if (!part || more.length) return undefined
  return {
    shape: part.shape,
    ...(part.isCondition && { isCondition: true }),
    evaluate: (focus, _, around) => focus.flatMap((item) => part.evaluate([item], [item], around)),
  }
}

const iif: Compile = (given, names) => {
  const [criterion, then, otherwise] = given.map((node) => perItem(node, names))
  if (!criterion || !then || given.length < 2 || (given.length === 3 && !otherwise)) return undefined
  return {
    shape: plain,
    evaluate(focus, _, around) {
      const found = criterion.evaluate(focus, focus, around)
      if (found.length === 1 && found[0] === true) return then.evaluate(focus, focus, around)
      return otherwise ? otherwise.evaluate(focus, focus, around) : none
    },
  }
}

/** Arguments that are written as texts or numbers. */
function literals(given: readonly Node[], names: Names): (string | number | undefined)[] {
  return given.map((node) => fast(node, names)?.literal)
}

const matches: Compile = (given, names) => {
  const [pattern, ...more] = literals(given, names)
  const expression = typeof pattern === 'string' && !more.length ? patternOf(pattern, 'su') : undefined
  return (
    expression && {
      shape: plain,
      isCondition: true,
      evaluate: (focus) => (focus.length ? answer(expression.test(oneText(focus))) : none),
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
      evaluate: (focus) => (focus.length ? [oneText(focus).replace(expression, by)] : none),
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
      if (!focus.length) return none
      const text = oneText(focus)
      return start < text.length ? [text.substring(start, end)] : none
    },
  }
}

const join: Compile = (given, names) => {
  const [by = '', ...more] = literals(given, names)
  if (typeof by !== 'string' || more.length || (given.length > 0 && literals(given, names)[0] === undefined))
    return undefined
  return {
    shape: plain,
    evaluate(focus) {
      if (!focus.every((item) => typeof item === 'string')) throw unusual
      return focus.length ? [focus.join(by)] : none
    },
  }
}

const toText: Compile = (given, { focus }) => {
  if (given.length || isDated(focus)) return undefined
  return {
    shape: plain,
    evaluate(items) {
      const [item] = items
      if (!items.length) return none
      if (
        items.length > 1 ||
        (typeof item !== 'string' && typeof item !== 'boolean' && !Number.isSafeInteger(item))
      )
        throw unusual
      return [String(item)]
    },
  }
}

const combine: Compile = ([other, ...more], names) => {
  const part = other && fast(other, { ...names, focus: names.self })
  if (!part || more.length) return undefined
  return { shape: plain, evaluate: (focus, self, around) => [...focus, ...part.evaluate(self, self, around)] }
}

const children: Compile = (given, { focus }) =>
  given.length || focus.model === 'fhir'
    ? undefined
    : { evaluate: (items) => items.flatMap(childrenOf), shape: plain }

function childrenOf(item: unknown): Items {
  if (typeof item === 'string') return none
  if (typeof item !== 'object' || item === null) throw unusual
  return Object.entries(item).flatMap(([key, value]: [string, unknown]) => {
    if (key.startsWith('_') || key === 'resourceType' || value === null || value === undefined) throw unusual
    return value
  })
}

function allTrue(items: Items): Items {
  if (!items.every((item) => typeof item === 'boolean')) throw unusual
  return answer(!items.includes(false))
}

/** One of `functions.ts`. */
function added(name: string, given: readonly Node[], names: Names): Part | undefined {
  const known = functions[name]
  const parameters = literals(given, names)
  if (!known?.arity.includes(given.length) || parameters.some((one) => typeof one !== 'string'))
    return undefined
  return {
    shape: plain,
    evaluate: (focus, _, { run }) =>
      focus.flatMap((item) => known.apply(item, parameters, run.options.zone) ?? none),
  }
}

const table: Readonly<Record<string, Compile>> = {
  exists,
  where,
  select,
  iif,
  matches,
  substring,
  join,
  toString: toText,
  combine,
  children,
  allTrue: simply(allTrue, true),
  empty: simply((focus) => answer(!focus.length), true),
  count: simply((focus) => [focus.length]),
  not: simply((focus) => {
    const is = truth(focus)
    return is === undefined ? none : answer(!is)
  }, true),
  first: keeping((focus) => (focus.length > 1 ? focus.slice(0, 1) : focus)),
  last: keeping((focus) => (focus.length > 1 ? focus.slice(-1) : focus)),
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
