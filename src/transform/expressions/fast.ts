import type { Variable } from '../compile/scope.ts'
import type { Frame, Run } from '../run.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import { fastFunction } from './fast-functions.ts'
import { identifier, type Node, variableOf } from './names.ts'

export type Items = readonly unknown[]

/** What an expression is evaluated in. */
export interface Around {
  frame: Frame
  run: Run
}

/** A part of an expression: of the collection before the dot, and of `$this`. */
export type Evaluate = (focus: Items, self: Items, around: Around) => Items

export interface Part {
  evaluate: Evaluate
  /** Of the items, as far as it is known. */
  shape: Shape
  /** Whether the items are true or false, and nothing else. */
  isCondition?: true
  /** The text or number, when it is written as one. */
  literal?: string | number
}

/** What the names in an expression stand for, where it is compiled. */
export interface Names {
  focus: Shape
  self: Shape
  variables: ReadonlyMap<string, Variable>
  constants: Readonly<Record<string, unknown>>
}

/**
 * Thrown by a part that meets what it was not made for: the whole expression is then evaluated by fhirpath.js, which
 * decides. So what is quick is also right: every part here does what fhirpath.js does, or gives up.
 */
export const unusual = new Error('unusual')

/** The quick form of an expression; undefined when a part of it has none. */
export function fast(tree: Node, names: Names): Part | undefined {
  const [first] = tree.children ?? []
  switch (tree.type) {
    case 'EntireExpression':
    case 'TermExpression':
    case 'InvocationTerm':
    case 'ParenthesizedTerm':
    case 'LiteralTerm':
      return first && fast(first, names)
    case 'StringLiteral':
      return literal(textOf(tree.text ?? ''))
    case 'NumberLiteral':
      return /^\d{1,9}$/.test(tree.text ?? '') ? literal(Number(tree.text)) : undefined
    case 'BooleanLiteral':
      return constant([tree.text === 'true'])
    case 'NullLiteral':
      return { evaluate: () => none, shape: plain }
    case 'ThisInvocation':
      return { evaluate: (_, self) => self, shape: names.self }
    case 'ExternalConstantTerm':
      return variable(variableOf(tree), names)
    case 'MemberInvocation':
      return member(identifier(first?.text ?? ''), names.focus)
    case 'InvocationExpression':
      return chain(tree.children ?? [], names)
    case 'FunctionInvocation':
      return fastFunction(first, names)
    case 'EqualityExpression':
    case 'AndExpression':
    case 'OrExpression':
    case 'AdditiveExpression':
    case 'UnionExpression':
    case 'InequalityExpression':
    case 'MembershipExpression':
      return infix(tree, names)
    default:
      return undefined
  }
}

export const none: Items = []
const yes: Items = [true]
const no: Items = [false]
export const answer = (is: boolean): Items => (is ? yes : no)

const constant = (items: Items): Part => ({ evaluate: () => items, shape: plain, isCondition: true })

function literal(value: string | number): Part {
  const items = [value]
  return { evaluate: () => items, shape: plain, literal: value }
}

function variable(name: string, { variables, constants }: Names): Part | undefined {
  if (name === 'now' || name === 'zone') {
    return { evaluate: (_focus, _self, { run }) => collection(run.options[name]), shape: plain }
  }
  const found = variables.get(name)
  if (found)
    return { evaluate: (_focus, _self, { frame }) => collection(frame[found.slot]), shape: found.shape }
  if (!Object.hasOwn(constants, name)) return undefined
  const items = collection(constants[name])
  return { evaluate: () => items, shape: plain }
}

/** A list as it is, a value as a list of one; nothing as an empty one. */
export function collection(value: unknown): Items {
  if (!Array.isArray(value)) return value === undefined || value === null ? none : [value]
  if (value.some(isHollow)) throw unusual
  return value
}

/** Names that at the root of an expression may be a type's, and those that every object has. */
const ambiguous = new Set(
  'Any String Boolean Integer Long Decimal Date DateTime Time Quantity object string number boolean integer undefined null'.split(
    ' ',
  ),
)

function member(key: string, parent: Shape): Part | undefined {
  if (ambiguous.has(key) || key in Object.prototype || parent.kind === 'primitive') return undefined
  const element = parent.model === 'fhir' ? parent.element(key) : undefined
  if (parent.model === 'fhir' && (!element || element.choices)) return undefined
  const shadow = `_${key}`
  // What the v2 parser makes has neither types nor shadows.
  const own =
    parent.model === 'v2' ? belowText : (item: unknown, of: string) => below(item, of, shadow, isFhir)
  const isFhir = parent.model === 'fhir'
  return {
    shape: element?.shape ?? (parent.model === 'v2' ? (parent.element(key)?.shape ?? plain) : plain),
    evaluate(focus) {
      if (focus.length === 1) return own(focus[0], key)
      return focus.length ? focus.flatMap((item) => own(item, key)) : none
    },
  }
}

function belowText(item: unknown, key: string): Items {
  if (typeof item === 'string' && !(key in String.prototype)) return none
  if (typeof item !== 'object' || item === null) throw unusual
  const found = (item as Record<string, unknown>)[key] // an object has properties
  if (found === undefined) return none
  if (!Array.isArray(found)) return found === null ? none : [found]
  if (found.some(isHollow)) throw unusual
  return found
}

function below(item: unknown, key: string, shadow: string, isTyped: boolean): Items {
  if (typeof item !== 'object' || item === null) {
    if (item === null || item === undefined || key in Object(item)) throw unusual
    return none
  }
  // An object has properties.
  const tree = item as Record<string, unknown>
  if ((!isTyped && tree.resourceType !== undefined) || shadow in tree) throw unusual
  const found = tree[key]
  if (found === undefined || found === null) return none
  if (!Array.isArray(found)) return [found]
  if (found.some(isHollow)) throw unusual
  return found
}

/** What no list of items holds. */
const isHollow = (one: unknown) => one === null || one === undefined || Array.isArray(one)

function chain(nodes: readonly Node[], names: Names): Part | undefined {
  const [first, ...rest] = nodes
  let part = first && fast(first, names)
  for (const node of rest) {
    const before = part
    const after = before && fast(node, { ...names, focus: before.shape })
    if (!before || !after) return undefined
    part = {
      ...after,
      evaluate: (focus, self, around) => after.evaluate(before.evaluate(focus, self, around), self, around),
    }
  }
  return part
}

type Combine = (left: Items, right: Items) => Items

const infixes: Readonly<Record<string, { combine: Combine; isCondition?: true }>> = {
  '=': { combine: (left, right) => equality(left, right, true), isCondition: true },
  '!=': { combine: (left, right) => equality(left, right, false), isCondition: true },
  and: { combine: (left, right) => and(truth(left), truth(right)), isCondition: true },
  or: { combine: (left, right) => or(truth(left), truth(right)), isCondition: true },
  '+': { combine: (left, right) => (left.length && right.length ? [oneText(left) + oneText(right)] : none) },
  '&': {
    combine: (left, right) => [(left.length ? oneText(left) : '') + (right.length ? oneText(right) : '')],
  },
  '|': { combine: union },
  '>': { combine: comparing((a, b) => a > b), isCondition: true },
  '<': { combine: comparing((a, b) => a < b), isCondition: true },
  '>=': { combine: comparing((a, b) => a >= b), isCondition: true },
  '<=': { combine: comparing((a, b) => a <= b), isCondition: true },
  in: { combine: among, isCondition: true },
  contains: { combine: (left, right) => among(right, left), isCondition: true },
}

function infix({ text = '', children = [] }: Node, names: Names): Part | undefined {
  const known = Object.hasOwn(infixes, text) ? infixes[text] : undefined
  const own = { ...names, focus: names.self }
  const [left, right] = children.map((node) => fast(node, own))
  if (!known || !left || !right || isDated(left.shape) || isDated(right.shape)) return undefined
  const { combine } = known
  return {
    shape: plain,
    ...(known.isCondition && { isCondition: true }),
    evaluate: (_, self, around) =>
      combine(left.evaluate(self, self, around), right.evaluate(self, self, around)),
  }
}

/** Whether fhirpath.js compares or adds by more than the value as it is written. */
export const isDated = ({ model, name, kind }: Shape): boolean =>
  model === 'fhir' &&
  (kind === 'complex' || ['date', 'dateTime', 'instant', 'time', 'decimal'].includes(name))

function equality(left: Items, right: Items, wanted: boolean): Items {
  if (!left.length || !right.length) return none
  const [a, b] = [simple(left), simple(right)]
  return answer((a === b) === wanted)
}

/** The one text, boolean or whole number. */
function simple(items: Items): string | number | boolean {
  const [item] = items
  if (items.length !== 1 || !isSimple(item)) throw unusual
  return item
}

const isSimple = (item: unknown): item is string | number | boolean =>
  typeof item === 'string' || typeof item === 'boolean' || Number.isSafeInteger(item)

export function oneText(items: Items): string {
  const [item] = items
  if (items.length !== 1 || typeof item !== 'string') throw unusual
  return item
}

/** Undefined: empty. */
export function truth(items: Items): boolean | undefined {
  const [item] = items
  if (items.length > 1 || (items.length === 1 && typeof item !== 'boolean')) throw unusual
  return item === undefined ? undefined : item === true
}

function and(a: boolean | undefined, b: boolean | undefined): Items {
  if (a === false || b === false) return no
  return a === undefined || b === undefined ? none : yes
}

function or(a: boolean | undefined, b: boolean | undefined): Items {
  if (a === true || b === true) return yes
  return a === undefined || b === undefined ? none : no
}

function union(left: Items, right: Items): Items {
  if (!right.length && left.length < 2) return left
  const all = [...left, ...right]
  if (!all.every((item) => typeof item === 'string')) throw unusual
  return [...new Set(all)]
}

function comparing(holds: (a: number, b: number) => boolean): Combine {
  return (left, right) => {
    if (!left.length || !right.length) return none
    const [a, b] = [simple(left), simple(right)]
    if (typeof a !== 'number' || typeof b !== 'number') throw unusual
    return answer(holds(a, b))
  }
}

function among(left: Items, right: Items): Items {
  if (!left.length) return none
  const one = oneText(left)
  if (!right.every((item) => typeof item === 'string')) throw unusual
  return answer(right.includes(one))
}

/** The value of a literal in its quotes. */
function textOf(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) =>
      escaped.length > 1
        ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
        : (escapes[escaped] ?? escaped),
    )
}

const escapes: Record<string, string> = { r: '\r', n: '\n', t: '\t', f: '\f' }
