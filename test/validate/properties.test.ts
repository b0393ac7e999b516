import { OperationOutcomeError, validateResource } from '@medplum/core'
import type { Resource } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Issue } from '../../src/fhir/outcome.ts'
import { isNear, mutants } from './mutations.ts'
import { baseValidator, projectValidator } from './support.ts'

const project = projectValidator()
const base = baseValidator()
const runs = 3000

test('no JSON value makes the validator throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.object({ key: fc.constantFrom('resourceType', '__proto__', 'status', 'x') }),
      ),
      (value) => {
        expect(project.validate(value).length).toBeGreaterThan(0)
      },
    ),
    { numRuns: runs },
  )
})

test('what was changed in a resource is told at its place, and the resource is left alone', () => {
  fc.assert(
    fc.property(mutants, ({ resource, path }) => {
      const before = JSON.stringify(resource)
      for (const { expression = '' } of project.validate(frozen(resource)))
        expect([expression, isNear(expression, path)]).toEqual([expression, true])
      expect(JSON.stringify(resource)).toBe(before)
    }),
    { numRuns: runs },
  )
})

/** What we refuse and the reference lets through, each with its reason. */
const stricter: readonly { reason: string; is: (issue: Issue) => boolean }[] = [
  { reason: 'it takes a value of another shape for a primitive or a list', is: texts(/belongs here[.,:]/) },
  { reason: 'it takes empty strings, lists and objects', is: texts(/^An empty|^An object without content/) },
  { reason: 'it takes anything that has no resourceType', is: texts(/^A resource is a JSON object/) },
  {
    reason: "it takes the names of an object's prototype, and resourceType anywhere",
    is: texts(/has no element/),
  },
  { reason: 'it takes two types of one choice beside each other', is: texts(/^Only one of the types/) },
  {
    reason: 'it only collects the codes of required bindings',
    is: ({ case: what }) => what === 'code-invalid',
  },
  { reason: 'it warns of the type that a reference leads to', is: texts(/^This reference leads to/) },
  {
    reason: 'it does not evaluate ele-1, nor ref-1 where nothing is contained',
    is: texts(/\((ele-1|ref-1)\)/),
  },
  { reason: 'it takes Duration for Quantity without its invariants', is: texts(/\((drt-1|qty-3)\)/) },
]

function texts(pattern: RegExp): (issue: Issue) => boolean {
  return ({ text }) => pattern.test(text)
}

test('whatever another validator refuses is refused here, and the reasons for refusing more are known', () => {
  fc.assert(
    fc.property(mutants, ({ resource }) => {
      const faults = base
        .validate(resource, { against: 'base' })
        .filter(({ severity }) => severity !== 'warning')
      const theirs = refusal(resource)
      if (theirs !== undefined) expect(faults, theirs).not.toEqual([])
      else expect(faults.filter((fault) => !stricter.some(({ is }) => is(fault)))).toEqual([])
    }),
    // The same mutants each time: a difference found in another run is a finding, not a failure of this one.
    { numRuns: runs, seed: 2026 },
  )
})

function refusal(resource: unknown): string | undefined {
  try {
    validateResource(resource as Resource)
    return undefined
  } catch (error) {
    return error instanceof OperationOutcomeError ? error.message : `threw ${error}`
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
