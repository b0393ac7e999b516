import { issue } from '../../fhir/outcome.ts'
import { expression } from '../expressions/expression.ts'
import type { Argument, At, Expression, Literal, Path, Transform } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Run } from '../run.ts'
import { fhirShape } from '../shapes/fhir.ts'
import { type Element, plain, type Shape, text } from '../shapes/shape.ts'
import { transforms } from '../transforms/index.ts'
import { elementsIn, isAbsent, saidIn } from '../values.ts'
import { type Code, quoted, type Writing } from './code.ts'
import { nearest, type Unit } from './context.ts'
import { held, type Scope, type Variable } from './scope.ts'

/** Where a transform stands: what it sees, and what it is told by. */
export interface Spot {
  unit: Unit
  scope: Scope
  /** The element that bare FHIRPath is evaluated on: the rule's first source. */
  focus: Variable | undefined
  /** Name of the rule. */
  place: string
}

/** A transform or an argument, compiled. */
export interface Computed {
  value: Code
  /** What it gives, as far as that is known. */
  shape: Shape
  /** Its own value, when it was written as one. */
  literal?: string | number | boolean
  /** The variable, when it is one without element. */
  variable?: Variable
  /** Whether it gives what the map makes, to be kept as it is: everything else is copied. */
  own?: boolean
  /** Whether it is always there, and never a list. */
  isOne?: boolean
  /** Whether it is the text of a reference, which a Reference takes as it is. */
  isReference?: boolean
}

export const nothing: Computed = { value: 'undefined', shape: plain }

export function computed(transform: Transform | Argument, spot: Spot): Computed {
  switch (transform.kind) {
    case 'literal':
      return ofLiteral(transform)
    case 'path':
      return ofPath(transform, spot)
    case 'expression':
      return ofExpression(transform, spot)
    case 'invocation': {
      const known = Object.hasOwn(transforms, transform.name) ? transforms[transform.name] : undefined
      if (!known) {
        const near = nearest(transform.name, Object.keys(transforms))
        spot.unit.fault(
          transform,
          `There is no transform ${transform.name}.${near} Transforms: ${Object.keys(transforms).join(', ')}.`,
        )
        return nothing
      }
      if ('instead' in known) {
        spot.unit.fault(transform, `The transform ${transform.name} is not supported: ${known.instead}.`)
        return nothing
      }
      const [least, most] = known.arity
      if (transform.arguments.length < least || transform.arguments.length > most) {
        spot.unit.fault(transform, `${transform.name} takes ${known.form}`)
        return nothing
      }
      return known.compile(transform.arguments, spot, transform)
    }
  }
}

function ofLiteral({ value }: Literal): Computed {
  const shape =
    typeof value === 'string'
      ? text
      : (fhirShape(typeof value === 'boolean' ? 'boolean' : numberType(value)) ?? text)
  const isOne = value !== ''
  return { value: isOne ? quoted(value) : 'undefined', shape, literal: value, isOne }
}

const numberType = (value: number) => (Number.isInteger(value) ? 'integer' : 'decimal')

function ofPath(path: Path, spot: Spot): Computed {
  const [first, ...rest] = path.names
  if (!rest.length && !spot.scope.variables.has(first.name) && spot.unit.constants.has(first.name)) {
    return ofLiteral({ ...path, kind: 'literal', value: spot.unit.constants.get(first.name) ?? '' })
  }
  const read = reading(path, spot)
  if (!read) return nothing
  const own = read.variable.mode === 'target'
  return { value: read.value, shape: read.shape, ...(!rest.length && { variable: read.variable }), own }
}

/** A variable, or an element of one. */
export interface Read {
  value: Code
  shape: Shape
  variable: Variable
  /** When the element is a choice: what it stands in, and its ways by type. */
  choice?: { parent: Code; choices: ReadonlyMap<string, Element> }
}

/** A variable and elements downwards; undefined when one is unknown, which has been told. */
export function reading(path: Path, { unit, scope }: Pick<Spot, 'unit' | 'scope'>): Read | undefined {
  const [first, ...rest] = path.names
  const variable = scope.variables.get(first.name)
  if (!variable) {
    unit.fault(
      first,
      `There is no variable "${first.name}" here.${nearest(first.name, scope.variables.keys())}`,
    )
    return undefined
  }
  let shape = variable.shape
  let value = held(variable)
  let choice: Read['choice']
  for (const { name, ...at } of rest) {
    const element = shape.element(name)
    if (!element) {
      unit.fault(at, unknownElement(name, shape))
      return undefined
    }
    choice = element.choices && { parent: value, choices: element.choices }
    const ways = element.choices ? [...element.choices.values()] : [element]
    value = stepDown(
      value,
      ways.map(({ key }) => key),
      scope.writing,
    )
    shape = element.choices ? plain : element.shape
  }
  return { value, shape, variable, ...(choice && { choice }) }
}

export function unknownElement(name: string, shape: Shape): string {
  if (shape.kind === 'primitive') return `${shape.name} has no elements, thus no "${name}".`
  return `${shape.name} has no element "${name}".${nearest(name, shape.names())}`
}

/** One of the keys of whatever `value` gives. */
export function stepDown(value: Code, keys: readonly string[], writing: Writing): Code {
  const reads = keys.map((key) => reader(key, writing))
  const [only = 'undefined', ...more] = reads
  if (!more.length) return `${only}(${value})`
  const either = writing.beside('parent', `return ${reads.map((read) => `${read}(parent)`).join(' ?? ')}`)
  return `${either}(${value})`
}

/** A function that reads one element of an object; of what is no object, and of what is no text, `elementsIn` knows. */
function reader(key: string, writing: Writing): Code {
  const elements = writing.bind(elementsIn)
  const otherwise = `${elements}(parent, ${quoted(key)})`
  if (key in Object.prototype) return writing.beside('parent', `return ${otherwise}`)
  return writing.beside(
    'parent',
    `if (typeof parent !== 'object' || parent === null) return undefined
    if (Array.isArray(parent)) return ${otherwise}
    const found = parent[${quoted(key)}]
    return found === undefined ? undefined : ${writing.bind(saidIn)}(found)`,
  )
}

function ofExpression(written: Expression, { unit, scope, focus, place }: Spot): Computed {
  const evaluated = expression(written, { unit, scope, shape: focus?.shape ?? plain, place })
  return { shape: plain, value: evaluated(focus ? held(focus) : 'undefined') }
}

/** Evaluates FHIRPath on what `on` gives. */
export function evaluating(written: Expression, on: Computed, { unit, scope, place }: Spot): Computed {
  return { shape: plain, value: expression(written, { unit, scope, shape: on.shape, place })(on.value) }
}

/** The one text of an argument; undefined when absent. More than one, or a tree, is a fault of the run. */
export function textIn(argument: Computed | undefined, { scope, place }: Spot): Code {
  if (!argument) return 'undefined'
  const { literal, value } = argument
  if (typeof literal === 'string') return value
  return `${scope.writing.bind(oneText)}(${value}, run, ${quoted(place)})`
}

function oneText(found: unknown, run: Run, place: string): string | undefined {
  if (typeof found === 'string') return found || undefined
  if (isAbsent(found)) return undefined
  if (typeof found === 'number' || typeof found === 'boolean') return String(found)
  const text = 'One text is needed here; there are several, or something with parts.'
  run.issues.push(issue('value', text, located(place, run)))
  return undefined
}

/** The literal that an argument must be; told as a fault when it is none. */
export function literalIn(
  argument: Argument | undefined,
  spot: Spot,
  at: At,
  form: string,
): string | undefined {
  if (argument?.kind === 'literal') return String(argument.value)
  spot.unit.fault(argument ?? at, form)
  return undefined
}
