import type { Group, Parameter } from '../language/syntax.ts'
import type { Run } from '../run.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import type { Code } from './code.ts'
import type { Home, Ready, Unit } from './context.ts'
import { rulesOf } from './rule.ts'
import { declare, emptyScope } from './scope.ts'

/** Groups made ready, each once for the shapes it is invoked with. */
export type ReadyGroups = Map<Group, Map<string, Ready>>

/** How deep groups may invoke one another: beyond, a map never ends. */
const deepest = 200

/** A group, ready to be invoked with arguments of these shapes; parameters without a type take those. */
export function readied({ group, unit }: Home, given: readonly Shape[], all: ReadyGroups): Ready {
  const shapes = group.parameters.map((parameter, index) => shapeOf(parameter, given[index] ?? plain, unit))
  const key = shapes.map(({ model, name, kind }) => `${model} ${kind} ${name}`).join()
  const variants = all.get(group) ?? new Map<string, Ready>()
  all.set(group, variants)
  const known = variants.get(key)
  // A group that invokes itself finds itself here before it is ready.
  if (known) return known
  const ready: Ready = { invoke: () => {} }
  variants.set(key, ready)
  const make = compiled({ group, unit }, shapes)
  // Most groups are for messages that seldom come: each is made when it is first invoked.
  ready.invoke = (run, ...values) => {
    ready.invoke = make()
    ready.invoke(run, ...values)
  }
  return ready
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

function compiled({ group, unit }: Home, shapes: readonly Shape[]): () => Ready['invoke'] {
  const base = extended({ group, unit }, shapes)
  let scope = emptyScope()
  for (const [index, { name, mode, ...at }] of group.parameters.entries()) {
    if (scope.variables.has(name)) unit.fault(at, `There are two parameters "${name}"; rename one.`)
    scope = declare(scope, { name, mode, shape: shapes[index] ?? plain })[0]
  }
  const { writing } = scope
  const given = group.parameters.map(writing.fresh)
  const rules = rulesOf(group.rules, scope, unit)
  const body = `${writing.bind(entered(group.name))}(run)
  ${base ? `${writing.bind(base)}.invoke(${['run', ...given].join(', ')})` : ''}
  const frame = [${given.concat(absent(writing.slots - given.length)).join(', ')}]
  run.frames[run.depth] = frame
  ${rules}
  run.depth--`
  return () => writing.finish(group.name, ['run', ...given].join(', '), body)
}

const absent = (count: number): Code[] => new Array<Code>(count).fill('undefined')

/** Goes one deeper. */
function entered(name: string) {
  return (run: Run) => {
    if (run.depth >= deepest) throw new Error(`The group ${name} invokes itself without end.`)
    run.depth++
  }
}

/** The group that this one extends: it runs first, with the same arguments. */
function extended({ group, unit }: Home, shapes: readonly Shape[]): Ready | undefined {
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
