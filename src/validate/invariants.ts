import type { ElementDefinitionConstraint } from '@medplum/fhirtypes'
import fhirpath from 'fhirpath'
import { model } from '../fhir/fhirpath.ts'
import { type Check, type Context, type Fault, report } from './check.ts'
import type { Holds } from './natives.ts'
import { Beyond, simplePath } from './simple-path.ts'

/** Told by the structure itself, or best practice only: never evaluated. */
const settled = new Set(['ele-1', 'ext-1', 'dom-6', 'txt-1', 'txt-2'])

/** A check that a constraint holds, in the given way or by its FHIRPath; nothing for those that are settled elsewhere. */
export function invariantCheck(
  constraint: ElementDefinitionConstraint,
  base: string,
  native?: Holds,
): Check | undefined {
  const { key, human, expression, severity } = constraint
  if (settled.has(key) || !expression) return undefined
  const broken: Fault = {
    case: 'invariant',
    text: `${human} (${key})`,
    rule: key,
    ...(severity === 'warning' && { severity }),
  }
  const holds = native ?? compiled(expression, base, severity === 'warning')
  return (value, place, context) => {
    if (!holds(value, context)) report(context, broken, place)
  }
}

const ucum = 'http://unitsofmeasure.org'

/**
 * What does not evaluate does not hold: the caller is told, and nothing is thrown. What evaluates to nothing, since
 * elements are missing, breaks a rule; it is not worth a warning.
 */
function compiled(expression: string, base: string, isLenient: boolean): Holds {
  const evaluate = evaluation(expression, base)
  return (value, context) => {
    try {
      const [result, ...more] = evaluate(value, context)
      return more.length === 0 && (result === true || (isLenient && result === undefined))
    } catch {
      return false
    }
  }
}

/** An expression by the quick rules where they are enough, by fhirpath.js otherwise. Fails when it cannot be read. */
function evaluation(expression: string, base: string): Evaluate {
  const whole = byEngine(expression, base)
  const quick = simplePath(expression)
  if (!quick) return whole
  return (value, context) => {
    try {
      return quick(value, context)
    } catch (error) {
      if (error instanceof Beyond) return whole(value, context)
      throw error
    }
  }
}

type Evaluate = (value: unknown, context: Context) => readonly unknown[]

/** An expression by fhirpath.js. */
export function byEngine(expression: string, base: string): Evaluate {
  // What its functions trace would be patients' data in a log.
  const evaluate = fhirpath.compile({ base, expression }, model, { async: false, traceFn: () => undefined })
  return (value, { root, resource }) =>
    evaluate(value, { resource, rootResource: root, context: value, ucum })
}
