import { issue } from '../../fhir/outcome.ts'
import type { Named, Target } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import type { Element, Shape } from '../shapes/shape.ts'
import { copied, isAbsent, isTree, type Tree } from '../values.ts'
import { type Code, quoted } from './code.ts'
import { nearest } from './context.ts'
import { declare, held, type Scope, type Variable } from './scope.ts'
import { type Computed, computed, type Spot, unknownElement } from './transform.ts'
import { writer } from './writer.ts'

/** A target of a rule, compiled: what it does, and what is seen after it. */
export interface Writes {
  scope: Scope
  /** Statements. */
  action: Code
}

/**
 * Compiles `v.element = transform as w`; undefined when it is at fault, which has been told.
 * Without a transform `copy` gives what is written, if it is given.
 */
export function writes(target: Target, spot: Spot, copy?: (element: Shape) => Computed): Writes | undefined {
  if (!target.path) return standing(target, spot)
  const place = placeOf(target, spot)
  if (!place) return undefined
  if (!place.last) return onVariable(target, place, spot)
  const made = target.transform
    ? computed(target.transform, spot)
    : (copy?.(place.last.shape) ?? created(target, place.last, spot))
  if (!made) return undefined
  const element = chosen(place.last, made, target, spot)
  if (!element || !fits(element, made, target, spot)) return undefined
  const write = writer(element, target.listMode, target, spot)
  return write === undefined ? undefined : assigning(target, place, element, made, write, spot)
}

/** Where a target writes: the tree that a variable holds, or one below it. */
interface Place {
  /** Gives the tree, and makes it when it is not there yet. */
  parent: Code
  shape: Shape
  variable: Variable
  last: (Element & Named) | undefined
}

function placeOf({ path, ...at }: Target, { scope, unit }: Spot): Place | undefined {
  const [first, ...rest] = path?.names ?? [{ ...at, name: '' }]
  const variable = scope.variables.get(first.name)
  if (!variable) {
    unit.fault(
      first,
      `There is no variable "${first.name}" here.${nearest(first.name, scope.variables.keys())}`,
    )
    return undefined
  }
  if (variable.mode === 'source') {
    unit.fault(first, `"${first.name}" is a source, which a map only reads. Write to a target.`)
    return undefined
  }
  let shape = variable.shape
  let last: Place['last']
  const keys: string[] = []
  for (const [index, named] of rest.entries()) {
    const element = shape.element(named.name)
    if (!element) {
      unit.fault(named, unknownElement(named.name, shape))
      return undefined
    }
    last = { ...element, ...named }
    if (index === rest.length - 1) break
    if (!isWay(element, named, shape, unit)) return undefined
    keys.push(element.key)
    shape = element.shape
  }
  const step = (tree: Code, key: string) => `${scope.writing.bind(below)}(${tree}, ${quoted(key)})`
  return { parent: keys.reduce(step, held(variable)), shape, variable, last }
}

/** Whether a path may go through an element to those below it. */
function isWay(element: Element, named: Named, shape: Shape, unit: Spot['unit']): boolean {
  const { name } = named
  if (element.repeats)
    unit.fault(named, `${shape.name}.${name} repeats: write v.${name} as w, w.… = … instead.`)
  else if (element.choices)
    unit.fault(
      named,
      `${shape.name}.${name} may be of several types: write it in full, such as ${name}Period.`,
    )
  else if (element.shape.kind === 'primitive') unit.fault(named, `${shape.name}.${name} has no elements.`)
  else return true
  return false
}

function below(tree: unknown, key: string): Tree | undefined {
  if (!isTree(tree)) return undefined
  const found = tree[key]
  if (isTree(found)) return found
  const made: Tree = {}
  tree[key] = Array.isArray(found) ? [...found, made] : made
  return made
}

/** `create('T') as v`, `(…) as v`: not put anywhere yet. */
function standing(target: Target, spot: Spot): Writes | undefined {
  const made = target.transform && computed(target.transform, spot)
  if (!made) return undefined
  if (!target.alias) spot.unit.fault(target, 'Say where this goes: v.element = …, or name it with "as".')
  if (target.listMode) spot.unit.fault(target, 'A list mode needs an element to stand in.')
  const [scope, bind] = binding(target, made.shape, spot)
  const { value, own } = made
  return { scope, action: bind(own ? value : `${scope.writing.bind(copied)}(${value})`) }
}

/** `v`, `v as w`: the variable itself, for what follows. */
function onVariable(target: Target, { shape, variable }: Place, spot: Spot): Writes | undefined {
  if (target.transform || target.listMode) {
    spot.unit.fault(target, 'A variable is not written over: name the element, v.element = …')
    return undefined
  }
  const [scope, bind] = binding(target, shape, spot)
  return { scope, action: bind(held(variable)) }
}

/** Gives a value to the variable that a target names, if it names one. */
function binding(target: Target, shape: Shape, spot: Spot): [Scope, (value: Code) => Code] {
  const { alias } = target
  if (!alias) return [spot.scope, (value) => value]
  if (spot.scope.variables.has(alias.name)) {
    spot.unit.fault(alias, `There is a variable "${alias.name}" here already; take another name.`)
  }
  const [scope, variable] = declare(spot.scope, { name: alias.name, shape, mode: 'target' })
  return [scope, (value) => `${held(variable)} = ${value}`]
}

/** `v.element as w`: a new one of the element's type. */
function created(
  target: Target,
  { shape, choices, name }: Element & Named,
  { unit }: Spot,
): Computed | undefined {
  if (choices)
    unit.fault(target, `${name} may be of several types: write ${name} = create('…'), or the name in full.`)
  else if (shape.kind === 'primitive')
    unit.fault(target, `${name} is a ${shape.name}: give it a value, ${name} = …`)
  else if (shape.name === 'Resource')
    unit.fault(target, `${name} may be any resource: write ${name} = create('…').`)
  else if (!target.alias) unit.fault(target, `Say what stands in ${name}: ${name} = …, or name it with "as".`)
  else return { value: quoted(shape.create()), shape, own: true, isOne: true }
  return undefined
}

/** The element itself, or the way of a choice that is taken for what is made. */
function chosen(last: Element & Named, made: Computed, target: Target, { unit }: Spot): Element | undefined {
  if (!last.choices) return last
  const way = last.choices.get(made.shape.name)
  if (way) return way
  const ways = [...last.choices.values()].map(({ key }) => key).join(', ')
  unit.fault(
    target,
    `${last.name} may be of several types, and this one's is not known: write one of ${ways}.`,
  )
  return undefined
}

function fits({ key, shape }: Element, made: Computed, target: Target, { unit }: Spot): boolean {
  const isReference = shape.name === 'Reference' && made.isReference
  if (isReference || shape.kind === 'any' || made.shape.kind === 'any' || shape.takes(made.shape)) return true
  unit.fault(target, `${key} takes ${shape.name}, and this is ${made.shape.name}.`)
  return false
}

function assigning(
  target: Target,
  { parent }: Place,
  { key, shape, repeats }: Element,
  made: Computed,
  write: Code,
  spot: Spot,
): Writes {
  const [scope, bind] = binding(target, made.shape.kind === 'any' ? shape : made.shape, spot)
  const { writing } = scope
  const put = writing.beside(
    'tree, item, run',
    `if (!${writing.bind(isTree)}(tree)) return undefined
    const value = ${converted(shape, made, spot)}
    if (value === undefined) return undefined
    ${write}
    ${key === 'resource' ? 'run.homes.set(kept, tree)' : ''}
    return kept`,
  )
  if (made.isOne) return { scope, action: bind(`${put}(${parent}, ${made.value}, run)`) }
  const several = severalOf(repeats === false, key, spot.place)
  const found = writing.fresh()
  const putAny = `Array.isArray(${found}) ? ${writing.bind(several)}(${parent}, ${found}, run, ${put}) : ${put}(${parent}, ${found}, run)`
  return {
    scope,
    action: `const ${found} = ${made.value}
    ${bind(`${writing.bind(isAbsent)}(${found}) ? undefined : ${putAny}`)}`,
  }
}

type Put = (tree: unknown, item: unknown, run: Run) => unknown

/** Puts each of a list of values; gives the last one kept. An element for one value takes the first, and tells. */
function severalOf(isSingle: boolean, key: string, place: string) {
  return (tree: unknown, items: readonly unknown[], run: Run, put: Put): unknown => {
    const present = items.filter((item) => !isAbsent(item))
    if (isSingle && present.length > 1) {
      run.issues.push(issue('value', `${key} takes one value; there are several.`, located(place, run)))
    }
    let kept: unknown
    for (const item of isSingle ? present.slice(0, 1) : present) kept = put(tree, item, run) ?? kept
    return kept
  }
}

/** The value of `item` as the element takes it; undefined when it does not fit, which is told. */
function converted(shape: Shape, made: Computed, { scope, place }: Spot): Code {
  if (made.isReference && shape.name === 'Reference') return '({ reference: item })'
  const { bind } = scope.writing
  if (shape.kind === 'primitive') {
    const { cast } = shape
    const isFit = made.literal !== undefined && cast?.(made.literal) === made.literal
    return cast && !isFit ? `${bind(casting(cast, shape.name, place))}(item, run)` : 'item'
  }
  const own = made.own ? 'item' : `${bind(copied)}(item)`
  if (made.isOne || shape.kind === 'any') return own
  return `${bind(isTree)}(item) ? ${own} : ${bind(telling(shape.name, place))}(run)`
}

const casting =
  (cast: NonNullable<Shape['cast']>, type: string, place: string) => (value: unknown, run: Run) => {
    const fit = cast(value)
    if (fit === undefined)
      run.issues.push(issue('value', `The value is no ${type}.`, located(place, run, value)))
    return fit
  }

const telling = (type: string, place: string) => (run: Run) => {
  run.issues.push(issue('value', `${type} has parts; this is a single value.`, located(place, run)))
}
