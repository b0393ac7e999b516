import type { Shape } from '../shapes/shape.ts'

export interface Variable {
  name: string
  slot: number
  shape: Shape
  /** What a map makes may be written to; what it reads may not. */
  mode: 'source' | 'target'
}

/** How many slots a frame of the group has. */
export interface Slots {
  count: number
}

/** The variables that can be seen from one place of a group. */
export interface Scope {
  readonly slots: Slots
  readonly variables: ReadonlyMap<string, Variable>
}

export const emptyScope = (): Scope => ({ slots: { count: 0 }, variables: new Map() })

/** A scope with one more variable. Scopes of rules beside each other do not see each other's. */
export function declare(scope: Scope, variable: Omit<Variable, 'slot'>): [Scope, Variable] {
  const declared: Variable = { ...variable, slot: scope.slots.count++ }
  if (!variable.name) return [scope, declared]
  return [{ slots: scope.slots, variables: new Map(scope.variables).set(variable.name, declared) }, declared]
}
