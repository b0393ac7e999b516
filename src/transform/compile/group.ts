import type { Group, Parameter } from '../language/syntax.ts'
import type { Action } from '../run.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import type { Home, Invoke, Unit } from './context.ts'
import { rulesOf } from './rule.ts'
import { declare, emptyScope, type Slots } from './scope.ts'

/** Groups made ready, each once for the shapes it is invoked with. */
export type Ready = Map<Group, Map<string, { invoke: Invoke }>>

/** How deep groups may invoke one another: beyond, a map never ends. */
const deepest = 200

/** A group, ready to be invoked with arguments of these shapes; parameters without a type take those. */
export function invokeOf({ group, unit }: Home, given: readonly Shape[], ready: Ready): Invoke {
  const shapes = group.parameters.map((parameter, index) => shapeOf(parameter, given[index] ?? plain, unit))
  const key = shapes.map(({ model, name, kind }) => `${model} ${kind} ${name}`).join()
  const variants = ready.get(group) ?? new Map<string, { invoke: Invoke }>()
  ready.set(group, variants)
  const known = variants.get(key)
  // A group that invokes itself finds itself here before it is ready.
  if (known) return (values, run) => known.invoke(values, run)
  const holder: { invoke: Invoke } = { invoke: () => {} }
  variants.set(key, holder)
  holder.invoke = compiled({ group, unit }, shapes)
  return holder.invoke
}

function shapeOf({ type, name, ...at }: Parameter, given: Shape, unit: Unit): Shape {
  if (!type) return given
  const shape = unit.shape(type)
  const isNarrower = given.takes(shape) && at.mode === 'source'
  if (!shape.takes(given) && !isNarrower && shape.kind !== 'any' && given.kind !== 'any') {
    unit.fault(
      type,
      `Parameter "${name}" is a ${shape.name}, but the group is also invoked with a ${given.name}.`,
    )
  }
  return shape
}

function compiled({ group, unit }: Home, shapes: readonly Shape[]): Invoke {
  const base = extended({ group, unit }, shapes)
  let scope = emptyScope()
  for (const [index, { name, mode, ...at }] of group.parameters.entries()) {
    if (scope.variables.has(name)) unit.fault(at, `There are two parameters "${name}"; rename one.`)
    scope = declare(scope, { name, mode, shape: shapes[index] ?? plain })[0]
  }
  const action = rulesOf(group.rules, scope, unit)
  return guarded(group.name, base, action, scope.slots)
}

function guarded(name: string, base: Invoke | undefined, action: Action, slots: Slots): Invoke {
  const { count } = slots
  return (values, run) => {
    if (run.depth >= deepest) throw new Error(`The group ${name} invokes itself without end.`)
    run.depth++
    base?.(values, run)
    const frame: unknown[] = new Array(count)
    for (let index = 0; index < values.length; index++) frame[index] = values[index]
    run.frames[run.depth] = frame
    action(frame, run)
    run.depth--
  }
}

/** The group that this one extends: it runs first, with the same arguments. */
function extended({ group, unit }: Home, shapes: readonly Shape[]): Invoke | undefined {
  if (!group.extends) return undefined
  const base = unit.groups.get(group.extends.name)
  if (!base) {
    unit.fault(group.extends, `There is no group "${group.extends.name}" to extend.`)
    return undefined
  }
  if (
    base.group.parameters.map(({ mode }) => mode).join() !== group.parameters.map(({ mode }) => mode).join()
  ) {
    unit.fault(
      group.extends,
      `${base.group.name} has other parameters: a group extends one with as many, in the same order.`,
    )
    return undefined
  }
  if (comesBack(base, group)) {
    unit.fault(group.extends, `${group.name} extends itself, by way of ${base.group.name}.`)
    return undefined
  }
  return unit.invoke(base, shapes)
}

function comesBack(from: Home, group: Group): boolean {
  const seen = new Set<Group>()
  for (let at: Home | undefined = from; at && !seen.has(at.group); ) {
    if (at.group === group) return true
    seen.add(at.group)
    at = at.group.extends && at.unit.groups.get(at.group.extends.name)
  }
  return false
}
