import { type Issue, issue } from '../fhir/outcome.ts'
import type { Case } from '../fhir/telling.ts'
import { expressionOf, type Place } from './place.ts'

/** A JSON object that has not been looked at yet. */
export type Json = Readonly<Record<string, unknown>>

/** What one validation knows and finds. */
export interface Context {
  readonly issues: Issue[]
  /** The resource that was handed in: FHIRPath's `%rootResource`. */
  readonly root: Json
  /** The one being looked at, which may be contained in the root: FHIRPath's `%resource`. */
  readonly resource: Json
}

/** Looks at one value and adds what is wrong with it to the context's issues. */
export type Check = (value: unknown, place: Place, context: Context) => void

/** Something wrong that does not depend on the place. */
export interface Fault {
  readonly case: Case
  readonly text: string
  readonly severity?: 'warning'
  /** Key of the invariant. */
  readonly rule?: string
}

export function fault(what: Case, text: string): Fault {
  return { case: what, text }
}

export function report(context: Context, { case: what, text, severity, rule }: Fault, place: Place): void {
  context.issues.push({ ...issue(what, text, expressionOf(place), severity), ...(rule && { rule }) })
}

/** One check that does all of these in turn; nothing at all when there are none. */
export function all(checks: readonly Check[]): Check | undefined {
  const [first, second, ...rest] = checks
  if (!first || !second) return first
  if (rest.length === 0)
    return (value, place, context) => {
      first(value, place, context)
      second(value, place, context)
    }
  return (value, place, context) => {
    for (const check of checks) check(value, place, context)
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Own property of an object that came from outside: never what its prototype has. */
export function own(value: Json, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

/** The values under a name, whether one or a list; without the empty places of a list of primitives. */
export function valuesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : [value]
}
