import { searchParameters } from '../definitions/index.ts'
import type { Component, ParameterDefinition } from '../definitions/parameter.ts'

/**
 * How a parameter is kept and asked for.
 *
 * `code` one primitive · `token` many, or with a system · `reference` one · `references` many · `canonical` URLs with
 * a version · `instant` one moment · `period` a stretch of time · `periods` several · `string` · `uri` one · `uris`
 * many · `quantity` one · `quantities` several · `phonetic` how a text sounds · `position` on the globe · `pair` two
 * others of a resource · `pairs` two others of an element that repeats · `typed` identifiers with their type ·
 * `logical` identifiers of what is referred to · `above` URLs and those above them · `unsupported` known to FHIR, not executed here.
 */
export type Kind =
  | 'code'
  | 'token'
  | 'reference'
  | 'references'
  | 'canonical'
  | 'instant'
  | 'period'
  | 'periods'
  | 'string'
  | 'uri'
  | 'uris'
  | 'quantity'
  | 'quantities'
  | 'phonetic'
  | 'position'
  | 'pair'
  | 'pairs'
  | 'typed'
  | 'logical'
  | 'above'
  | 'unsupported'

/** A search parameter of one resource type. */
export interface Parameter {
  code: string
  kind: Kind
  /** Its column, or what its columns begin with. */
  column: string
  /** Canonical URL of its definition. */
  definition: string
  /** Type in its definition: `token`, `date`, … */
  type: ParameterDefinition['type']
  /** Datatypes of the elements it looks at. */
  types: readonly string[]
  expression: string
  /** Resource types that it may refer to; empty: any. */
  target: readonly string[]
  /** The one code system that its codes are from. */
  system?: string
  /** What a pair is made of. */
  components: readonly Component[]
  /** Every resource has a value. */
  required: boolean
}

export type ColumnType = 'text' | 'text[]' | 'timestamptz' | 'numeric' | 'jsonb'

export interface Column {
  name: string
  type: ColumnType
}

/** Strings that results may be sorted by: each costs an index of its own. */
const sortableStrings = ['family', 'name', 'given', 'title']

/** The two parameters that a pair is made of, and where their values stand in its element. */
export function halvesOf(type: string, { components }: Parameter): readonly [Half, Half] | undefined {
  const [one, other] = components.map(({ code, expression }) => {
    const parameter = parametersOf(type).get(code)
    return parameter && { parameter, expression }
  })
  return one && other && [one, other]
}

export interface Half {
  parameter: Parameter
  expression: string
}

const known = new Map<string, ReadonlyMap<string, Parameter>>()

/** The search parameters of a resource type by code, those that are not executed too. */
export function parametersOf(type: string): ReadonlyMap<string, Parameter> {
  const cached = known.get(type)
  if (cached) return cached
  const definitions = Object.hasOwn(searchParameters, type)
    ? Object.entries(searchParameters[type] ?? {})
    : []
  const parameters = new Map(
    definitions.map(([code, definition]) => [code, parameter(type, code, definition)]),
  )
  known.set(type, parameters)
  return parameters
}

const others = new Map<string, readonly Parameter[]>()

/** All that is kept of a resource type to be searched by: its parameters, and other forms of their values. */
export function indexedOf(type: string): readonly Parameter[] {
  const cached = others.get(type)
  if (cached) return cached
  const all = [...parametersOf(type).values()]
  const made = [
    ...all,
    ...all.flatMap((parameter) => [typedOf, logicalOf, aboveOf].flatMap((of) => of(parameter) ?? [])),
  ]
  others.set(type, made)
  return made
}

/** What `:of-type` asks for: identifiers by their type. */
export function typedOf(parameter: Parameter): Parameter | undefined {
  if (parameter.type !== 'token' || !parameter.types.includes('Identifier')) return undefined
  const { code, column } = parameter
  return { ...parameter, code: `${code}:of-type`, kind: 'typed', column: `${column}__of_type` }
}

/** What `:identifier` asks for: whom a reference names in words, by number. */
export function logicalOf(parameter: Parameter): Parameter | undefined {
  if (parameter.kind !== 'reference' && parameter.kind !== 'references') return undefined
  const { code, column } = parameter
  return { ...parameter, code: `${code}:identifier`, kind: 'logical', column: `${column}__identifier` }
}

/** What `:below` asks for: URLs with those that they stand under. */
export function aboveOf(parameter: Parameter): Parameter | undefined {
  if (parameter.kind !== 'uri' && parameter.kind !== 'uris') return undefined
  const { code, column } = parameter
  return { ...parameter, code: `${code}:below`, kind: 'above', column: `${column}__above` }
}

/** Types that are written too often for their words to be kept. */
const wordless = ['AuditEvent', 'Provenance']

/** Whether the words that go with a parameter's codes are kept, for `:text`. */
export const isWorded = (resourceType: string, { type, kind, types }: Parameter): boolean =>
  type === 'token' &&
  kind !== 'unsupported' &&
  !wordless.includes(resourceType) &&
  types.some((name) => ['CodeableConcept', 'Coding', 'Identifier'].includes(name))

export function isSortable({ kind, code }: Parameter): boolean {
  if (kind === 'string') return sortableStrings.includes(code)
  return ['code', 'reference', 'uri', 'instant', ...stretched].includes(kind)
}

/** Kinds with two ends: of several values, the outermost. */
const stretched: readonly Kind[] = ['period', 'periods', 'quantity', 'quantities']

/** Whether what is kept has two ends, `_low` and `_high`. */
export const isStretched = ({ kind }: Pick<Parameter, 'kind'>): boolean => stretched.includes(kind)

/** The column with each of several values. */
export const eachColumn = ({ column }: Pick<Parameter, 'column'>): string => `${column}_each`

/** The columns that a parameter is kept in; none for `_id` and `_lastUpdated`, which each row has anyway. */
export function columnsOf({ kind, column, code }: Parameter): readonly Column[] {
  return code === '_id' || code === '_lastUpdated' ? [] : columns[kind](column)
}

const one = (type: ColumnType) => (name: string) => [{ name, type }]

const ends = (type: ColumnType) => (name: string) => [
  { name: `${name}_low`, type },
  { name: `${name}_high`, type },
]

const each = (column: string): Column => ({ name: eachColumn({ column }), type: 'jsonb' })

const columns: Record<Kind, (name: string) => Column[]> = {
  code: one('text'),
  token: one('text[]'),
  reference: one('text'),
  references: one('text[]'),
  canonical: one('text[]'),
  instant: one('timestamptz'),
  period: ends('timestamptz'),
  periods: (name) => [...ends('timestamptz')(name), each(name)],
  string: (name) => [
    { name, type: 'text' },
    { name: `${name}_exact`, type: 'text[]' },
  ],
  uri: one('text'),
  uris: one('text[]'),
  quantity: (name) => [...ends('numeric')(name), { name: `${name}_unit`, type: 'text[]' }],
  quantities: (name) => [...ends('numeric')(name), each(name)],
  phonetic: one('text[]'),
  position: (name) => [
    { name: `${name}_latitude`, type: 'numeric' },
    { name: `${name}_longitude`, type: 'numeric' },
  ],
  pair: () => [],
  pairs: (name) => [each(name)],
  typed: one('text[]'),
  logical: one('text[]'),
  above: one('text[]'),
  unsupported: () => [],
}

function parameter(type: string, code: string, definition: ParameterDefinition): Parameter {
  return {
    code,
    kind: kindOf(type, code, definition),
    column: columnName(code),
    definition: definition.definition,
    type: definition.type,
    types: definition.types,
    expression: definition.expression ?? '',
    target: definition.target ?? [],
    components: definition.components ?? [],
    required: definition.required ?? (code === '_id' || code === '_lastUpdated'),
    ...(definition.system !== undefined && { system: definition.system }),
  }
}

/** Names of columns are snake case, in small letters, as PostgreSQL has them. */
function columnName(code: string): string {
  if (code === '_id') return 'id'
  return code === '_lastUpdated' ? 'updated' : code.toLowerCase().replaceAll('-', '_')
}

/** Where both values of a pair stand once in the resource, the two parameters together say the same. */
function kindOf(of: string, code: string, { type, types, many, expression }: ParameterDefinition): Kind {
  const is = (...names: string[]) => types.some((name) => names.includes(name))
  switch (type) {
    case 'token':
      return many || is('CodeableConcept', 'Coding', 'Identifier', 'ContactPoint') ? 'token' : 'code'
    case 'reference':
      if (is('canonical', 'uri')) return 'canonical'
      return many ? 'references' : 'reference'
    case 'date':
      if (many) return 'periods'
      return types.length === 1 && is('instant') ? 'instant' : 'period'
    case 'string':
      return code === 'phonetic' ? 'phonetic' : 'string'
    case 'uri':
      return many ? 'uris' : 'uri'
    case 'quantity':
      return many ? 'quantities' : 'quantity'
    case 'composite':
      return expression === of ? 'pair' : 'pairs'
    case 'special':
      return code === 'near' ? 'position' : 'unsupported'
    default:
      return 'unsupported'
  }
}
