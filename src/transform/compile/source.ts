import { issue } from '../../fhir/outcome.ts'
import { type Expression, expression, holds } from '../expressions/expression.ts'
import { listed } from '../expressions/items.ts'
import type { Literal, Named, Source } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Action, Frame, Run, Value } from '../run.ts'
import { derives } from '../shapes/fhir.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import { isTree, isUnsaid, listOf } from '../values.ts'
import type { Unit } from './context.ts'
import { declare, type Scope, type Variable } from './scope.ts'
import { type Read, reading, stepDown } from './transform.ts'

/** A source, compiled: runs what follows once for each item that it lets through. */
export interface Reads {
  scope: Scope
  variable: Variable
  /** The items, before they are bound to the variable. */
  each(next: Action): Action
}

/**
 * Compiles a source of a rule. Clauses apply in this order: type, default, where, cardinality, list mode, check.
 *
 * A source without element is its variable, as one item, when that is there.
 */
export function reads(source: Source, outer: Scope, unit: Unit, place: string): Reads | undefined {
  const found = reading(source.path, { unit, scope: outer })
  if (!found) return undefined
  const typed = source.type ? ofType(source.type, found, unit) : found
  const { name } = source.alias ?? { name: '' }
  if (name && outer.variables.has(name)) {
    unit.fault(source.alias ?? source, `There is a variable "${name}" here already; take another name.`)
  }
  const [scope, variable] = declare(outer, { name, shape: typed.shape, mode: found.variable.mode })
  const clauses = compiledClauses(source, scope, unit, typed.shape, place)
  const { slot } = variable
  return {
    scope,
    variable,
    each(next) {
      const [only, ...more] = clauses
      if (!only) return all(typed.value, slot, next)
      const several = filtered(typed.value, slot, clauses, next)
      return only.holds && !more.length ? oneOr(several, typed.value, only.holds, next) : several
    },
  }
}

/** The quick way: every item. */
function all(value: Value, slot: number, next: Action): Action {
  return (frame, run) => {
    const found = value(frame, run)
    if (found === undefined || found === null || found === '') return
    if (!Array.isArray(found)) {
      frame[slot] = found
      next(frame, run)
      return
    }
    for (const item of found) {
      frame[slot] = item
      next(frame, run)
    }
  }
}

/** What a source that has no other clause than `where` mostly reads: one item, or none. */
function oneOr(several: Action, value: Value, holds: Holds, next: Action): Action {
  return (frame, run) => {
    const found = value(frame, run)
    if (Array.isArray(found)) return several(frame, run)
    if (isUnsaid(found)) return
    if (holds(found, frame, run)) next(frame, run)
  }
}

type Holds = (item: unknown, frame: Frame, run: Run) => boolean

interface Clause {
  (items: readonly unknown[], frame: Frame, run: Run): readonly unknown[]
  /** Of a `where`: whether it lets an item through. */
  holds?: Holds
}

function filtered(value: Value, slot: number, clauses: readonly Clause[], next: Action): Action {
  return (frame, run) => {
    let items = listOf(value(frame, run))
    for (const clause of clauses) items = clause(items, frame, run)
    for (const item of items) {
      frame[slot] = item
      next(frame, run)
    }
  }
}

function compiledClauses(source: Source, scope: Scope, unit: Unit, shape: Shape, place: string): Clause[] {
  const slot = scope.slots.count - 1
  const compile = (written: NonNullable<Source['where']>) =>
    expression(written, { scope, unit, shape, place })
  const clauses: Clause[] = []
  if (source.default) clauses.push(defaulting(source.default, scope, unit, place))
  if (source.where) clauses.push(keeping(compile(source.where), slot))
  if (source.cardinality) clauses.push(counting(source, place))
  if (source.listMode) clauses.push(listModes[source.listMode](place))
  if (source.check) clauses.push(checking(compile(source.check), source.check.text.trim(), slot, place))
  if (source.log) clauses.push(logging(source.log, place))
  return clauses
}

function defaulting(value: NonNullable<Source['default']>, scope: Scope, unit: Unit, place: string): Clause {
  if (value.kind === 'literal') return (items) => (items.length ? items : [value.value])
  const evaluate = expression(value, { scope, unit, shape: plain, place })
  return (items, frame, run) => (items.length ? items : listed(evaluate(undefined, frame, run)))
}

function keeping(condition: Expression, slot: number): Clause {
  const isKept: Holds = (item, frame, run) => {
    frame[slot] = item
    return holds(condition(item, frame, run))
  }
  const keep: Clause = (items, frame, run) => items.filter((item) => isKept(item, frame, run))
  return Object.assign(keep, { holds: isKept })
}

function counting({ cardinality, path }: Source, place: string): Clause {
  const { min, max } = cardinality ?? { min: 0, max: Number.POSITIVE_INFINITY }
  const what = path.names.map(({ name }) => name).join('.')
  return (items, _frame, run) => {
    if (items.length < min) {
      run.issues.push(
        issue(
          'required',
          `${what} is needed ${times(min)}, and is there ${times(items.length)}.`,
          located(place, run),
        ),
      )
    }
    if (items.length > max) {
      run.issues.push(
        issue(
          'value',
          `${what} may be there ${times(max)}, and is there ${times(items.length)}.`,
          located(place, run),
        ),
      )
    }
    return items
  }
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`)

const listModes: Record<NonNullable<Source['listMode']>, (place: string) => Clause> = {
  first: () => (items) => items.slice(0, 1),
  not_first: () => (items) => items.slice(1),
  last: () => (items) => items.slice(-1),
  not_last: () => (items) => items.slice(0, -1),
  only_one: (place) => (items, _frame, run) => {
    if (items.length > 1)
      run.issues.push(issue('value', `Only one is expected; there are ${items.length}.`, located(place, run)))
    return items.length > 1 ? [] : items
  },
}

function checking(condition: Expression, text: string, slot: number, place: string): Clause {
  return (items, frame, run) => {
    for (const item of items) {
      frame[slot] = item
      if (!holds(condition(item, frame, run))) {
        run.issues.push(
          issue('value', `What came is not as the map requires: ${text}`, located(place, run, item)),
        )
      }
    }
    return items
  }
}

function logging({ value }: Literal, place: string): Clause {
  return (items, _frame, run) => {
    if (items.length)
      run.issues.push(issue('informational', String(value), located(place, run), 'information'))
    return items
  }
}

/** Only items of a type: one way of a choice, resources of a type, or JSON values of a kind. */
function ofType(type: Named, found: Read, unit: Unit): Pick<Read, 'value' | 'shape'> {
  if (found.choice) {
    const { choices } = found.choice
    const choice = choices.get(type.name)
    if (choice) return { value: stepDown(found.choice.parent, [choice.key]), shape: choice.shape }
    unit.fault(type, `This is never a ${type.name}. It is one of: ${[...choices.keys()].join(', ')}.`)
    return found
  }
  if (found.shape.kind === 'any' && Object.hasOwn(kinds, type.name)) {
    return { value: only(found.value, kinds[type.name] ?? isTree), shape: plain }
  }
  const shape = unit.shape(type)
  if (!found.shape.takes(shape)) unit.fault(type, `${found.shape.name} is never a ${type.name}.`)
  const { resourceType } = shape.create()
  if (resourceType) return { value: only(found.value, (item) => isA(item, shape.name)), shape }
  if (found.shape.kind !== 'any') return { value: found.value, shape }
  return { value: only(found.value, shape.kind === 'complex' ? isTree : (item) => !isTree(item)), shape }
}

const isA = (item: unknown, type: string) => isTree(item) && derives(String(item.resourceType), type)

const only =
  (value: Value, isOne: (item: unknown) => boolean): Value =>
  (frame, run) =>
    listOf(value(frame, run)).filter(isOne)

/** The kinds of JSON values, as types are called in maps. */
const kinds: Record<string, (item: unknown) => boolean> = {
  string: (item) => typeof item === 'string',
  boolean: (item) => typeof item === 'boolean',
  integer: (item) => Number.isInteger(item),
  decimal: (item) => typeof item === 'number',
  object: isTree,
}
