import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { Failure, issue } from '../../fhir/outcome.ts'
import type { Code, Writing } from '../compile/code.ts'
import { nearest, type Unit } from '../compile/context.ts'
import type { Scope, Variable } from '../compile/scope.ts'
import { userFunctions, WrongValue } from '../functions.ts'
import type { Expression as Written } from '../language/syntax.ts'
import { located } from '../located.ts'
import type { Frame, Run } from '../run.ts'
import type { Shape } from '../shapes/shape.ts'
import { fast } from './fast.ts'
import { type Items, itemsOf, unlisted, unusual } from './items.ts'
import { findings, type Node } from './names.ts'
import { parse } from './parse.ts'
import type { Part } from './part.ts'

/** A FHIRPath, ready to be evaluated. What it gives may be part of the input: copy before writing. */
type Expression = (context: unknown, frame: Frame, run: Run) => Items

/** What a run gives to every expression. */
const given = ['now', 'zone'] as const

/** The code of an expression, by that of what it is evaluated on. */
export type Evaluated = (context: Code) => Code

/** Compiles FHIRPath; unknown variables and functions are told as faults. `place` is where a fault of a run is told. */
export function expression(
  written: Written,
  { scope, unit, shape, place }: { scope: Scope; unit: Unit; shape: Shape; place: string },
): Evaluated {
  const found = checked(written, scope, unit)
  if (!found) return () => 'undefined'
  const { tree, variables, constants } = found
  const { writing } = scope
  const tell = telling(written, place)
  const slow = told(
    once(() => byFhirpath(written, shape, [...variables.values()], constants)),
    tell,
  )
  const part = fast(tree, { writing, focus: shape, self: shape, variables, constants })
  const name = part ? quick(part, slow, tell, writing) : writing.bind(slow)
  return (context) => `${name}(${context}, frame, run)`
}

/** The quick form, as a function; what it was not made for goes to the slow one. */
function quick({ code }: Part, slow: Expression, tell: Tell, { beside, bind }: Writing): Code {
  const otherwise = (thrown: unknown, context: unknown, frame: Frame, run: Run): Items =>
    thrown === unusual ? slow(context, frame, run) : tell(thrown, run)
  return beside(
    'context, frame, run',
    `try {
      const self = ${bind(itemsOf)}(context)
      return ${code('self', 'self')}
    } catch (thrown) {
      return ${bind(otherwise)}(thrown, context, frame, run)
    }`,
  )
}

/** Most maps are for messages that seldom come: what fhirpath.js is to evaluate is made when it is needed. */
const told =
  (made: () => Expression, tell: Tell): Expression =>
  (context, frame, run) => {
    try {
      return made()(context, frame, run)
    } catch (thrown) {
      return tell(thrown, run)
    }
  }

type Tell = (thrown: unknown, run: Run) => undefined

const telling =
  ({ text: path }: Written, place: string): Tell =>
  (thrown, run) => {
    // The message of any other error may quote the value.
    const text = thrown instanceof Failure ? thrown.message : `The value does not fit ${path.trim()}`
    const value = thrown instanceof WrongValue ? thrown.value : undefined
    run.issues.push(issue('value', text, located(place, run, value, path)))
  }

/** Whether a condition holds: one true, or one value that is no boolean. */
export const holds = (result: Items): boolean =>
  result !== undefined && result !== false && !Array.isArray(result)

/** An expression as it was parsed, and what its names stand for; undefined when it is at fault, which has been told. */
function checked(written: Written, scope: Scope, unit: Unit) {
  const parsed = parsedOf(written, unit)
  if (!parsed) return undefined
  const variables = new Map<string, Variable>()
  const constants: Record<string, unknown> = {}
  let sound = true
  const refuse = (text: string) => {
    unit.fault(written, text)
    sound = false
  }
  for (const name of parsed.variables) {
    const variable = scope.variables.get(name)
    if (variable) variables.set(name, variable)
    else if (unit.constants.has(name)) constants[name] = unit.constants.get(name)
    else if (!isGiven(name) && !standard.includes(name)) {
      refuse(
        `There is no variable %${name} here.${nearest(name, [...scope.variables.keys(), ...unit.constants.keys(), ...given])}`,
      )
    }
  }
  for (const text of parsed.refusals) refuse(text)
  return sound ? { tree: parsed.tree, variables, constants } : undefined
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const isGiven = (name: string) => (given as readonly string[]).includes(name)
/** FHIRPath's own. */
const standard = ['context', 'ucum', 'sct', 'loinc']

function parsedOf(written: Written, unit: Unit): Parsed | undefined {
  const known = parsed.get(written)
  if (known) return known
  try {
    const tree = parse(written.text)
    const made = { tree, ...findings(tree) }
    parsed.set(written, made)
    return made
  } catch {
    unit.fault(written, `This is not FHIRPath: ${written.text.trim()}`)
    return undefined
  }
}

type Parsed = { tree: Node } & ReturnType<typeof findings>

/** By what was written: a group is compiled once for each shape that it is invoked with. */
const parsed = new WeakMap<Written, Parsed>()

function byFhirpath(
  { text }: Written,
  shape: Shape,
  variables: readonly Variable[],
  constants: Record<string, unknown>,
): Expression {
  const path = shape.model === 'fhir' ? { base: shape.name, expression: text } : text
  const run = fhirpath.compile(path, r4, { async: false, userInvocationTable: userFunctions })
  return (context, frame, { options }) => {
    const environment: Record<string, unknown> = { ...constants, now: options.now, zone: options.zone }
    for (const { name, slot } of variables) environment[name] = frame[slot]
    return unlisted(run(context ?? [], environment))
  }
}
