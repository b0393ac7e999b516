import type { Shape } from '../shapes/shape.ts'
import { type Code, newWriting, type Writing } from './code.ts'

export interface Variable {
  name: string
  slot: number
  shape: Shape
  /** What a map makes may be written to; what it reads may not. */
  mode: 'source' | 'target'
}

/** The variables that can be seen from one place of a group. */
export interface Scope {
  readonly writing: Writing
  readonly variables: ReadonlyMap<string, Variable>
}

export const emptyScope = (): Scope => ({ writing: newWriting(), variables: new Map() })

/** A scope with one more variable. Scopes of rules beside each other do not see each other's. */
export function declare(scope: Scope, variable: Omit<Variable, 'slot'>): [Scope, Variable] {
  const declared: Variable = { ...variable, slot: scope.writing.slots++ }
  if (!variable.name) return [scope, declared]
  const variables = new Map(scope.variables).set(variable.name, declared)
  return [{ writing: scope.writing, variables }, declared]
}

/** Where a variable stands in the frame. */
export const held = ({ slot }: Pick<Variable, 'slot'>): Code => `frame[${slot}]`
