import type { ElementDefinition } from '@medplum/fhirtypes'
import { isSameJson } from '../fhir/same.ts'
import { isObject, own } from './check.ts'

/** What an element must be: exactly (`fixed[x]`), or at least (`pattern[x]`). */
export interface Expected {
  readonly kind: 'fixed' | 'pattern'
  readonly value: unknown
}

/** The fixed value or pattern of an element; nothing when it has neither. */
export function expectedOf(definition: ElementDefinition): Expected | undefined {
  for (const [name, value] of Object.entries(definition)) {
    if (/^fixed[A-Z]/.test(name)) return { kind: 'fixed', value }
    if (/^pattern[A-Z]/.test(name)) return { kind: 'pattern', value }
  }
  return undefined
}

export function isAsExpected(value: unknown, expected: Expected): boolean {
  return expected.kind === 'fixed' ? isSameJson(value, expected.value) : isPattern(value, expected.value)
}

/** All of the pattern is in the value, which may say more; lists in any order. */
function isPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((one) => value.some((other) => isPattern(other, one)))
  if (!isObject(pattern)) return value === pattern
  return isObject(value) && Object.keys(pattern).every((name) => isPattern(own(value, name), pattern[name]))
}
