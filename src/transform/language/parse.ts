import type { Fault } from '../map-error.ts'
import { Cursor } from './cursor.ts'
import { lex } from './lex.ts'
import { conceptMap } from './parse-concept-map.ts'
import { literalOrExpression } from './parse-expression.ts'
import { rules } from './parse-rule.ts'
import type { Group, MapFile, Named, Parameter, Uses } from './syntax.ts'

/**
 * Reads one map. All that cannot be read is told at once; what could be read comes back all the same.
 *
 * Source: FHIR R4 mapping language, grammar in https://hl7.org/fhir/R4/mapping.g4; metadata and `let` as in R5.
 */
export function parse(file: string, source: string): { map: MapFile; faults: Fault[] } {
  const { tokens, metadata, faults } = lex(source)
  const cursor = new Cursor(file, source, tokens)
  for (const { text, ...at } of faults) cursor.fault(at, text)
  const map = emptyMap(file)
  for (const { key, value } of metadata) {
    if (key === 'url') map.url = value
    if (key === 'name' || (key === 'id' && !map.name)) map.name = value
  }
  while (cursor.token.kind !== 'end') {
    cursor.attempt(
      () => declaration(cursor, map),
      () => cursor.skipUntil(() => cursor.isWord(...declarations)),
    )
  }
  complete(cursor, map)
  return { map, faults: cursor.faults }
}

const declarations = ['map', 'uses', 'imports', 'conceptmap', 'group', 'let']

function emptyMap(file: string): MapFile {
  const lists = { uses: [], imports: [], conceptMaps: [], constants: [], groups: [] }
  return { file, line: 1, column: 1, url: '', name: '', ...lists }
}

function complete(cursor: Cursor, map: MapFile): void {
  map.name ||= map.url.slice(map.url.lastIndexOf('/') + 1)
  if (!map.url) cursor.fault(map, 'A map begins with its URL and name: map "url" = "name"')
  if (!map.groups.length)
    cursor.fault(map, 'A map has at least one group: group name(source a : T, target b : U) { … }')
}

function declaration(cursor: Cursor, map: MapFile): void {
  const { line, column } = cursor.token
  if (cursor.hasWord('map')) Object.assign(map, header(cursor), { line, column })
  else if (cursor.hasWord('uses')) map.uses.push({ line, column, ...uses(cursor) })
  else if (cursor.hasWord('imports')) {
    map.imports.push({ line, column, url: cursor.string('Write the map\'s URL in quotes: imports "url"') })
    cursor.has(';')
  } else if (cursor.hasWord('conceptmap')) map.conceptMaps.push({ ...conceptMap(cursor), line, column })
  else if (cursor.hasWord('let')) {
    const { name } = cursor.name('Name the constant: let name = value;')
    cursor.expect('=', 'Give the constant its value: let name = value;')
    map.constants.push({ line, column, name, value: literalOrExpression(cursor) })
    cursor.expect(';', 'End the constant with a semicolon.')
  } else if (cursor.hasWord('group')) map.groups.push(group(cursor))
  else cursor.refuse(`Here stands one of: ${declarations.join(', ')}.`)
}

function header(cursor: Cursor): { url: string; name: string } {
  const form = 'A map begins with its URL and name: map "url" = "name"'
  const url = cursor.string(form)
  cursor.expect('=', form)
  return { url, name: cursor.token.kind === 'string' ? cursor.take().text : cursor.name(form).name }
}

function uses(cursor: Cursor): Omit<Uses, 'line' | 'column'> {
  const form = 'Write: uses "url" alias Name as source (or target, queried, produced)'
  const url = cursor.string(form)
  const alias = cursor.hasWord('alias') ? cursor.name(form).name : undefined
  cursor.expectWord('as', form)
  if (!cursor.isWord('source', 'target', 'queried', 'produced')) cursor.refuse(form)
  // The word was just looked at.
  const mode = cursor.take().text as Uses['mode']
  return { url, mode, ...(alias !== undefined && { alias }) }
}

function group(cursor: Cursor): Group {
  const named = cursor.name('Name the group: group name(source a : T, target b : U) { … }')
  const read: Group = { ...named, parameters: parameters(cursor), rules: [] }
  if (cursor.hasWord('extends')) read.extends = cursor.name('Name the group that is extended.')
  if (cursor.has('<<')) read.typeMode = typeMode(cursor)
  cursor.expect('{', 'Open the rules of the group: {')
  read.rules = rules(cursor)
  return read
}

function parameters(cursor: Cursor): Parameter[] {
  const form = 'Write the parameters: (source a : T, target b : U)'
  cursor.expect('(', form)
  const read: Parameter[] = []
  do read.push(parameter(cursor, form))
  while (cursor.has(','))
  cursor.expect(')', form)
  return read
}

function parameter(cursor: Cursor, form: string): Parameter {
  const mode = cursor.hasWord('source') ? 'source' : cursor.hasWord('target') ? 'target' : cursor.refuse(form)
  const named: Named = cursor.name(form)
  if (!cursor.has(':')) return { ...named, mode }
  return { ...named, mode, type: cursor.name('Name the type of the parameter.') }
}

function typeMode(cursor: Cursor): 'types' | 'type+' {
  const form = 'Write <<types>> or <<type+>>.'
  const mode = cursor.hasWord('types') ? 'types' : undefined
  if (!mode) {
    cursor.expectWord('type', form)
    cursor.expect('+', form)
  }
  cursor.expect('>>', form)
  return mode ?? 'type+'
}
