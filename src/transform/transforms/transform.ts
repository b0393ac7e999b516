import type { Computed, Spot } from '../compile/transform.ts'
import type { Argument, At } from '../language/syntax.ts'

/** A transform of the mapping language. */
export interface Supported {
  /** Its arguments as they are written, to be told when they are wrong. */
  form: string
  /** The least and the most arguments. */
  arity: readonly [number, number]
  compile(given: readonly Argument[], spot: Spot, at: At): Computed
}

/** One that the specification has and this engine has not: what to write instead. */
export interface Unsupported {
  instead: string
}
