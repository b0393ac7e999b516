import { type Check, type Context, fault, isObject, type Json, own, report } from './check.ts'
import { below, type Place } from './place.ts'
import type { Primitive } from './primitives.ts'

/** Looks at what one property holds, knowing the object it stands in. */
export type Property = (value: unknown, owner: Json, place: Place, context: Context) => void

const notList = fault('structure', 'A list belongs here: put the value in square brackets.')
const notOne = fault('structure', 'Only one value belongs here, without square brackets.')
export const noNull = fault('structure', 'null is no value: leave the element out.')
const emptyList = fault('structure', 'An empty list: leave the element out.')
const unmatched = fault(
  'structure',
  'The list of extensions is longer than the list of values: fill up with null.',
)

export function single(step: string, check: Check): Property {
  return (value, _owner, place, context) => {
    if (Array.isArray(value)) report(context, notOne, below(place, step))
    else check(value, below(place, step), context)
  }
}

export function list(step: string, check: Check): Property {
  return (value, _owner, place, context) => {
    if (!Array.isArray(value)) return report(context, notList, below(place, step))
    if (value.length === 0) return report(context, emptyList, below(place, step))
    for (let index = 0; index < value.length; index++) check(value[index], below(place, step, index), context)
  }
}

export function primitiveSingle(step: string, primitive: Primitive, rules: Check | undefined): Property {
  return (value, _owner, place, context) => {
    const wrong = value === null ? noNull : Array.isArray(value) ? notOne : primitive(value)
    if (wrong) report(context, wrong, below(place, step))
    else if (rules) rules(value, below(place, step), context)
  }
}

/** A value of a list may be null where the list of its extensions has something. */
export function primitiveList(
  name: string,
  step: string,
  primitive: Primitive,
  rules: Check | undefined,
): Property {
  return (value, owner, place, context) => {
    if (!Array.isArray(value)) return report(context, notList, below(place, step))
    if (value.length === 0) return report(context, emptyList, below(place, step))
    const companions = own(owner, `_${name}`)
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null && Array.isArray(companions) && isObject(companions[index])) continue
      const wrong = value[index] === null ? noNull : primitive(value[index])
      if (wrong) report(context, wrong, below(place, step, index))
      else if (rules) rules(value[index], below(place, step, index), context)
    }
  }
}

export function companionSingle(name: string, step: string, check: Check): Property {
  return (value, owner, place, context) =>
    checkCompanion(value, own(owner, name), below(place, step), check, context)
}

export function companionList(name: string, step: string, check: Check): Property {
  return (value, owner, place, context) => {
    if (!Array.isArray(value)) return report(context, notList, below(place, step))
    if (value.length === 0) return report(context, emptyList, below(place, step))
    const values = own(owner, name)
    const length = Array.isArray(values) ? values.length : undefined
    if (length !== undefined && value.length > length) report(context, unmatched, below(place, step))
    for (let index = 0; index < value.length; index++) {
      const beside = Array.isArray(values) ? values[index] : undefined
      if (value[index] === null && beside !== undefined && beside !== null) continue
      checkCompanion(value[index], beside, below(place, step, index), check, context)
    }
  }
}

/** The id and the extensions of a primitive: an id alone is enough where there is a value. */
function checkCompanion(
  companion: unknown,
  value: unknown,
  place: Place,
  check: Check,
  context: Context,
): void {
  const hasValue = value !== undefined && value !== null
  if (hasValue && isObject(companion) && isIdOnly(companion)) return
  check(companion, place, context)
}

function isIdOnly(companion: Json): boolean {
  return typeof companion.id === 'string' && companion.id.length > 0 && Object.keys(companion).length === 1
}
