import { type Code, quoted, type Writing } from '../compile/code.ts'
import type { Variable } from '../compile/scope.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import type { Items } from './items.ts'

export interface Part {
  /** Code of its items, by that of the collection before the dot, and by the name of `$this`. */
  code(focus: Code, self: Code): Code
  /** Of the items, as far as it is known. */
  shape: Shape
  /** Whether the items are true or false, and nothing else. */
  isCondition?: true
  /** What it always gives, when that is written: `'x'`, `('x' | 'y')`. */
  fixed?: { items: Items }
}

/** What the names in an expression stand for, where it is compiled. */
export interface Names {
  writing: Writing
  focus: Shape
  self: Shape
  variables: ReadonlyMap<string, Variable>
  constants: Readonly<Record<string, unknown>>
}

/** What always gives the same. */
export function fixed(items: Items, { bind }: Writing): Part {
  const code = typeof items === 'object' ? bind(items) : quoted(items)
  return { code: () => code, shape: plain, fixed: { items } }
}
