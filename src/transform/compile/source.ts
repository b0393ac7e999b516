import { issue } from '../../fhir/outcome.ts'
import { expression, holds } from '../expressions/expression.ts'
import { listed } from '../expressions/items.ts'
import type { Expression, Literal, Named, Source } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import { derives } from '../shapes/fhir.ts'
import { plain, type Shape } from '../shapes/shape.ts'
import { isTree, isUnsaid, listOf } from '../values.ts'
import { type Code, quoted, type Writing } from './code.ts'
import type { Unit } from './context.ts'
import { declare, held, type Scope, type Variable } from './scope.ts'
import { type Read, reading, stepDown } from './transform.ts'

/** A source, compiled: runs what follows once for each item that it lets through. */
export interface Reads {
  scope: Scope
  variable: Variable
  /** Statements that bind each item to the variable, with those that follow. */
  each(next: Code): Code
}

/**
 * Compiles a source of a rule. Clauses apply in this order: type, default, where, cardinality, list mode, check.
 *
 * A source without element is its variable, as one item, when that is there.
 */
export function reads(source: Source, outer: Scope, unit: Unit, place: string): Reads | undefined {
  const found = reading(source.path, { unit, scope: outer })
  if (!found) return undefined
  const typed = source.type ? ofType(source.type, found, unit, outer.writing) : found
  const { name } = source.alias ?? { name: '' }
  if (name && outer.variables.has(name)) {
    unit.fault(source.alias ?? source, `There is a variable "${name}" here already; take another name.`)
  }
  const [scope, variable] = declare(outer, { name, shape: typed.shape, mode: found.variable.mode })
  const around = { scope, unit, place, variable, shape: typed.shape }
  const where = source.where && condition(source.where, around)
  const clauses = compiledClauses(source, where, around)
  return {
    scope,
    variable,
    each(next) {
      const isPlain = clauses.length === (where ? 1 : 0)
      const items = isPlain ? kept(typed.value, where, scope.writing) : filtered(typed.value, clauses, scope)
      return forEach(items, variable, next, scope.writing)
    },
  }
}

/** Runs statements for each item of a list, or for the one item. */
function forEach(items: Code, variable: Variable, next: Code, { fresh }: Writing): Code {
  const [found, isList, at, count] = [fresh(), fresh(), fresh(), fresh()]
  return `const ${found} = ${items}
  if (${found} !== undefined && ${found} !== null && ${found} !== '') {
    const ${isList} = Array.isArray(${found})
    for (let ${at} = 0, ${count} = ${isList} ? ${found}.length : 1; ${at} < ${count}; ${at}++) {
      ${held(variable)} = ${isList} ? ${found}[${at}] : ${found}
      ${next}
    }
  }`
}

/** What a source that has no other clause than `where` reads: mostly one item, or none, for which no list is made. */
function kept(value: Code, where: Condition | undefined, writing: Writing): Code {
  if (!where) return value
  const one = writing.beside(
    'found, frame, run',
    `if (Array.isArray(found)) return found.filter((item) => ${where('item')})
    return !${writing.bind(isUnsaid)}(found) && ${where('found')} ? found : undefined`,
  )
  return `${one}(${value}, frame, run)`
}

/** Items through clauses, one after the other. */
const filtered = (value: Code, clauses: readonly Clause[], { writing }: Scope): Code =>
  clauses.reduce((items, clause) => clause(items), `${writing.bind(listOf)}(${value})`)

/** Code for whether an item, of which it is given the name, is as a map asks; the item is bound for it. */
type Condition = (item: Code) => Code
/** Code for the items that a clause lets through. */
type Clause = (items: Code) => Code

/** Where clauses stand. */
interface Around {
  scope: Scope
  unit: Unit
  shape: Shape
  place: string
  variable: Variable
}

function condition(written: Expression, { scope, unit, shape, place, variable }: Around): Condition {
  const evaluated = expression(written, { scope, unit, shape, place })
  return (item) => `${scope.writing.bind(holds)}(${evaluated(`(${held(variable)} = ${item})`)})`
}

function compiledClauses(source: Source, where: Condition | undefined, around: Around): Clause[] {
  const { place } = around
  const { bind } = around.scope.writing
  const clauses: Clause[] = []
  const through = (filter: Through) => clauses.push((items) => `${bind(filter)}(${items}, run)`)
  if (source.default) clauses.push(defaulting(source.default, around))
  if (where) clauses.push((items) => `${items}.filter((item) => ${where('item')})`)
  if (source.cardinality) through(counting(source, place))
  if (source.listMode) through(listModes[source.listMode](place))
  if (source.check) clauses.push(checking(source.check, around))
  if (source.log) through(logging(source.log, place))
  return clauses
}

/** A clause that needs no code of its own. */
type Through = (items: readonly unknown[], run: Run) => readonly unknown[]

function defaulting(value: NonNullable<Source['default']>, { scope, unit, place }: Around): Clause {
  const { beside, bind } = scope.writing
  const given =
    value.kind === 'literal'
      ? `[${quoted(value.value)}]`
      : `${bind(listed)}(${expression(value, { scope, unit, shape: plain, place })('undefined')})`
  const orGiven = beside('items, frame, run', `return items.length ? items : ${given}`)
  return (items) => `${orGiven}(${items}, frame, run)`
}

function counting({ cardinality, path }: Source, place: string): Through {
  const { min, max } = cardinality ?? { min: 0, max: Number.POSITIVE_INFINITY }
  const what = path.names.map(({ name }) => name).join('.')
  return (items, run) => {
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

const listModes: Record<NonNullable<Source['listMode']>, (place: string) => Through> = {
  first: () => (items) => items.slice(0, 1),
  not_first: () => (items) => items.slice(1),
  last: () => (items) => items.slice(-1),
  not_last: () => (items) => items.slice(0, -1),
  only_one: (place) => (items, run) => {
    if (items.length > 1)
      run.issues.push(issue('value', `Only one is expected; there are ${items.length}.`, located(place, run)))
    return items.length > 1 ? [] : items
  },
}

function checking(check: Expression, around: Around): Clause {
  const { bind } = around.scope.writing
  const text = `What came is not as the map requires: ${check.text.trim()}`
  const tell = (item: unknown, run: Run) =>
    run.issues.push(issue('value', text, located(around.place, run, item)))
  const isHeld = condition(check, around)
  // All items go on: those that are told, too.
  return (items) => `${items}.filter((item) => ${isHeld('item')} || ${bind(tell)}(item, run))`
}

function logging({ value }: Literal, place: string): Through {
  return (items, run) => {
    if (items.length)
      run.issues.push(issue('informational', String(value), located(place, run), 'information'))
    return items
  }
}

/** Only items of a type: one way of a choice, resources of a type, or JSON values of a kind. */
function ofType(type: Named, found: Read, unit: Unit, writing: Writing): Pick<Read, 'value' | 'shape'> {
  const only = (isOne: (item: unknown) => boolean): Code =>
    `${writing.bind(listOf)}(${found.value}).filter(${writing.bind(isOne)})`
  if (found.choice) {
    const { choices } = found.choice
    const choice = choices.get(type.name)
    if (choice) return { value: stepDown(found.choice.parent, [choice.key], writing), shape: choice.shape }
    unit.fault(type, `This is never a ${type.name}. It is one of: ${[...choices.keys()].join(', ')}.`)
    return found
  }
  if (found.shape.kind === 'any' && Object.hasOwn(kinds, type.name)) {
    return { value: only(kinds[type.name] ?? isTree), shape: plain }
  }
  const shape = unit.shape(type)
  if (!found.shape.takes(shape)) unit.fault(type, `${found.shape.name} is never a ${type.name}.`)
  const { resourceType } = shape.create()
  if (resourceType) return { value: only((item) => isA(item, shape.name)), shape }
  if (found.shape.kind !== 'any') return { value: found.value, shape }
  return { value: only(shape.kind === 'complex' ? isTree : (item) => !isTree(item)), shape }
}

const isA = (item: unknown, type: string) => isTree(item) && derives(String(item.resourceType), type)

/** The kinds of JSON values, as types are called in maps. */
const kinds: Record<string, (item: unknown) => boolean> = {
  string: (item) => typeof item === 'string',
  boolean: (item) => typeof item === 'boolean',
  integer: (item) => Number.isInteger(item),
  decimal: (item) => typeof item === 'number',
  object: isTree,
}
