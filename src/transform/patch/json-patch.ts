import { applyPatch, type Operation } from '@medplum/core'
import type { Resource } from '@medplum/fhirtypes'
import { copyOf, writeAs, writtenIn } from '../../fhir/decimals.ts'
import { failure, failures, type Issue, issue } from '../../fhir/outcome.ts'
import type { Patch } from './patch.ts'

/** Operations → the members that each of them has beside `op`. */
const members: Readonly<Record<string, readonly string[]>> = {
  add: ['path', 'value'],
  remove: ['path'],
  replace: ['path', 'value'],
  move: ['from', 'path'],
  copy: ['from', 'path'],
  test: ['path', 'value'],
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A JSON Patch, read. The patch itself fails with business-rule when an operation finds nothing, or a test does not hold.
 *
 * Fails: structure and value, with every operation at fault.
 * Source: RFC 6902; FHIR R4, http, patch.
 */
export function jsonPatchOf(sent: unknown, place = 'Patch'): Patch {
  if (!Array.isArray(sent)) throw failure('structure', 'A JSON Patch is a list of operations.', place)
  const faults = sent.flatMap((operation, index) => faultsOf(operation, `${place}[${index}]`))
  if (faults.length > 0) throw failures(faults)
  const operations = sent as readonly Operation[] // each has been looked at
  return (resource) => patched(resource, operations, place)
}

function faultsOf(operation: unknown, place: string): Issue[] {
  const named = isObject(operation) && typeof operation.op === 'string' ? members[operation.op] : undefined
  if (!isObject(operation) || !named) {
    const all = Object.keys(members).join(', ')
    return [issue('value', `The op of an operation is one of ${all}.`, `${place}.op`)]
  }
  return named.flatMap((name) => {
    const value = operation[name]
    if (name === 'value') {
      return value === undefined ? [issue('required', 'This operation has a value.', `${place}.value`)] : []
    }
    if (typeof value === 'string' && /^(\/([^~]|~[01])*)?$/.test(value)) return []
    return [issue('value', `${name} is a JSON Pointer, such as /status.`, `${place}.${name}`)]
  })
}

function patched(resource: Resource, operations: readonly Operation[], place: string): Resource {
  const next = copyOf(resource)
  for (const [index, operation] of operations.entries()) {
    const wrong = faultIn(next, copyOf(operation))
    if (wrong !== undefined) throw failure('business-rule', told[wrong] ?? inapplicable, `${place}[${index}]`)
    const written = writtenIn(operation, 'value')
    if (written !== undefined) writeAt(next, operation.path, written)
  }
  return next
}

/** A number that was given stands there as it was written. */
function writeAt(resource: Resource, pointer: string, written: string): void {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const key = steps.pop() ?? ''
  const holder = steps.reduce<unknown>((at, step) => Object(at)[step], resource) // where the operation has put it
  writeAs(holder, key, written)
}

/** The kind of fault with which an operation fails; the package throws when a pointer reaches for a prototype. */
function faultIn(resource: Resource, operation: Operation): string | undefined {
  try {
    return applyPatch(resource, [operation])[0]?.name
  } catch {
    return 'Error'
  }
}

const inapplicable = 'This operation cannot be applied here.'

/** What went wrong, without the values: they may be a patient's. */
const told: Readonly<Record<string, string>> = {
  MissingError: 'There is nothing at this path. Read the resource again.',
  TestError: 'This test does not hold. Read the resource again.',
}
