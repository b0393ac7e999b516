import type { Cursor } from './cursor.ts'
import { bracketed, expression, literal, literalOrExpression, path } from './parse-expression.ts'
import type { Argument, Call, Invocation, Rule, Source, Target, Transform } from './syntax.ts'

/** The rules up to the closing brace; one that cannot be read is skipped. */
export function rules(cursor: Cursor): Rule[] {
  const read: Rule[] = []
  while (!cursor.is('}') && cursor.token.kind !== 'end') {
    cursor.attempt(
      () => read.push(rule(cursor)),
      () => {
        cursor.skipUntil(() => cursor.is(';') || cursor.is('}'))
        cursor.has(';')
      },
    )
  }
  cursor.expect('}', 'Close the rules: }')
  return read
}

function rule(cursor: Cursor): Rule {
  const { line, column } = cursor.token
  const read: Rule = { line, column, sources: [], targets: [], calls: [], rules: [] }
  do read.sources.push(source(cursor))
  while (cursor.has(','))
  if (cursor.has('->')) {
    do read.targets.push(target(cursor))
    while (cursor.has(','))
  }
  if (cursor.hasWord('then')) dependents(cursor, read)
  if (cursor.token.kind === 'string') read.name = cursor.take().text
  cursor.expect(';', 'End the rule with a semicolon (its name, in quotes, stands before).')
  return read
}

function dependents(cursor: Cursor, read: Rule): void {
  if (!cursor.is('{')) {
    do read.calls.push(call(cursor))
    while (cursor.has(','))
  }
  if (!cursor.is('{')) return
  if (cursor.depth >= deepest)
    cursor.refuse(`Rules stand ${deepest} deep at most: name a group, then group(…).`)
  cursor.take()
  cursor.depth++
  read.rules.push(...rules(cursor))
  cursor.depth--
}

const deepest = 50

function call(cursor: Cursor): Call {
  const { kind: _, ...called } = invocation(cursor, 'Write what follows: then { … }, or then group(a, b)')
  return called
}

function source(cursor: Cursor): Source {
  const { line, column } = cursor.token
  const read: Source = { line, column, path: path(cursor, 'A rule begins with a variable: v.element') }
  for (;;) {
    const clause = clauseOf(cursor)
    if (!clause) return read
    const at = cursor.token
    const value = clause.read(cursor)
    if (clause.key in read) cursor.fault(at, `There is a second ${clause.says}; a source has one.`)
    Object.assign(read, { [clause.key]: value })
  }
}

interface Clause {
  key: keyof Source
  says: string
  read(cursor: Cursor): unknown
}

/** A clause that begins with its word. */
const worded = (key: keyof Source, read: (cursor: Cursor) => unknown): Clause => ({
  key,
  says: `"${key === 'alias' ? 'as' : key}"`,
  read(cursor) {
    cursor.take()
    return read(cursor)
  },
})

const listMode: Clause = { key: 'listMode', says: 'list mode', read: (cursor) => cursor.take().text }

const words: Record<string, Clause> = {
  as: worded('alias', (cursor) => cursor.name('Name the variable: as v')),
  default: worded('default', literalOrExpression),
  where: worded('where', expression),
  check: worded('check', expression),
  log: worded('log', logged),
  first: listMode,
  not_first: listMode,
  last: listMode,
  not_last: listMode,
  only_one: listMode,
}

const type: Clause = {
  key: 'type',
  says: 'type',
  read(cursor) {
    cursor.take()
    return cursor.name('Name the type after the colon.')
  },
}

const cardinality: Clause = {
  key: 'cardinality',
  says: 'cardinality',
  read(cursor) {
    const form = 'Write a cardinality as 0..1, 1..1, 1..* and so on.'
    const min = Number(cursor.take().text)
    cursor.expect('..', form)
    if (cursor.has('*')) return { min, max: Number.POSITIVE_INFINITY }
    if (cursor.token.kind !== 'number') cursor.refuse(form)
    return { min, max: Number(cursor.take().text) }
  },
}

function clauseOf(cursor: Cursor): Clause | undefined {
  const { kind, text } = cursor.token
  if (kind === 'name') return Object.hasOwn(words, text) ? words[text] : undefined
  if (kind === 'number') return cardinality
  return cursor.is(':') ? type : undefined
}

function logged(cursor: Cursor): unknown {
  const bracket = cursor.has('(')
  const text = literal(cursor)
  if (!text || typeof text.value !== 'string') {
    return cursor.refuse("Only fixed text may be logged, never what a message says: log 'text'")
  }
  if (bracket) cursor.expect(')', "Only fixed text may be logged, never what a message says: log 'text'")
  return text
}

function target(cursor: Cursor): Target {
  const { line, column } = cursor.token
  const read: Target = { line, column, ...place(cursor) }
  for (;;) {
    const at = cursor.token
    if (cursor.hasWord('as')) {
      if (read.alias) cursor.fault(at, 'There is a second "as"; a target has one.')
      read.alias = cursor.name('Name the variable: as v')
    } else if (cursor.isWord('first', 'last', 'single', 'share', 'collate')) {
      if (read.listMode) cursor.fault(at, 'There is a second list mode; a target has one.')
      read.listMode = targetListMode(cursor)
    } else return read
  }
}

function place(cursor: Cursor): Pick<Target, 'path' | 'transform'> {
  if (cursor.is('(')) return { transform: bracketed(cursor) }
  if (cursor.isName() && cursor.ahead(1).text === '(') {
    return { transform: invocation(cursor, 'Write a transform: name(…)') }
  }
  const written = path(cursor, 'Write a target: v.element = value, or v.element as w')
  return cursor.has('=') ? { path: written, transform: transform(cursor) } : { path: written }
}

function targetListMode(cursor: Cursor): NonNullable<Target['listMode']> {
  const { text } = cursor.take()
  if (text === 'first' || text === 'last') return { mode: text }
  if (text === 'single' || text === 'collate') return { mode: 'single' }
  return { mode: 'share', id: cursor.name('Name what is shared: share id').name }
}

function transform(cursor: Cursor): Transform {
  if (cursor.is('(')) return bracketed(cursor)
  const value = literal(cursor)
  if (value) return value
  const instead =
    "After = stands a value: a literal, a variable, a transform such as create('T'), or (FHIRPath)."
  return cursor.isName() && cursor.ahead(1).text === '(' ? invocation(cursor, instead) : path(cursor, instead)
}

function invocation(cursor: Cursor, instead: string): Invocation {
  const named = cursor.name(instead)
  const read: Invocation = { kind: 'invocation', ...named, arguments: [] }
  cursor.expect('(', instead)
  if (cursor.has(')')) return read
  do read.arguments.push(argument(cursor))
  while (cursor.has(','))
  cursor.expect(')', 'Separate arguments by commas and close the parenthesis.')
  return read
}

function argument(cursor: Cursor): Argument {
  if (cursor.is('(')) return bracketed(cursor)
  return literal(cursor) ?? path(cursor, 'An argument is a literal, a variable, or (FHIRPath).')
}
