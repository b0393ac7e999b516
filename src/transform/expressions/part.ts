import type { Variable } from '../compile/scope.ts'
import type { Frame, Run } from '../run.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Items } from './items.ts'

/** A part of an expression: of the collection before the dot, and of `$this`. */
export type Evaluate = (focus: Items, self: Items, frame: Frame, run: Run) => Items

export interface Part {
  evaluate: Evaluate
  /** Of the items, as far as it is known. */
  shape: Shape
  /** Whether the items are true or false, and nothing else. */
  isCondition?: true
  /** What it always gives, when that is written: `'x'`, `('x' | 'y')`. */
  fixed?: { items: Items }
}

/** What the names in an expression stand for, where it is compiled. */
export interface Names {
  focus: Shape
  self: Shape
  variables: ReadonlyMap<string, Variable>
  constants: Readonly<Record<string, unknown>>
}
