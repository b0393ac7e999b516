import type { Argument, Call, Rule } from '../language/syntax.ts'
import type { Shape } from '../shapes/shape.ts'
import { type Code, quoted } from './code.ts'
import { type Home, nearest, type Unit } from './context.ts'
import { held, type Scope } from './scope.ts'
import { type Reads, reads } from './source.ts'
import { writes } from './target.ts'
import { type Computed, computed, nothing, type Spot } from './transform.ts'

/** Compiles rules that stand beside each other; they run in the order they are written. */
export function rulesOf(rules: readonly Rule[], scope: Scope, unit: Unit): Code {
  return rules.map((rule) => `{ ${ruleOf(rule, scope, unit)} }`).join('\n')
}

/** Sources from the first to the last, for each of their items the targets, then what depends on them. */
function ruleOf(rule: Rule, outer: Scope, unit: Unit): Code {
  const place = rule.name ?? rule.sources[0]?.path.names.map(({ name }) => name).join('.') ?? ''
  const loops: Reads[] = []
  let scope = outer
  for (const source of rule.sources) {
    const read = reads(source, scope, unit, place)
    if (!read) return ''
    loops.push(read)
    scope = read.scope
  }
  const body = bodyOf(rule, { unit, scope, focus: loops[0]?.variable, place })
  return loops.reduceRight((next, { each }) => each(next), body)
}

function bodyOf(rule: Rule, spot: Spot): Code {
  const simple = simplyCopied(rule, spot)
  if (simple !== undefined) return simple
  const actions: Code[] = []
  let { scope } = spot
  for (const target of rule.targets) {
    const written = writes(target, { ...spot, scope })
    if (!written) return ''
    actions.push(written.action)
    scope = written.scope
  }
  for (const call of rule.calls) actions.push(callOf(call, { ...spot, scope }))
  if (rule.rules.length) actions.push(rulesOf(rule.rules, scope, spot.unit))
  return actions.join(';\n')
}

/** `a.b -> c.d;`: the value itself, or what the default group of the two types makes of it. */
function simplyCopied(rule: Rule, spot: Spot): Code | undefined {
  const [target] = rule.targets
  const isSimple =
    rule.sources.length === 1 && rule.targets.length === 1 && !rule.calls.length && !rule.rules.length
  if (!isSimple || !target?.path || target.path.names.length < 2 || target.transform || target.alias)
    return undefined
  const { focus } = spot
  if (!focus) return undefined
  const given: Computed = { value: held(focus), shape: focus.shape, own: focus.mode === 'target' }
  return writes(target, spot, (element) => byDefault(given, element, spot) ?? given)?.action ?? ''
}

/** What the default group makes of a value for an element of another type; undefined when there is no such group. */
function byDefault(given: Computed, element: Shape, { unit, scope }: Spot): Computed | undefined {
  const home = defaultGroup(unit, given.shape, element)
  if (!home) return undefined
  const { beside, bind } = scope.writing
  const group = bind(unit.invoke(home, [given.shape, element]))
  const make = beside(
    'given, run',
    `const made = ${quoted(element.create())}
    ${group}.invoke(run, given, made)
    return made`,
  )
  return { shape: element, own: true, isOne: true, value: `${make}(${given.value}, run)` }
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
function callOf(call: Call, spot: Spot): Code {
  const { unit } = spot
  const home = unit.groups.get(call.name)
  if (!home) {
    unit.fault(call, `There is no group "${call.name}" here.${nearest(call.name, unit.groups.keys())}`)
    return ''
  }
  const { parameters } = home.group
  if (call.arguments.length !== parameters.length) {
    const form = parameters.map(({ mode, name }) => `${mode} ${name}`).join(', ')
    unit.fault(
      call,
      `${call.name} takes ${parameters.length} arguments (${form}); here are ${call.arguments.length}.`,
    )
    return ''
  }
  const given = call.arguments.map((one, index) =>
    argumentOf(one, parameters[index]?.mode === 'target', spot),
  )
  const { bind, fresh } = spot.scope.writing
  const shapes = given.map(({ shape }) => shape)
  const group = bind(unit.invoke(home, shapes))
  const names = given.map(fresh)
  const targets = names.filter((_, index) => parameters[index]?.mode === 'target')
  return `${given.map(({ value }, index) => `const ${names[index]} = ${value}`).join('\n')}
  if (${targets.map((name) => `${name} !== undefined`).join(' && ') || 'true'}) ${group}.invoke(${['run', ...names].join(', ')})`
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
