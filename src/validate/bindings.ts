import type { Bindings } from '../fhir/definitions/expand.ts'
import { type Check, type Fault, fault, isObject, report, valuesOf } from './check.ts'

/** The codes of one value set. */
export interface Members {
  readonly codes: ReadonlySet<string>
  /** `system|code`. */
  readonly concepts: ReadonlySet<string>
}

/** Value sets by canonical URL without version. */
export type ValueSets = ReadonlyMap<string, Members>

/** Value sets from their codes by system, by canonical URL. */
export function valueSetsOf(bindings: Bindings): ValueSets {
  return new Map(Object.entries(bindings).map(([url, bySystem]) => [url, membersOf(bySystem)]))
}

/** The members of a value set from its codes by system. */
export function membersOf(bySystem: Readonly<Record<string, readonly string[]>>): Members {
  const entries = Object.entries(bySystem)
  return {
    codes: new Set(entries.flatMap(([, codes]) => codes)),
    concepts: new Set(entries.flatMap(([system, codes]) => codes.map((code) => `${system}|${code}`))),
  }
}

/** A check that a coded value of any type is in the value set. */
export function bindingCheck(members: Members, url: string, severity?: 'warning'): Check {
  const wrong: Fault = {
    ...fault('code-invalid', `This code is not in the value set ${url}.`),
    ...(severity && { severity }),
  }
  return (value, place, context) => {
    if (!bindingHolds(value, members)) report(context, wrong, place)
  }
}

/** Whether a code, Coding, Quantity or CodeableConcept is in the value set, by one coding at least. */
export function bindingHolds(value: unknown, members: Members): boolean {
  if (typeof value === 'string') return members.codes.has(value)
  if (!isObject(value)) return true
  if (value.coding !== undefined) return valuesOf(value.coding).some((coding) => isConcept(coding, members))
  return isConcept(value, members)
}

function isConcept(value: unknown, { concepts }: Members): boolean {
  return isObject(value) && concepts.has(`${value.system}|${value.code}`)
}
