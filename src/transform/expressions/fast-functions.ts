import { type Code, isName, type Writing } from '../compile/code.ts'
import { type Function as Added, functions } from '../functions.ts'
import type { Run } from '../run.ts'
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
import type { Names, Part } from './part.ts'

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
  (given, { writing }) =>
    given.length ? undefined : { ...applying(evaluate, writing), ...(isCondition && { isCondition }) }

/** A function without arguments that keeps some of the items. */
const keeping =
  (evaluate: (focus: Items) => Items): Compile =>
  (given, { focus, writing }) =>
    given.length ? undefined : { ...applying(evaluate, writing), shape: focus }

/** A function of one text. */
const ofText = (apply: (text: string) => unknown): Compile =>
  simply((focus) => (focus === undefined ? undefined : apply(oneText(focus))))

const applying = (evaluate: (focus: Items) => Items, { bind }: Writing): Part => ({
  shape: plain,
  code: (focus) => `${bind(evaluate)}(${focus})`,
})

/** A function of one text and another. */
function ofTexts(holds: (text: string, other: string) => boolean): Compile {
  const apply = (items: Items, others: Items) => {
    const [text, other] = [textOrNone(items), textOrNone(others)]
    return text === undefined || other === undefined ? undefined : holds(text, other)
  }
  return ([other, ...more], names) => {
    const part = other && fast(other, { ...names, focus: names.self })
    if (!part || more.length) return undefined
    return {
      shape: plain,
      isCondition: true,
      code: (focus, self) => `${names.writing.bind(apply)}(${focus}, ${part.code(self, self)})`,
    }
  }
}

const textOrNone = (items: Items): string | undefined => (items === undefined ? undefined : oneText(items))

/** A function that looks at each item by itself. */
function perItem(node: Node | undefined, names: Names): Part | undefined {
  return node && fast(node, { ...names, self: names.focus })
}

/** A function of each item, of which `code` is given the name. */
function each(code: Part['code'], { fresh }: Writing): Code {
  const item = fresh()
  return `(${item}) => ${code(item, item)}`
}

const where: Compile = ([criterion, ...more], names) => {
  const part = perItem(criterion, names)
  if (!part?.isCondition || more.length) return undefined
  const { writing } = names
  return {
    shape: names.focus,
    code: (focus) => `${writing.bind(kept)}(${focus}, ${each(part.code, writing)} === true)`,
  }
}

const exists: Compile = (given, names) => {
  const found = given.length ? where(given, names) : undefined
  if (given.length && !found) return undefined
  return {
    shape: plain,
    isCondition: true,
    code: (focus, self) => `(${found ? found.code(focus, self) : focus} !== undefined)`,
  }
}

const select: Compile = ([projection, ...more], names) => {
  const part = perItem(projection, names)
  if (!part || more.length) return undefined
  const { shape, isCondition } = part
  const { writing } = names
  return {
    shape,
    ...(isCondition && { isCondition }),
    code: (focus) => `${writing.bind(gathered)}(${focus}, ${each(part.code, writing)})`,
  }
}

const iif: Compile = (given, names) => {
  const [criterion, then, otherwise] = given.map((node) => perItem(node, names))
  if (!criterion || !then || given.length < 2 || (given.length === 3 && !otherwise)) return undefined
  const code = (it: Code) => {
    const [asked, given, other] = [criterion, then, otherwise].map(
      (part) => part?.code(it, it) ?? 'undefined',
    )
    // iif(x.exists(), x, y): x is evaluated once.
    return asked === `(${given} !== undefined)`
      ? `(${given} ?? ${other})`
      : `(${asked} === true ? ${given} : ${other})`
  }
  return {
    shape: plain,
    code: (focus) => (isName(focus) ? code(focus) : `(${each(code, names.writing)})(${focus})`),
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
  if (!expression) return undefined
  const apply = (focus: Items) => (focus === undefined ? undefined : expression.test(oneText(focus)))
  return { ...applying(apply, names.writing), isCondition: true }
}

const replacing =
  (pattern: (written: string) => RegExp | undefined): Compile =>
  (given, names) => {
    const [written, by, ...more] = literals(given, names)
    const expression = typeof written === 'string' && !more.length ? pattern(written) : undefined
    if (!expression || typeof by !== 'string') return undefined
    const apply = (focus: Items) => (focus === undefined ? undefined : oneText(focus).replace(expression, by))
    return applying(apply, names.writing)
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
  return applying((focus) => {
    if (focus === undefined) return undefined
    const text = oneText(focus)
    return start < text.length ? text.substring(start, end) : undefined
  }, names.writing)
}

const join: Compile = (given, names) => {
  const [by] = given.length ? literals(given, names) : ['']
  if (typeof by !== 'string' || given.length > 1) return undefined
  return applying((focus) => (focus === undefined ? undefined : textsOf(focus).join(by)), names.writing)
}

/** `'x'` parts of a text; a text without it is one part. */
const split: Compile = (given, names) => {
  const [by, ...more] = literals(given, names)
  if (typeof by !== 'string' || more.length) return undefined
  const apply = (focus: Items) => (focus === undefined ? undefined : unlisted(oneText(focus).split(by)))
  return applying(apply, names.writing)
}

/** Without the first of them. */
const skip: Compile = (given, names) => {
  const [count, ...more] = literals(given, names)
  if (typeof count !== 'number' || more.length) return undefined
  return { ...applying((focus) => unlisted(listed(focus).slice(count)), names.writing), shape: names.focus }
}

const toText: Compile = (given, { focus, writing }) =>
  given.length || isDated(focus) ? undefined : applying(written, writing)

function written(items: Items): Items {
  if (items === undefined) return undefined
  if (!isSimple(items)) throw unusual
  return String(items)
}

const combine: Compile = ([other, ...more], names) => {
  const part = other && fast(other, { ...names, focus: names.self })
  if (!part || more.length) return undefined
  return {
    shape: plain,
    code: (focus, self) => `${names.writing.bind(combined)}(${focus}, ${part.code(self, self)})`,
  }
}

function combined(items: Items, others: Items): Items {
  if (items === undefined) return others
  return others === undefined ? items : [...listed(items), ...listed(others)]
}

const children: Compile = (given, { focus, writing }) =>
  given.length || focus.model === 'fhir'
    ? undefined
    : applying((items) => gathered(items, childrenOf), writing)

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
  const { bind } = names.writing
  const apply = (focus: Items, run: Run) =>
    gathered(focus, (item) => known.apply(item, parameters, run.options.zone))
  return { shape: plain, code: (focus) => `${bind(apply)}(${focus}, run)` }
}

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
