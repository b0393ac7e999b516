import type { Resource } from '@medplum/fhirtypes'
import { copyOf, writeAs } from '../../fhir/decimals.ts'
import { failure } from '../../fhir/outcome.ts'
import { fhirShape } from '../shapes/fhir.ts'
import type { Element, Shape } from '../shapes/shape.ts'
import { lengthOf, move, type Spot, splice, spotAt, unset, valueAt } from './edit.ts'
import { type Operation, operationsOf, type Value } from './operations.ts'
import type { Patch } from './patch.ts'
import { type Place, placesOf } from './places.ts'

type Of<T extends Operation['type']> = Extract<Operation, { type: T }>

/**
 * A FHIRPath Patch, read from its Parameters. The patch itself fails with business-rule where a path does not lead to the
 * one element that it needs, and with value where a path or a value does not go with the resource.
 *
 * Fails: structure, required and value, with every operation at fault.
 * Source: FHIR R4, fhirpatch.
 */
export function fhirpathPatchOf(sent: unknown, place = 'Parameters'): Patch {
  const operations = operationsOf(sent, place)
  return (resource) => {
    const next = copyOf(resource)
    for (const operation of operations) apply(next, operation)
    return next
  }
}

function apply(resource: Resource, operation: Operation): void {
  if (operation.type === 'add') add(resource, operation)
  else if (operation.type === 'insert') insert(resource, operation)
  else if (operation.type === 'delete') remove(resource, operation)
  else if (operation.type === 'replace') replace(resource, operation)
  else moveWithin(resource, operation)
}

/** Beside what is there when the element repeats; otherwise in its place. */
function add(resource: Resource, { path, place, name, value }: Of<'add'>): void {
  const into = only(placesOf(resource, path, `${place}.path`), place)
  const holder = valueAt(resource, into.steps)
  if (!isObject(holder)) throw failure('business-rule', 'This path leads to no element with parts.', place)
  put(
    holder,
    elementOf(into.steps.length === 0 ? resource.resourceType : into.type, name, place),
    value,
    place,
  )
}

function insert(resource: Resource, operation: Of<'insert'>): void {
  const { spot, element } = listOf(resource, operation)
  const { index, value, place } = operation
  if (index > lengthOf(spot)) throw outside(place)
  splice(spot, index, 0, [built(value, element.shape, place)])
}

/** Deleting what is not there is no fault. */
function remove(resource: Resource, { path, place }: Of<'delete'>): void {
  const places = placesOf(resource, path, `${place}.path`)
  if (places.length === 0) return
  const { steps } = only(places, place)
  const [spot, index] = [spotAt(resource, inside(steps, place)), steps.at(-1)]
  if (typeof index === 'number') splice(spot, index, 1, [])
  else unset(spot)
}

function replace(resource: Resource, { path, place, value }: Of<'replace'>): void {
  const { steps, within } = only(placesOf(resource, path, `${place}.path`), place)
  const [spot, index] = [spotAt(resource, inside(steps, place)), steps.at(-1)]
  const element = keptAs(shapeOf(within || resource.resourceType, place), spot.key, place)
  if (typeof index === 'number') splice(spot, index, 1, [built(value, element.shape, place)])
  else put(spot.holder, element, value, place)
}

function moveWithin(resource: Resource, operation: Of<'move'>): void {
  const { spot } = listOf(resource, operation)
  const { source, destination, place } = operation
  if (source >= lengthOf(spot) || destination >= lengthOf(spot)) throw outside(place)
  move(spot, source, destination)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function only(places: readonly Place[], place: string): Place {
  const [first, second] = places
  if (first && !second) return first
  const found = first ? 'several elements' : 'nothing'
  throw failure(
    'business-rule',
    `This path leads to ${found}; it is to lead to one element.`,
    `${place}.path`,
  )
}

function inside(steps: Place['steps'], place: string): Place['steps'] {
  if (steps.length > 0) return steps
  throw failure('value', 'This path is the resource itself: use PUT or DELETE for that.', `${place}.path`)
}

const outside = (place: string) =>
  failure('business-rule', 'The list has no such index. Read the resource again.', `${place}.part`)

/** The one list that a path selects all of, or would select when it were not empty. */
function listOf(resource: Resource, { path, place }: Operation): { spot: Spot; element: Element } {
  const at = `${place}.path`
  const places = placesOf(resource, path, at)
  const [first] = places
  const [, above, name] = /^(.+)\.([A-Za-z]\w*)$/s.exec(path.trim()) ?? []
  if (!first && above !== undefined && name !== undefined) {
    const holder = only(placesOf(resource, above, at), place)
    const element = elementOf(holder.steps.length === 0 ? resource.resourceType : holder.type, name, place)
    return { spot: spotAt(resource, [...holder.steps, element.key]), element: repeating(element, place) }
  }
  const spots = new Set(places.map(({ steps }) => JSON.stringify(steps.slice(0, -1))))
  if (!first || spots.size > 1 || typeof first.steps.at(-1) !== 'number') {
    throw failure('business-rule', 'This path leads to no single list.', at)
  }
  const spot = spotAt(resource, first.steps)
  return { spot, element: keptAs(shapeOf(first.within || resource.resourceType, place), spot.key, place) }
}

function repeating(element: Element, place: string): Element {
  if (element.repeats) return element
  throw failure('business-rule', 'This element does not repeat: add or replace it.', `${place}.path`)
}

function shapeOf(type: string, place: string): Shape {
  const shape = fhirShape(type)
  if (!shape) throw failure('value', 'There is no such element in R4.', `${place}.path`)
  return shape
}

function elementOf(type: string, name: string, place: string): Element {
  const element = shapeOf(type, place).element(name)
  if (!element) throw failure('value', `R4 has no element of this name in ${type}.`, `${place}.part`)
  return element
}

/** The element that is kept under a property: of `deceasedBoolean` the whole choice. */
function keptAs(shape: Shape, key: string, place: string): Element {
  for (let cut = key.length - 1; cut > 0; cut--) {
    const choice = /[A-Z]/.test(key[cut] ?? '') ? shape.element(key.slice(0, cut)) : undefined
    if ([...(choice?.choices?.values() ?? [])].some((way) => way.key === key) && choice) return choice
  }
  return elementOf(shape.name, key, place)
}

/** Sets an element, or adds one more of it when it repeats; of a choice, one way replaces another. */
function put(holder: Record<string, unknown>, element: Element, value: Value, place: string): void {
  const { key, shape } = element.choices ? wayOf(element, value, place) : element
  const given = built(value, shape, place)
  if (element.repeats) {
    splice({ holder, key }, lengthOf({ holder, key }), 0, [given])
  } else {
    for (const way of element.choices?.values() ?? [element]) unset({ holder, key: way.key })
    holder[key] = given
    if ('written' in value) writeAs(holder, key, value.written)
  }
}

function wayOf({ choices }: Element, value: Value, place: string): Element {
  const type = 'type' in value ? value.type : ''
  const way = choices?.get(type) ?? choices?.get(type.charAt(0).toLowerCase() + type.slice(1))
  if (way) return way
  throw failure('value', 'This element takes no value of this type.', `${place}.part`)
}

/** A value as it is kept; what is given part by part is put together. */
function built(value: Value, shape: Shape, place: string): unknown {
  if ('type' in value) return value.value
  const holder: Record<string, unknown> = {}
  for (const part of value.parts) {
    const element = shape.element(part.name)
    if (!element) throw failure('value', `R4 has no such element in ${shape.name}.`, `${place}.part`)
    const isSecond = value.parts.find(({ name }) => name === part.name) !== part
    if (isSecond && !element.repeats)
      throw failure('value', `${part.name} does not repeat: say it once.`, `${place}.part`)
    put(holder, element, part.value, place)
  }
  return holder
}
