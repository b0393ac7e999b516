import type { Argument, Call, Rule } from '../language/syntax.ts'
import type { Action } from '../run.ts'
import type { Shape } from '../shapes/shape.ts'
import { type Home, nearest, type Unit } from './context.ts'
import type { Scope } from './scope.ts'
import { type Reads, reads } from './source.ts'
import { writes } from './target.ts'
import { type Computed, computed, nothing, type Spot } from './transform.ts'

/** Compiles rules that stand beside each other; they run in the order they are written. */
export function rulesOf(rules: readonly Rule[], scope: Scope, unit: Unit): Action {
  return inOrder(rules.map((rule) => ruleOf(rule, scope, unit)))
}

/** Sources from the first to the last, for each of their items the targets, then what depends on them. */
function ruleOf(rule: Rule, outer: Scope, unit: Unit): Action {
  const place = rule.name ?? rule.sources[0]?.path.names.map(({ name }) => name).join('.') ?? ''
  const loops: Reads[] = []
  let scope = outer
  for (const source of rule.sources) {
    const read = reads(source, scope, unit, place)
    if (!read) return nothingDone
    loops.push(read)
    scope = read.scope
  }
  const body = bodyOf(rule, { unit, scope, focus: loops[0]?.variable, place })
  return loops.reduceRight((next, { each }) => each(next), body)
}

function bodyOf(rule: Rule, spot: Spot): Action {
  const simple = simplyCopied(rule, spot)
  if (simple) return simple
  const actions: Action[] = []
  let { scope } = spot
  for (const target of rule.targets) {
    const written = writes(target, { ...spot, scope })
    if (!written) return nothingDone
    actions.push(written.action)
    scope = written.scope
  }
  for (const call of rule.calls) actions.push(callOf(call, { ...spot, scope }))
  if (rule.rules.length) actions.push(rulesOf(rule.rules, scope, spot.unit))
  return inOrder(actions)
}

function inOrder(actions: readonly Action[]): Action {
  const [first, second, ...more] = actions
  if (!first) return nothingDone
  if (!second) return first
  if (!more.length) {
    return (frame, run) => {
      first(frame, run)
      second(frame, run)
    }
  }
  return (frame, run) => {
    for (const action of actions) action(frame, run)
  }
}

/** `a.b -> c.d;`: the value itself, or what the default group of the two types makes of it. */
function simplyCopied(rule: Rule, spot: Spot): Action | undefined {
  const [target] = rule.targets
  const isSimple =
    rule.sources.length === 1 && rule.targets.length === 1 && !rule.calls.length && !rule.rules.length
  if (!isSimple || !target?.path || target.path.names.length < 2 || target.transform || target.alias)
    return undefined
  const { focus } = spot
  if (!focus) return undefined
  const { slot, shape, mode } = focus
  const given: Computed = { value: (frame) => frame[slot], shape, own: mode === 'target' }
  return writes(target, spot, (element) => byDefault(given, element, spot) ?? given)?.action ?? nothingDone
}

/** What the default group makes of a value for an element of another type; undefined when there is no such group. */
function byDefault(given: Computed, element: Shape, { unit }: Spot): Computed | undefined {
  const home = defaultGroup(unit, given.shape, element)
  if (!home) return undefined
  const invoke = unit.invoke(home, [given.shape, element])
  return {
    shape: element,
    own: true,
    value: (frame, run) => {
      const tree = element.create()
      invoke([given.value(frame, run), tree], run)
      return tree
    },
  }
}

/** `<<types>>` is for its two types, `<<type+>>` for its source type and whatever it makes of that by default. */
function defaultGroup(unit: Unit, from: Shape, to: Shape): Home | undefined {
  if (from.kind === 'primitive' || to.kind === 'primitive' || from.kind === 'any') return undefined
  const suiting = [...unit.groups.values()].filter(({ group, unit: home }) => {
    const [source, target] = group.parameters
    if (!group.typeMode || group.parameters.length !== 2 || !source?.type || !target?.type) return false
    return home.shape(source.type).name === from.name && home.shape(target.type).name === to.name
  })
  return suiting[0]
}

/** `then group(a, b)`. */
function callOf(call: Call, spot: Spot): Action {
  const { unit } = spot
  const home = unit.groups.get(call.name)
  if (!home) {
    unit.fault(call, `There is no group "${call.name}" here.${nearest(call.name, unit.groups.keys())}`)
    return nothingDone
  }
  const { parameters } = home.group
  if (call.arguments.length !== parameters.length) {
    const form = parameters.map(({ mode, name }) => `${mode} ${name}`).join(', ')
    unit.fault(
      call,
      `${call.name} takes ${parameters.length} arguments (${form}); here are ${call.arguments.length}.`,
    )
    return nothingDone
  }
  const given = call.arguments.map((one, index) =>
    argumentOf(one, parameters[index]?.mode === 'target', spot),
  )
  const invoke = unit.invoke(
    home,
    given.map(({ shape }) => shape),
  )
  const values = given.map(({ value }) => value)
  const targets = parameters.flatMap(({ mode }, index) => (mode === 'target' ? [index] : []))
  return (frame, run) => {
    const found = values.map((value) => value(frame, run))
    if (targets.every((index) => found[index] !== undefined)) invoke(found, run)
  }
}

function argumentOf(given: Argument, isTarget: boolean, spot: Spot): Computed {
  if (given.kind === 'expression') {
    spot.unit.fault(given, 'A group is given variables: name the value in the rule before, (…) as v.')
    return nothing
  }
  if (given.kind === 'path' && given.names.length > 1) {
    spot.unit.fault(given, 'A group is given variables: name the element in the rule before, v.element as w.')
    return nothing
  }
  const made = computed(given, spot)
  if (isTarget && made !== nothing && made.variable?.mode !== 'target') {
    spot.unit.fault(given, 'This parameter is a target: give it a variable that the map writes to.')
  }
  return made
}

const nothingDone: Action = () => {}
