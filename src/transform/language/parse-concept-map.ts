import type { Cursor } from './cursor.ts'
import type { Code, InlineConceptMap, Mapping } from './syntax.ts'

/** Signs between two codes, as R4 equivalences. */
const equivalences: Record<string, string> = {
  '-': 'relatedto',
  '=': 'equivalent',
  '==': 'equal',
  '!=': 'disjoint',
  '<=': 'wider',
  '>=': 'narrower',
  '<-': 'subsumes',
}

/** `"#name" { prefix s = "url" … s:code - t:code }`: what follows the word `conceptmap`. */
export function conceptMap(cursor: Cursor): Omit<InlineConceptMap, 'line' | 'column'> {
  const url = cursor.string('Name the concept map: conceptmap "#name" { … }')
  const map: Omit<InlineConceptMap, 'line' | 'column'> = { url, prefixes: [], provided: [], mappings: [] }
  cursor.expect('{', 'Open the concept map: {')
  while (!cursor.has('}')) {
    if (cursor.isWord('prefix') && cursor.ahead(1).text !== ':') map.prefixes.push(prefix(cursor))
    else if (cursor.isWord('unmapped') && cursor.ahead(1).text !== ':') map.provided.push(unmapped(cursor))
    else map.mappings.push(mapping(cursor))
    cursor.has(';')
  }
  return map
}

function prefix(cursor: Cursor): { prefix: string; system: string } {
  const form = 'Write: prefix s = "system"'
  cursor.take()
  const { name } = cursor.name(form)
  cursor.expect('=', form)
  return { prefix: name, system: cursor.string(form) }
}

function unmapped(cursor: Cursor): string {
  const form = 'Write: unmapped for s = provided (other ways belong in a ConceptMap file)'
  cursor.take()
  cursor.expectWord('for', form)
  const { name } = cursor.name(form)
  cursor.expect('=', form)
  cursor.expectWord('provided', form)
  return name
}

function mapping(cursor: Cursor): Mapping {
  const source = code(cursor)
  const equivalence = cursor.token.kind === 'sign' ? equivalences[cursor.token.text] : undefined
  if (!equivalence) {
    cursor.refuse(
      `Between two codes stands one of ${Object.keys(equivalences).join(' ')}; quote a code with other signs.`,
    )
  }
  cursor.take()
  return { source, equivalence, target: code(cursor), line: source.line, column: source.column }
}

function code(cursor: Cursor): Code {
  const form = 'Write a code with its prefix: s:code, or s:"a code"'
  const prefix = cursor.name(form)
  cursor.expect(':', form)
  const { kind } = cursor.token
  if (kind === 'sign' || kind === 'end') cursor.refuse(form)
  return { prefix: prefix.name, code: cursor.take().text, line: prefix.line, column: prefix.column }
}
