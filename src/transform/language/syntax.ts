/** Where something stands in a file; counts from 1. */
export interface At {
  line: number
  column: number
}

export interface Named extends At {
  name: string
}

/** One file as it is written: names are not resolved, types are not known. */
export interface MapFile extends At {
  file: string
  url: string
  name: string
  uses: Uses[]
  imports: Import[]
  conceptMaps: InlineConceptMap[]
  constants: Constant[]
  groups: Group[]
}

export interface Uses extends At {
  url: string
  alias?: string
  mode: 'source' | 'target' | 'queried' | 'produced'
}

/** The URL of a map; `*` at its end stands for anything. */
export interface Import extends At {
  url: string
}

/** `let name = value;` */
export interface Constant extends Named {
  value: Literal | Expression
}

export interface InlineConceptMap extends At {
  /** `#name` */
  url: string
  prefixes: { prefix: string; system: string }[]
  /** Source prefixes whose unmapped codes stay as they are. */
  provided: string[]
  mappings: Mapping[]
}

export interface Mapping extends At {
  source: Code
  target: Code
  /** R4 ConceptMap equivalence. */
  equivalence: string
}

export interface Code extends At {
  prefix: string
  code: string
}

export interface Group extends Named {
  parameters: Parameter[]
  extends?: Named
  typeMode?: 'types' | 'type+'
  rules: Rule[]
}

export interface Parameter extends Named {
  mode: 'source' | 'target'
  type?: Named
}

export interface Rule extends At {
  /** What follows `->`, `then` and the name in quotes are all optional. */
  name?: string
  sources: Source[]
  targets: Target[]
  calls: Call[]
  rules: Rule[]
}

export interface Source extends At {
  path: Path
  type?: Named
  cardinality?: { min: number; max: number }
  default?: Literal | Expression
  listMode?: 'first' | 'not_first' | 'last' | 'not_last' | 'only_one'
  alias?: Named
  where?: Expression
  check?: Expression
  log?: Literal
}

export interface Target extends At {
  path?: Path
  transform?: Transform
  alias?: Named
  listMode?: { mode: 'first' | 'last' | 'single' } | { mode: 'share'; id: string }
}

export type Transform = Literal | Path | Expression | Invocation

/** A variable, then elements downwards. */
export interface Path extends At {
  kind: 'path'
  names: [Named, ...Named[]]
}

export interface Literal extends At {
  kind: 'literal'
  value: string | number | boolean
}

/** FHIRPath, as written. */
export interface Expression extends At {
  kind: 'expression'
  text: string
}

export type Argument = Literal | Path | Expression

export interface Invocation extends Named {
  kind: 'invocation'
  arguments: Argument[]
}

/** `then group(a, b)` */
export interface Call extends Named {
  arguments: Argument[]
}
