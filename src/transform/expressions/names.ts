import { functions } from '../functions.ts'

/** A node of the tree that fhirpath.js parses to. */
export interface Node {
  type: string
  text?: string
  delimitedText?: string
  children?: Node[]
}

/** The variables that an expression names, and what in it cannot be run. */
export function findings(tree: Node): { variables: Set<string>; refusals: string[] } {
  const found = { variables: new Set<string>(), refusals: [] as string[] }
  visit(tree, found)
  return found
}

function visit(node: Node, found: { variables: Set<string>; refusals: string[] }): void {
  if (node.type === 'ExternalConstantTerm') found.variables.add(variableOf(node))
  if (node.type === 'FunctionInvocation') {
    const name = identifier(node.children?.[0]?.children?.[0]?.text ?? '')
    const instead = Object.hasOwn(refused, name) ? refused[name] : undefined
    if (instead) found.refusals.push(`${name}() is not supported: ${instead}.`)
    else if (!known.has(name)) found.refusals.push(`FHIRPath has no function ${name}().`)
  }
  for (const child of node.children ?? []) visit(child, found)
}

export const variableOf = (node: Node): string => identifier(node.delimitedText ?? node.text ?? '')

/** Without its backquotes or quotes. */
export const identifier = (text: string): string => text.replace(/^([`'])(.*)\1$/s, '$2')

/** What reaches outside of the message, or is done by a map in another way. */
const refused: Record<string, string> = {
  now: 'write %now, the time of the run',
  today: 'write %now.substring(0, 10)',
  timeOfDay: 'write %now.substring(11, 8)',
  resolve: 'a map does not read the store',
  memberOf: 'a map does not ask a terminology server; use translate with a ConceptMap',
  trace: 'what a message says is not logged',
  weight: 'it is for questionnaires',
  ordinal: 'it is for questionnaires',
  defineVariable: 'name a variable with "as", or a constant with "let"',
  htmlChecks: 'validation looks at narratives',
  conformsTo: 'validation looks at profiles',
}

/** Source: FHIRPath 2.0 and 3.0, FHIR R4 additional functions; as fhirpath.js 5.2 has them. */
const known: ReadonlySet<string> = new Set(
  `empty not exists all allTrue anyTrue allFalse anyFalse subsetOf supersetOf isDistinct distinct count where extension
  select coalesce sort aggregate sum min max avg single first last type ofType is as tail take skip combine union
  intersect exclude iif toInteger toLong toDecimal toString toDate toDateTime toTime toBoolean toQuantity hasValue
  getValue convertsToBoolean convertsToInteger convertsToLong convertsToDecimal convertsToString convertsToDate
  convertsToDateTime convertsToTime convertsToQuantity indexOf lastIndexOf substring startsWith endsWith contains upper
  lower replace matches matchesFull replaceMatches length toChars join split trim encode decode escape unescape abs
  ceiling exp floor ln log power round sqrt truncate lowBoundary highBoundary yearOf monthOf dayOf hourOf minuteOf
  secondOf millisecondOf timezoneOffsetOf dateOf timeOf repeat children descendants comparable`
    .split(/\s+/)
    .concat(Object.keys(functions)),
)
