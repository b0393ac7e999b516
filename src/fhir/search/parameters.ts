import { searchParameters } from '../definitions/index.ts'
import type { ParameterDefinition } from '../definitions/parameter.ts'

/**
 * How a parameter is kept and asked for.
 *
 * `code` one primitive · `token` many, or with a system · `reference` one · `references` many · `canonical` URLs with
 * a version · `instant` one moment · `period` a stretch of time · `string` · `uri` one · `uris` many · `quantity` ·
 * `phonetic` how a text sounds · `position` on the globe · `pair` two others of the same element · `typed` identifiers
 * with their type · `logical` identifiers of what is referred to · `unsupported` known to FHIR, not executed here.
 */
export type Kind =
  | 'code'
  | 'token'
  | 'reference'
  | 'references'
  | 'canonical'
  | 'instant'
  | 'period'
  | 'string'
  | 'uri'
  | 'uris'
  | 'quantity'
  | 'phonetic'
  | 'position'
  | 'pair'
  | 'typed'
  | 'logical'
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
  /** Every resource has a value. */
  required: boolean
}

export type ColumnType = 'text' | 'text[]' | 'timestamptz' | 'numeric'

export interface Column {
  name: string
  type: ColumnType
}

/** Strings that results may be sorted by: each costs an index of its own. */
const sortableStrings = ['family', 'name', 'given', 'title']

/** Pairs whose two elements stand once in a resource: both parameters say the same together. Source: FHIR R4, Observation. */
const pairs: Readonly<Record<string, readonly [string, string]>> = {
  'code-value-concept': ['code', 'value-concept'],
  'code-value-date': ['code', 'value-date'],
  'code-value-quantity': ['code', 'value-quantity'],
  'code-value-string': ['code', 'value-string'],
}

/** The two parameters that a pair is made of. */
export const halvesOf = ({ code }: Parameter): readonly [string, string] | undefined => pairs[code]

const known = new Map<string, ReadonlyMap<string, Parameter>>()

/** The search parameters of a resource type by code, those that are not executed too. */
export function parametersOf(type: string): ReadonlyMap<string, Parameter> {
  const cached = known.get(type)
  if (cached) return cached
  const definitions = Object.hasOwn(searchParameters, type)
    ? Object.entries(searchParameters[type] ?? {})
    : []
  const parameters = new Map(definitions.map(([code, definition]) => [code, parameter(code, definition)]))
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
    ...all.flatMap((parameter) => [typedOf(parameter) ?? [], logicalOf(parameter) ?? []].flat()),
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
  return ['code', 'reference', 'uri', 'instant', 'period', 'quantity'].includes(kind)
}

/** The columns that a parameter is kept in; none for `_id` and `_lastUpdated`, which each row has anyway. */
export function columnsOf({ kind, column, code }: Parameter): readonly Column[] {
  return code === '_id' || code === '_lastUpdated' ? [] : columns[kind](column)
}

const one = (type: ColumnType) => (name: string) => [{ name, type }]

const ends = (type: ColumnType) => (name: string) => [
  { name: `${name}_low`, type },
  { name: `${name}_high`, type },
]

const columns: Record<Kind, (name: string) => Column[]> = {
  code: one('text'),
  token: one('text[]'),
  reference: one('text'),
  references: one('text[]'),
  canonical: one('text[]'),
  instant: one('timestamptz'),
  period: ends('timestamptz'),
  string: (name) => [
    { name, type: 'text' },
    { name: `${name}_exact`, type: 'text[]' },
  ],
  uri: one('text'),
  uris: one('text[]'),
  quantity: (name) => [...ends('numeric')(name), { name: `${name}_unit`, type: 'text[]' }],
  phonetic: one('text[]'),
  position: (name) => [
    { name: `${name}_latitude`, type: 'numeric' },
    { name: `${name}_longitude`, type: 'numeric' },
  ],
  pair: () => [],
  typed: one('text[]'),
  logical: one('text[]'),
  unsupported: () => [],
}

function parameter(code: string, definition: ParameterDefinition): Parameter {
  return {
    code,
    kind: kindOf(code, definition),
    column: columnName(code),
    definition: definition.definition,
    type: definition.type,
    types: definition.types,
    expression: definition.expression ?? '',
    target: definition.target ?? [],
    required: definition.required ?? (code === '_id' || code === '_lastUpdated'),
    ...(definition.system !== undefined && { system: definition.system }),
  }
}

/** Names of columns are snake case, in small letters, as PostgreSQL has them. */
function columnName(code: string): string {
  if (code === '_id') return 'id'
  return code === '_lastUpdated' ? 'updated' : code.toLowerCase().replaceAll('-', '_')
}

/** Of pairs only those that are made of two parameters are known; of the others it is not kept which goes with which. */
function kindOf(code: string, { type, types, many }: ParameterDefinition): Kind {
  const is = (...names: string[]) => types.some((name) => names.includes(name))
  switch (type) {
    case 'token':
      return many || is('CodeableConcept', 'Coding', 'Identifier', 'ContactPoint') ? 'token' : 'code'
    case 'reference':
      if (is('canonical', 'uri')) return 'canonical'
      return many ? 'references' : 'reference'
    case 'date':
      if (many) return 'unsupported'
      return types.length === 1 && is('instant') ? 'instant' : 'period'
    case 'string':
      return code === 'phonetic' ? 'phonetic' : 'string'
    case 'uri':
      return many ? 'uris' : 'uri'
    case 'quantity':
      return many ? 'unsupported' : 'quantity'
    case 'composite':
      return code in pairs ? 'pair' : 'unsupported'
    case 'special':
      return code === 'near' ? 'position' : 'unsupported'
    default:
      return 'unsupported'
  }
}
