import fhirpath from 'fhirpath'
import type { Node } from './names.ts'

/**
 * The tree of an expression, as fhirpath.js parses it, without the nodes that only hold another one.
 *
 * What maps mostly write is parsed here, a hundred times quicker; the rest by fhirpath.js, which also refuses what is
 * no FHIRPath, by an error.
 */
export const parse = (text: string): Node => quickly(text) ?? fhirpath.parse(text)

/**
 * The same; undefined where fhirpath.js is to be asked.
 *
 * Source: FHIRPath N1, https://hl7.org/fhirpath/N1/grammar.html.
 */
export function quickly(text: string): Node | undefined {
  const tokens = tokensOf(text)
  if (!tokens) return undefined
  const reader: Reader = { tokens, at: 0 }
  const tree = expression(reader, 0)
  return reader.at === tokens.length ? tree : undefined
}

interface Reader {
  tokens: readonly string[]
  at: number
}

const token =
  /\s*(?:([A-Za-z_]\w*|\d+(?:\.\d+)?|'(?:[^'\\]|\\[`'\\/fnrt]|\\u[0-9a-fA-F]{4})*'|`[^`\\]+`|\$this\b|<=|>=|!=|[.,()[\]{}%|&+=<>-])|$)/y

/** Undefined when there is something that no token here begins with. */
function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const found = token.exec(text)
    if (!found) return undefined
    if (found[1] !== undefined) tokens.push(found[1])
  }
  return tokens
}

/** What may stand between two parts: what it binds, and how tightly. */
const infixes: Readonly<Record<string, { type: string; binds: number }>> = {
  or: { type: 'OrExpression', binds: 1 },
  and: { type: 'AndExpression', binds: 2 },
  in: { type: 'MembershipExpression', binds: 3 },
  contains: { type: 'MembershipExpression', binds: 3 },
  '=': { type: 'EqualityExpression', binds: 4 },
  '!=': { type: 'EqualityExpression', binds: 4 },
  '<': { type: 'InequalityExpression', binds: 5 },
  '>': { type: 'InequalityExpression', binds: 5 },
  '<=': { type: 'InequalityExpression', binds: 5 },
  '>=': { type: 'InequalityExpression', binds: 5 },
  '|': { type: 'UnionExpression', binds: 6 },
  is: { type: 'TypeExpression', binds: 7 },
  '+': { type: 'AdditiveExpression', binds: 8 },
  '-': { type: 'AdditiveExpression', binds: 8 },
  '&': { type: 'AdditiveExpression', binds: 8 },
}

/** Parts with what stands between them, if it binds more tightly than what stands before. */
function expression(reader: Reader, outer: number): Node | undefined {
  let left = chain(reader)
  while (left) {
    const sign = reader.tokens[reader.at] ?? ''
    const infix = Object.hasOwn(infixes, sign) ? infixes[sign] : undefined
    if (!infix || infix.binds <= outer) return left
    reader.at++
    const right = sign === 'is' ? typeSpecifier(reader) : expression(reader, infix.binds)
    left = right && { type: infix.type, text: sign, children: [left, right] }
  }
  return undefined
}

/** The name of a type, without the model it is of. */
function typeSpecifier(reader: Reader): Node | undefined {
  const text = named(reader)
  return text === undefined || has(reader, '.') ? undefined : { type: 'TypeSpecifier', text }
}

/** A term, and what follows it after dots and in brackets. */
function chain(reader: Reader): Node | undefined {
  let left = term(reader)
  while (left) {
    if (has(reader, '.')) {
      const next = invocation(reader)
      left = next && { type: 'InvocationExpression', children: [left, next] }
    } else if (has(reader, '[')) {
      const index = expression(reader, 0)
      left = index && has(reader, ']') ? { type: 'IndexerExpression', children: [left, index] } : undefined
    } else return left
  }
  return undefined
}

function term(reader: Reader): Node | undefined {
  const text = reader.tokens[reader.at] ?? ''
  if (/^[\d']/.test(text)) {
    reader.at++
    return { type: text.startsWith("'") ? 'StringLiteral' : 'NumberLiteral', text }
  }
  if (has(reader, '(')) {
    const inner = expression(reader, 0)
    return has(reader, ')') ? inner : undefined
  }
  if (has(reader, '{')) return has(reader, '}') ? { type: 'NullLiteral' } : undefined
  if (has(reader, '$this')) return { type: 'ThisInvocation' }
  if (has(reader, '%')) {
    const name = named(reader)
    return name === undefined ? undefined : { type: 'ExternalConstantTerm', text: name }
  }
  if (text === 'true' || text === 'false') {
    reader.at++
    return { type: 'BooleanLiteral', text }
  }
  return invocation(reader)
}

/** An element, or a call with its arguments. */
function invocation(reader: Reader): Node | undefined {
  const isCalled = reader.tokens[reader.at + 1] === '('
  const name = isCalled && has(reader, 'contains') ? 'contains' : named(reader)
  if (name === undefined) return undefined
  const text = { type: 'Identifier', text: name }
  if (!has(reader, '(')) return { type: 'MemberInvocation', children: [text] }
  const given: Node[] = []
  if (!has(reader, ')')) {
    do {
      const argument = expression(reader, 0)
      if (!argument) return undefined
      given.push(argument)
    } while (has(reader, ','))
    if (!has(reader, ')')) return undefined
  }
  const call = { type: 'Functn', children: [text, { type: 'ParamList', children: given }] }
  return { type: 'FunctionInvocation', children: [call] }
}

/** A word that is nothing else in the language, or anything in backquotes. */
function named(reader: Reader): string | undefined {
  const text = reader.tokens[reader.at] ?? ''
  if (!/^[A-Za-z_`]/.test(text) || reserved.has(text)) return undefined
  reader.at++
  return text
}

const reserved = new Set(
  `true false and or xor implies in contains is as div mod asc desc sort
  year years month months week weeks day days hour hours minute minutes second seconds millisecond milliseconds`.split(
    /\s+/,
  ),
)

function has(reader: Reader, text: string): boolean {
  if (reader.tokens[reader.at] !== text) return false
  reader.at++
  return true
}
