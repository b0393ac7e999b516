import fhirpath from 'fhirpath'
import { type Context, isObject, own } from './check.ts'

type Collection = readonly unknown[]

/** What an expression is evaluated on: FHIRPath's `$this`, and where that stands. */
interface Scope {
  readonly self: unknown
  readonly context: Context
}

type Expression = (scope: Scope) => Collection
type Step = (items: Collection, scope: Scope) => Collection

/** A node of the tree that fhirpath.js parses an expression to. */
interface Syntax {
  readonly type: string
  readonly text?: string
  readonly children?: readonly Syntax[]
}

/** An expression, or a value, for which these rules are not enough. */
export class Beyond extends Error {}

/**
 * Compiles the simple FHIRPath that most invariants are written in: paths, comparison with literals, logic, `exists`,
 * `where`, `all`, `count`, `extension`. Some 0.2 µs to evaluate, where a whole engine takes 2 to 20.
 *
 * Nothing comes back for an expression that says more. What is compiled throws `Beyond` on values that it cannot
 * judge: an engine has to. Tests compare every invariant of R4 and of the project with fhirpath.js.
 */
export function simplePath(
  expression: string,
): ((value: unknown, context: Context) => Collection) | undefined {
  try {
    const evaluate = compile(fhirpath.parse(expression) as Syntax) // what the parser gives is not declared
    return (value, context) => evaluate({ self: value, context })
  } catch (error) {
    if (error instanceof Beyond) return undefined
    throw error
  }
}

function compile(node: Syntax): Expression {
  const form = forms[node.type]
  if (!form) throw new Beyond(node.type)
  return form(node)
}

const forms: Readonly<Record<string, (node: Syntax) => Expression>> = {
  EntireExpression: (node) => compile(first(node)),
  TermExpression: (node) => compile(first(node)),
  InvocationTerm: (node) => compile(first(node)),
  ParenthesizedTerm: (node) => compile(first(node)),
  LiteralTerm: (node) => compile(first(node)),
  ExternalConstantTerm: (node) => compile(first(node)),
  StringLiteral: (node) => constant(literalOf(node)),
  NumberLiteral: (node) => constant(literalOf(node)),
  BooleanLiteral: (node) => constant(literalOf(node)),
  ExternalConstant: (node) => external(nameOf(node)),
  ThisInvocation: () => (scope) => [scope.self],
  MemberInvocation: onSelf,
  FunctionInvocation: onSelf,
  InvocationExpression: (node) => then(compile(first(node)), stepOf(second(node))),
  EqualityExpression: equality,
  InequalityExpression: inequality,
  AdditiveExpression: addition,
  MembershipExpression: membership,
  AndExpression: (node) => logic(node, (a, b) => (a === false ? false : both(a, b()))),
  OrExpression: (node) =>
    node.text === 'xor'
      ? logic(node, (a, b) => different(a, b()))
      : logic(node, (a, b) => (a === true ? true : either(a, b()))),
  ImpliesExpression: (node) => logic(node, (a, b) => (a === false ? true : either(negation(a), b()))),
}

function onSelf(node: Syntax): Expression {
  const step = stepOf(node)
  return (scope) => step([scope.self], scope)
}

function then(items: Expression, step: Step): Expression {
  return (scope) => step(items(scope), scope)
}

function constant(value: unknown): Expression {
  const items = [value]
  return () => items
}

function external(name: string): Expression {
  if (name === 'resource') return ({ context }) => [context.resource]
  if (name === 'rootResource') return ({ context }) => [context.root]
  if (name === 'ucum') return constant('http://unitsofmeasure.org')
  throw new Beyond(name)
}

function stepOf(node: Syntax): Step {
  if (node.type === 'MemberInvocation') return member(nameOf(node))
  if (node.type !== 'FunctionInvocation') throw new Beyond(node.type)
  const call = first(node)
  const make = functions[nameOf(call)]
  if (!make) throw new Beyond(nameOf(call))
  return make(call.children?.[1]?.children?.[0])
}

/** Functions by name, made with their argument if they have one. */
const functions: Readonly<Record<string, (argument: Syntax | undefined) => Step>> = {
  exists: (argument) => {
    const holds = criterion(argument)
    return (items, scope) => [holds ? items.some((item) => holds(item, scope)) : items.length > 0]
  },
  empty: () => (items) => [items.length === 0],
  count: () => (items) => [items.length],
  not: () => (items) => asCollection(negation(truthOf(items))),
  where: (argument) => {
    const holds = criterion(argument) ?? none('where')
    return (items, scope) => items.filter((item) => holds(item, scope))
  },
  all: (argument) => {
    const holds = criterion(argument) ?? none('all')
    return (items, scope) => [items.every((item) => holds(item, scope))]
  },
  extension: (argument) => {
    const url = argument && isLiteral(argument) ? literalOf(bare(argument)) : none('extension')
    const extensions = member('extension')
    return (items, scope) => extensions(items, scope).filter((one) => isObject(one) && one.url === url)
  },
}

function none(name: string): never {
  throw new Beyond(name)
}

function criterion(argument: Syntax | undefined): ((item: unknown, scope: Scope) => boolean) | undefined {
  if (!argument) return undefined
  const evaluate = compile(argument)
  return (item, { context }) => truthOf(evaluate({ self: item, context })) === true
}

/** The values of an element; a name with a capital is a resource type, and says that the item is one. */
function member(name: string): Step {
  if (/^[A-Z]/.test(name))
    return (items) => items.filter((item) => isObject(item) && item.resourceType === name)
  return (items) =>
    items.length === 1 ? valuesUnder(items[0], name) : items.flatMap((item) => valuesUnder(item, name))
}

const nothing: Collection = []

function valuesUnder(item: unknown, name: string): Collection {
  // What a primitive has beside its value stands elsewhere in JSON.
  if (!isObject(item)) throw new Beyond('primitive')
  const value = own(item, name) ?? own(item, `_${name}`) ?? choiceUnder(item, name)
  if (value === undefined) return nothing
  if (!Array.isArray(value)) return [value]
  if (value.includes(null)) throw new Beyond('null')
  return value
}

const typeName =
  /^(Base64Binary|Boolean|Canonical|Code|Date|DateTime|Decimal|Id|Instant|Integer|Markdown|Oid|PositiveInt|String|Time|UnsignedInt|Uri|Url|Uuid|Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint|Count|Distance|Duration|HumanName|Identifier|Money|Period|Quantity|Range|Ratio|Reference|SampledData|Signature|Timing|Dosage)$/

function choiceUnder(item: object, name: string): unknown {
  const found = Object.entries(item).find(
    ([key]) => key.startsWith(name) && typeName.test(key.slice(name.length)),
  )
  return found?.[1]
}

function equality(node: Syntax): Expression {
  if (node.text !== '=' && node.text !== '!=') throw new Beyond(node.text)
  // Of two paths the types decide, which are not known here.
  if (![first(node), second(node)].some(isScalar)) throw new Beyond('equality')
  const [left, right] = [compile(first(node)), compile(second(node))]
  const isEqual = node.text === '='
  return (scope) => {
    const [a, b] = [left(scope), right(scope)]
    if (a.length === 0 || b.length === 0) return nothing
    if (isObject(a[0]) || isObject(b[0])) throw new Beyond('equality')
    return [(a.length === b.length && a.every((one, at) => one === b[at])) === isEqual]
  }
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function inequality(node: Syntax): Expression {
  const holds = orders[node.text ?? ''] ?? none('order')
  return numeric(node, (a, b) => holds(a, b))
}

function addition(node: Syntax): Expression {
  if (node.text !== '+' || ![first(node), second(node)].some(isScalar)) throw new Beyond(node.text)
  return numeric(node, (a, b) => a + b)
}

function numeric(node: Syntax, combine: (a: number, b: number) => unknown): Expression {
  const [left, right] = [compile(first(node)), compile(second(node))]
  return (scope) => {
    const [a, b] = [left(scope), right(scope)]
    if (a.length === 0 || b.length === 0) return nothing
    if (a.length + b.length > 2 || typeof a[0] !== typeof b[0]) throw new Beyond('numbers')
    return [combine(measure(a[0]), measure(b[0]))]
  }
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

/** A number, or an instant as milliseconds since 1970: of less precise times the comparison may say nothing. */
function measure(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && instant.test(value)) return Date.parse(value)
  throw new Beyond('order')
}

/** `in` a list of literals. */
function membership(node: Syntax): Expression {
  if (node.text !== 'in') throw new Beyond(node.text)
  const allowed = new Set(literalsOf(second(node)))
  const value = compile(first(node))
  return (scope) => {
    const items = value(scope)
    if (items.length > 1 || isObject(items[0])) throw new Beyond('in')
    return items.map((item) => allowed.has(item))
  }
}

function literalsOf(node: Syntax): unknown[] {
  const inner = bare(node)
  if (inner.type === 'UnionExpression') return (inner.children ?? []).flatMap(literalsOf)
  return isLiteral(inner) ? [literalOf(inner)] : none('union')
}

/** A truth of three values: `undefined` when nothing is said. */
type Truth = boolean | undefined

function logic(node: Syntax, combine: (a: Truth, b: () => Truth) => Truth): Expression {
  const [left, right] = [compile(first(node)), compile(second(node))]
  return (scope) => asCollection(combine(truthOf(left(scope)), () => truthOf(right(scope))))
}

/** Of one value that is no boolean, that it is there. */
function truthOf(items: Collection): Truth {
  if (items.length > 1) throw new Beyond('several values as one truth')
  if (items.length === 0) return undefined
  return typeof items[0] === 'boolean' ? items[0] : true
}

function asCollection(truth: Truth): Collection {
  return truth === undefined ? nothing : [truth]
}

function negation(a: Truth): Truth {
  return a === undefined ? undefined : !a
}

function both(a: Truth, b: Truth): Truth {
  if (b === false) return false
  return a && b
}

function either(a: Truth, b: Truth): Truth {
  if (b === true) return true
  return a === false ? b : a
}

function different(a: Truth, b: Truth): Truth {
  return a === undefined || b === undefined ? undefined : a !== b
}

/** A literal or constant, or a function that gives a boolean or a number. */
function isScalar(node: Syntax): boolean {
  const inner = bare(node)
  if (inner.type === 'ExternalConstantTerm') return nameOf(first(inner)) === 'ucum'
  if (inner.type !== 'InvocationExpression') return isLiteral(inner)
  const call = second(inner)
  return (
    call.type === 'FunctionInvocation' &&
    ['exists', 'empty', 'count', 'not', 'all'].includes(nameOf(first(call)))
  )
}

function isLiteral(node: Syntax): boolean {
  return ['StringLiteral', 'NumberLiteral', 'BooleanLiteral'].includes(bare(node).type)
}

function literalOf({ type, text = '' }: Syntax): unknown {
  if (type === 'NumberLiteral') return Number(text)
  if (type === 'BooleanLiteral') return text === 'true'
  if (text.includes('\\')) throw new Beyond('escape')
  return text.slice(1, -1)
}

/** Without the nodes that only wrap one other. */
function bare(node: Syntax): Syntax {
  const isWrapped = ['TermExpression', 'ParenthesizedTerm', 'LiteralTerm', 'InvocationTerm'].includes(
    node.type,
  )
  return isWrapped ? bare(first(node)) : node
}

function nameOf(node: Syntax): string {
  return (first(node).text ?? '').replace(/^`|`$/g, '')
}

function first(node: Syntax): Syntax {
  return node.children?.[0] ?? none(node.type)
}

function second(node: Syntax): Syntax {
  return node.children?.[1] ?? none(node.type)
}
