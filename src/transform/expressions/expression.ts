import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { Failure, issue } from '../../fhir/outcome.ts'
import type { Code } from '../compile/code.ts'
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
  const ready = checked(written, scope, unit, shape)
  if (!ready) return () => 'undefined'
  const evaluated: Expression = (context, frame, run) => {
    const evaluate = ready()
    try {
      return evaluate(context, frame, run)
    } catch (thrown) {
      // The message of any other error may quote the value.
      const text =
        thrown instanceof Failure ? thrown.message : `The value does not fit ${written.text.trim()}`
      const value = thrown instanceof WrongValue ? thrown.value : undefined
      run.issues.push(issue('value', text, located(place, run, value, written.text)))
      return undefined
    }
  }
  return (context) => `${scope.writing.bind(evaluated)}(${context}, frame, run)`
}

/** Whether a condition holds: one true, or one value that is no boolean. */
export const holds = (result: Items): boolean =>
  result !== undefined && result !== false && !Array.isArray(result)

/** Tells what is wrong now, and compiles when it is first evaluated: a message is told by few of all expressions. */
function checked(written: Written, scope: Scope, unit: Unit, shape: Shape): (() => Expression) | undefined {
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
  if (!sound) return undefined
  return once(() => {
    const slow = once(() => byFhirpath(written, shape, [...variables.values()], constants))
    const part = fast(parsed.tree, { focus: shape, self: shape, variables, constants })
    return part ? quick(part, slow) : slow()
  })
}

/** The quick form; what it was not made for goes to fhirpath.js. */
function quick({ evaluate }: Part, slow: () => Expression): Expression {
  return (context, frame, run) => {
    try {
      const items = itemsOf(context)
      return evaluate(items, items, frame, run)
    } catch (thrown) {
      if (thrown !== unusual) throw thrown
      return slow()(context, frame, run)
    }
  }
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
