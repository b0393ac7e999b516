import { type Cursor, Unreadable } from './cursor.ts'
import type { Token } from './lex.ts'
import type { Expression, Literal, Named, Path } from './syntax.ts'

/** Words that end a FHIRPath that stands without parentheses; inside parentheses they are FHIRPath's. */
const clauses = [
  'as',
  'default',
  'where',
  'check',
  'log',
  'then',
  'first',
  'not_first',
  'last',
  'not_last',
  'only_one',
]

/** FHIRPath in parentheses, or without: then it ends at the next clause, comma, arrow, name or semicolon. */
export function expression(cursor: Cursor): Expression {
  const { line, column, start } = cursor.token
  const tokens = taken(cursor)
  const last = tokens.at(-1)
  if (!last) return cursor.refuse('Write a FHIRPath expression, in parentheses.')
  return { kind: 'expression', text: bare(cursor.source.slice(start, last.end), tokens), line, column }
}

/** FHIRPath that must stand in parentheses. */
export function bracketed(cursor: Cursor): Expression {
  if (!cursor.is('(')) return cursor.refuse('Write a FHIRPath expression in parentheses.')
  const { line, column, start } = cursor.token
  const tokens = balanced(cursor)
  return {
    kind: 'expression',
    text: bare(cursor.source.slice(start, tokens.at(-1)?.end), tokens),
    line,
    column,
  }
}

export function literalOrExpression(cursor: Cursor): Literal | Expression {
  return literal(cursor) ?? bracketed(cursor)
}

/** `'text'`, `12`, `-1.5`, `true`; undefined when none stands here. */
export function literal(cursor: Cursor): Literal | undefined {
  const { kind, text, line, column } = cursor.token
  if (kind === 'string') return { kind: 'literal', value: cursor.take().text, line, column }
  if (cursor.isWord('true', 'false'))
    return { kind: 'literal', value: cursor.take().text === 'true', line, column }
  const negative = cursor.is('-') && cursor.ahead(1).kind === 'number'
  if (negative) cursor.take()
  if (kind !== 'number' && !negative) return undefined
  const digits = cursor.take().text
  return { kind: 'literal', value: Number(negative ? `-${digits}` : text), line, column }
}

/** `v` or `v.element.element`. */
export function path(cursor: Cursor, instead: string): Path {
  const first: Named = cursor.name(instead)
  const names: Path['names'] = [first]
  while (cursor.has('.')) names.push(cursor.name('Name an element after the dot; backquotes hold any name.'))
  return { kind: 'path', names, line: first.line, column: first.column }
}

function taken(cursor: Cursor): Token[] {
  const tokens: Token[] = []
  while (!ends(cursor, tokens.at(-1))) {
    if (cursor.is('(') || cursor.is('{') || cursor.is('[')) tokens.push(...balanced(cursor))
    else tokens.push(cursor.take())
  }
  return tokens
}

function ends(cursor: Cursor, previous: Token | undefined): boolean {
  const { kind, text, quote } = cursor.token
  if (kind === 'end') return true
  if (kind === 'string') return quote === '"'
  if (kind === 'sign') return [',', ';', '->', ')', ']', '}'].includes(text)
  const begins = !previous || (previous.kind === 'sign' && !')]}'.includes(previous.text))
  return kind === 'name' && !begins && clauses.includes(text)
}

const opposite: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** One bracket with all that is in it; FHIRPath has no semicolon, so one ends what was not closed. */
function balanced(cursor: Cursor): Token[] {
  const tokens: Token[] = []
  const open: string[] = []
  const start = cursor.token
  do {
    const { kind, text } = cursor.token
    const isSign = kind === 'sign'
    const isWrong = isSign && (text === ';' || (')]}'.includes(text) && text !== open.at(-1)))
    if (kind === 'end' || isWrong) throw new Unreadable(start, `This "${start.text}" is never closed.`)
    const closes = isSign ? opposite[text] : undefined
    if (closes) open.push(closes)
    else if (isSign && text === open.at(-1)) open.pop()
    tokens.push(cursor.take())
  } while (open.length)
  return tokens
}

/** Without the parentheses around the whole. Positions in it are kept: each is replaced by a space. */
function bare(text: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (first?.text !== '(' || first.kind !== 'sign' || last?.text !== ')') return text
  let depth = 0
  for (const token of tokens) {
    if (token.kind !== 'sign') continue
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (depth === 0 && token !== last) return text
  }
  return ` ${text.slice(1, -1)} `
}
