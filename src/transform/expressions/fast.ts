import { type Code, quoted } from '../compile/code.ts'
import { held } from '../compile/scope.ts'
import { plain } from '../shapes/shape.ts'
import { fastFunction } from './fast-functions.ts'
import { infix } from './infix.ts'
import { gathered, type Items, itemsOf, listed, unusual } from './items.ts'
import { identifier, type Node, variableOf } from './names.ts'
import { fixed, type Names, type Part } from './part.ts'

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
      return fixed(textOf(tree.text ?? ''), names.writing)
    case 'NumberLiteral':
      return /^\d{1,9}$/.test(tree.text ?? '') ? fixed(Number(tree.text), names.writing) : undefined
    case 'BooleanLiteral':
      return { ...fixed(tree.text === 'true', names.writing), isCondition: true }
    case 'NullLiteral':
      return fixed(undefined, names.writing)
    case 'ThisInvocation':
      return { code: (_, self) => self, shape: names.self }
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

function between({ text = '', children = [] }: Node, names: Names): Part | undefined {
  const own = { ...names, focus: names.self }
  const [left, right] = children.map((node) => fast(node, own))
  return left && right && infix(text, left, right, names.writing)
}

function variable(name: string, { variables, constants, writing }: Names): Part | undefined {
  if (name === 'now' || name === 'zone') return { code: () => `run.options.${name}`, shape: plain }
  const found = variables.get(name)
  if (found) {
    const code = `${writing.bind(itemsOf)}(${held(found)})`
    return { code: () => code, shape: found.shape }
  }
  if (!Object.hasOwn(constants, name)) return undefined
  const code = quoted(constants[name])
  return { code: () => code, shape: plain }
}

/** Names that at the root of an expression may be a type's, and those that every object has. */
const ambiguous = new Set(
  'Any String Boolean Integer Long Decimal Date DateTime Time Quantity object string number boolean integer undefined null'.split(
    ' ',
  ),
)

function member(key: string, { focus: parent, writing }: Names): Part | undefined {
  if (ambiguous.has(key) || key in Object.prototype || parent.kind === 'primitive') return undefined
  const element = parent.model === 'plain' ? undefined : parent.element(key)
  if (parent.model === 'fhir' && (!element || element.choices)) return undefined
  const { beside, bind } = writing
  const own = parent.model === 'v2' ? inV2(key) : inJson(key, parent.model === 'fhir')
  const of = beside('item', own)
  const all = `Array.isArray(focus) ? ${bind(gathered)}(focus, ${of}) : ${of}(focus)`
  const read = beside('focus', `return focus === undefined ? undefined : ${all}`)
  return { shape: element?.shape ?? plain, code: (focus) => `${read}(${focus})` }

  /** What the v2 parser makes has neither types nor shadows. */
  function inV2(key: string): Code {
    const ofText = key in String.prototype ? '' : "if (typeof item === 'string') return undefined"
    return `if (typeof item === 'object' && item !== null) return ${bind(itemsOf)}(item[${quoted(key)}])
    ${ofText}
    throw ${bind(unusual)}`
  }

  function inJson(key: string, isTyped: boolean): Code {
    const isKnown = isTyped || ofAnyResource.includes(key)
    const isUnusual = `${isKnown ? '' : 'item.resourceType !== undefined || '}${quoted(`_${key}`)} in item`
    return `if (typeof item !== 'object' || item === null) return ${bind(inSimple)}(item, ${quoted(key)})
    if (${isUnusual}) throw ${bind(unusual)}
    return ${bind(itemsOf)}(item[${quoted(key)}])`
  }
}

/** An element of what has none. */
function inSimple(item: unknown, key: string): undefined {
  if (item === null || item === undefined || key in Object(item)) throw unusual
}

/** What every resource has, as a text: these need not be looked up among the elements of its type. */
const ofAnyResource: readonly string[] = ['resourceType', 'id']

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

function joined(before: Part, { code: next, shape, isCondition }: Part): Part {
  return {
    shape,
    ...(isCondition && { isCondition }),
    code: (focus, self) => next(before.code(focus, self), self),
  }
}

/** `names[0]`, by a written number. */
function indexed([list, index]: readonly Node[], names: Names): Part | undefined {
  const part = list && fast(list, names)
  const at = index && fast(index, { ...names, focus: names.self })?.fixed?.items
  if (!part || typeof at !== 'number') return undefined
  const { code, shape } = part
  return { shape, code: (focus, self) => `${names.writing.bind(listed)}(${code(focus, self)})[${at}]` }
}

/** `$this is String`: of texts that are no FHIR, whose types are known; of anything else fhirpath.js decides. */
function typed({ text, children = [] }: Node, names: Names): Part | undefined {
  const [of, type] = children
  const part = of && fast(of, { ...names, focus: names.self })
  if (text !== 'is' || part?.shape.model === 'fhir' || !part || !simpleTypes.includes(type?.text ?? ''))
    return undefined
  const { code } = part
  const isOfType = names.writing.bind(type?.text === 'String' ? isText : isNoText)
  return { shape: plain, isCondition: true, code: (_, self) => `${isOfType}(${code(self, self)})` }
}

function isText(items: Items): true | undefined {
  if (items !== undefined && typeof items !== 'string') throw unusual
  return items === undefined ? undefined : true
}

const isNoText = (items: Items) => isText(items) && false

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
