import type { Resource } from '@medplum/fhirtypes'
import { copyOf, writtenIn } from '../../fhir/decimals.ts'
import { failure, failures, type Issue, issue } from '../../fhir/outcome.ts'
import { isSameJson } from '../../fhir/same.ts'
import { insert, isPointer, isWithin, remove, replace, type Said, saidAt, spotOf } from './json-pointer.ts'
import type { Patch } from './patch.ts'

/** One operation, with the members that its `op` has. */
type Operation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string }

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
  return (resource) => {
    const next = copyOf(resource)
    for (const [index, operation] of operations.entries()) apply(next, operation, `${place}[${index}]`)
    return next
  }
}

/** What is wrong with an operation; members that it does not have are passed over, as the standard wants. */
function faultsOf(operation: unknown, place: string): Issue[] {
  const named = isObject(operation) && typeof operation.op === 'string' ? members[operation.op] : undefined
  if (!isObject(operation) || !named) {
    const all = Object.keys(members).join(', ')
    return [issue('value', `The op of an operation is one of ${all}.`, `${place}.op`)]
  }
  const faults = named.flatMap((name) => {
    const value = operation[name]
    if (name === 'value') {
      return value === undefined ? [issue('required', 'This operation has a value.', `${place}.value`)] : []
    }
    if (isPointer(value)) return []
    return [issue('value', `${name} is a JSON Pointer, such as /status.`, `${place}.${name}`)]
  })
  return faults.length > 0 ? faults : intoItself(operation as Operation, place) // its members are there
}

/** Source: RFC 6902, 4.4. */
function intoItself(operation: Operation, place: string): Issue[] {
  if (operation.op !== 'move' || !isWithin(operation.path, operation.from)) return []
  return [issue('value', 'Nothing can be moved into itself: path begins with from.', `${place}.path`)]
}

/** Source: RFC 6902, 4. */
function apply(resource: Resource, operation: Operation, place: string): void {
  const at = (pointer: string) => spotOf(resource, pointer, place)
  const found = (pointer: string) => (pointer === '' ? whole(resource) : saidAt(at(pointer), place))
  switch (operation.op) {
    case 'add':
      insert(at(operation.path), given(operation), place)
      break
    case 'remove':
      remove(at(operation.path), place)
      break
    case 'replace':
      replace(at(operation.path), given(operation), place)
      break
    case 'copy':
      insert(at(operation.path), copied(found(operation.from)), place)
      break
    case 'move': {
      const said = remove(at(operation.from), place)
      insert(at(operation.path), said, place) // places are those without it
      break
    }
    case 'test':
      if (isSameJson(found(operation.path).value, operation.value)) break
      throw failure('business-rule', 'This test does not hold. Read the resource again.', place)
  }
}

const whole = (resource: Resource): Said => ({ value: resource, written: undefined })

/** A value that was given stands there as it was written. */
const given = (operation: { value: unknown }): Said =>
  copied({ value: operation.value, written: writtenIn(operation, 'value') })

const copied = ({ value, written }: Said): Said => ({ value: copyOf(value), written })
