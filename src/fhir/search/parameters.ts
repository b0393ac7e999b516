import { searchParameters } from '../definitions/index.ts'
import type { ParameterDefinition } from '../definitions/parameter.ts'

/**
 * How a parameter is kept and asked for.
 *
 * `code` one primitive · `token` many, or with a system · `reference` one · `references` many · `canonical` URLs with
 * a version · `instant` one moment · `period` a stretch of time · `string` · `uri` one · `uris` many · `quantity` ·
 * `unsupported` known to FHIR, not executed here.
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
  unsupported: () => [],
}

function parameter(code: string, definition: ParameterDefinition): Parameter {
  return {
    code,
    kind: kindOf(code, definition),
    column: columnName(code),
    definition: definition.definition,
    type: definition.type,
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

/** What sounds alike is not known here, and a match of parts with one another is not kept. */
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
      return code === 'phonetic' ? 'unsupported' : 'string'
    case 'uri':
      return many ? 'uris' : 'uri'
    case 'quantity':
      return many ? 'unsupported' : 'quantity'
    default:
      return 'unsupported'
  }
}
