import { plain } from '../shapes/shape.ts'
import { fastFunction } from './fast-functions.ts'
import { infix } from './infix.ts'
import { gathered, type Items, itemsOf, listed, unusual } from './items.ts'
import { identifier, type Node, variableOf } from './names.ts'
import type { Names, Part } from './part.ts'

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
      return fixed(textOf(tree.text ?? ''))
    case 'NumberLiteral':
      return /^\d{1,9}$/.test(tree.text ?? '') ? fixed(Number(tree.text)) : undefined
    case 'BooleanLiteral':
      return { ...fixed(tree.text === 'true'), isCondition: true }
    case 'NullLiteral':
      return fixed(undefined)
    case 'ThisInvocation':
      return { evaluate: (_, self) => self, shape: names.self }
    case 'ExternalConstantTerm':
      return variable(variableOf(tree), names)
    case 'MemberInvocation':
      return member(identifier(first?.text ?? ''), names)
    case 'InvocationExpression':
      return chain(tree.children ?? [], names)
    case 'FunctionInvocation':
      return fastFunction(first, names)
    case 'IndexerExpression':
      return indexed(tree.children ?? [], names)
    case 'TypeExpression':
      return typed(tree, names)
    case 'EqualityExpression':
    case 'AndExpression':
    case 'OrExpression':
    case 'AdditiveExpression':
    case 'UnionExpression':
    case 'InequalityExpression':
    case 'MembershipExpression':
      return between(tree, names)
    default:
      return undefined
  }
}

function fixed(items: Items): Part {
  return { evaluate: () => items, shape: plain, fixed: { items } }
}

function between({ text = '', children = [] }: Node, names: Names): Part | undefined {
  const own = { ...names, focus: names.self }
  const [left, right] = children.map((node) => fast(node, own))
  return left && right && infix(text, left, right)
}

function variable(name: string, { variables, constants }: Names): Part | undefined {
  if (name === 'now' || name === 'zone')
    return { evaluate: (_focus, _self, _frame, run) => run.options[name], shape: plain }
  const found = variables.get(name)
  if (found) {
    const { slot, shape } = found
    return { evaluate: (_focus, _self, frame) => itemsOf(frame[slot]), shape }
  }
  if (!Object.hasOwn(constants, name)) return undefined
  const items = itemsOf(constants[name])
  return { evaluate: () => items, shape: plain }
}

/** Names that at the root of an expression may be a type's, and those that every object has. */
const ambiguous = new Set(
  'Any String Boolean Integer Long Decimal Date DateTime Time Quantity object string number boolean integer undefined null'.split(
    ' ',
  ),
)

function member(key: string, { focus: parent }: Names): Part | undefined {
  if (ambiguous.has(key) || key in Object.prototype || parent.kind === 'primitive') return undefined
  const element = parent.model === 'plain' ? undefined : parent.element(key)
  if (parent.model === 'fhir' && (!element || element.choices)) return undefined
  const own = parent.model === 'v2' ? inV2(key) : inJson(key, parent.model === 'fhir')
  return {
    shape: element?.shape ?? plain,
    evaluate: (focus) =>
      focus === undefined ? undefined : Array.isArray(focus) ? gathered(focus, own) : own(focus),
  }
}

/** What the v2 parser makes has neither types nor shadows. */
function inV2(key: string): (item: unknown) => Items {
  const isOfText = key in String.prototype
  return (item) => {
    if (typeof item === 'string' && !isOfText) return undefined
    if (typeof item !== 'object' || item === null) throw unusual
    return itemsOf((item as Record<string, unknown>)[key]) // an object has properties
  }
}

/** What every resource has, as a text: these need not be looked up among the elements of its type. */
const ofAnyResource: readonly string[] = ['resourceType', 'id']

function inJson(key: string, isTyped: boolean): (item: unknown) => Items {
  const shadow = `_${key}`
  const isKnown = isTyped || ofAnyResource.includes(key)
  return (item) => {
    if (typeof item !== 'object' || item === null) {
      if (item === null || item === undefined || key in Object(item)) throw unusual
      return undefined
    }
    // An object has properties.
    const tree = item as Record<string, unknown>
    if ((!isKnown && tree.resourceType !== undefined) || shadow in tree) throw unusual
    return itemsOf(tree[key])
  }
}

function chain(nodes: readonly Node[], names: Names): Part | undefined {
  const [first, ...rest] = nodes
  let part = first && fast(first, names)
  for (const node of rest) {
    const before = part
    const after = before && fast(node, { ...names, focus: before.shape })
    if (!before || !after) return undefined
    part = joined(before, after)
  }
  return part
}

function joined(before: Part, { evaluate: next, shape, isCondition }: Part): Part {
  const { evaluate: previous } = before
  return {
    shape,
    ...(isCondition && { isCondition }),
    evaluate: (focus, self, frame, run) => next(previous(focus, self, frame, run), self, frame, run),
  }
}

/** `names[0]`, by a written number. */
function indexed([list, index]: readonly Node[], names: Names): Part | undefined {
  const part = list && fast(list, names)
  const at = index && fast(index, { ...names, focus: names.self })?.fixed?.items
  if (!part || typeof at !== 'number') return undefined
  const { evaluate, shape } = part
  return {
    shape,
    evaluate: (focus, self, frame, run) => listed(evaluate(focus, self, frame, run))[at],
  }
}

/** `$this is String`: of texts that are no FHIR, whose types are known; of anything else fhirpath.js decides. */
function typed({ text, children = [] }: Node, names: Names): Part | undefined {
  const [of, type] = children
  const part = of && fast(of, { ...names, focus: names.self })
  if (text !== 'is' || part?.shape.model === 'fhir' || !part || !simpleTypes.includes(type?.text ?? ''))
    return undefined
  const { evaluate } = part
  const isText = type?.text === 'String'
  return {
    shape: plain,
    isCondition: true,
    evaluate(_, self, frame, run) {
      const items = evaluate(self, self, frame, run)
      if (items !== undefined && typeof items !== 'string') throw unusual
      return items === undefined ? undefined : isText
    },
  }
}

const simpleTypes = ['String', 'Integer', 'Decimal', 'Boolean']

/** The value of a literal in its quotes. */
function textOf(quoted: string): string {
  const text = quoted.slice(1, -1)
  if (!text.includes('\\')) return text
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) =>
    escaped.length > 1
      ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      : (escapes[escaped] ?? escaped),
  )
}

const escapes: Record<string, string> = { r: '\r', n: '\n', t: '\t', f: '\f' }
