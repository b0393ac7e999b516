import type { ElementDefinition } from '@medplum/fhirtypes'
import { unversioned } from '../fhir/canonical.ts'
import type { Members } from './bindings.ts'
import { bindingCheck } from './bindings.ts'
import {
  all,
  type Check,
  type Context,
  type Fault,
  fault,
  isObject,
  type Json,
  own,
  report,
} from './check.ts'
import { invariantCheck } from './invariants.ts'
import { natives } from './natives.ts'
import { below, type Place } from './place.ts'
import { primitives } from './primitives.ts'
import {
  companionList,
  companionSingle,
  list,
  noNull,
  type Property,
  primitiveList,
  primitiveSingle,
  single,
} from './properties.ts'
import { referenceCheck, targetsOf } from './references.ts'
import { type Node, propertiesOf } from './tree.ts'

/** What a structure is compiled with. */
export interface Library {
  /** The check of a datatype or resource, compiled when it is first met. */
  checkOf(type: string): Check
  /** The check of whatever resource it is. */
  readonly anyResource: Check
  /** Required codes, when the value set is known. */
  membersOf(valueSet: string): Members | undefined
  /** Which type a profile constrains, when the profile is known. */
  typeOfProfile(url: string): string | undefined
  /** The check of a profile on a datatype, such as SimpleQuantity. */
  profileOf(url: string): Check | undefined
  /** Checks that the project adds to a datatype or resource. */
  rulesOf(type: string): readonly Check[]
}

/** One way to give an element that has a choice of types. */
interface Variant {
  readonly element: string
  readonly name: string
}

/** An object's own checks, compiled from its definition. */
interface Shape {
  readonly properties: ReadonlyMap<string, Property>
  readonly required: readonly { names: readonly string[]; element: string }[]
  /** The JSON names of choices, also with the underscore of their extensions. */
  readonly variants: ReadonlyMap<string, Variant>
  /** Only asked of an object that is sound in structure. */
  readonly rules: Check | undefined
}

const notObject = fault('structure', 'An object belongs here.')
const emptyObject = fault('structure', 'An object without content: leave the element out.')
const onlyId = fault('invariant', 'An element has a value or children, not an id alone (ele-1).')
const missing = fault('required', 'This element must be given.')
const unknownProperty = fault('structure', 'There is a property here that FHIR does not know: take it out.')
const oneChoice = fault('structure', 'Only one of the types of this element can be given.')

/** The check of a type, from the tree of its snapshot. */
export function structureCheck(root: Node, library: Library): Check {
  const byId = new Map<string, Check>()
  return objectCheck(root, library, byId)
}

function objectCheck(node: Node, library: Library, byId: Map<string, Check>): Check {
  let shape: Shape | undefined
  const check: Check = (value, place, context) => {
    shape ??= shapeOf(node, library, byId)
    checkObject(shape, value, place, context)
  }
  byId.set(`#${node.definition.id ?? node.definition.path}`, check)
  return check
}

function checkObject(shape: Shape, value: unknown, place: Place, context: Context): void {
  if (isObject(value)) checkElements(shape, value, place, context)
  else report(context, value === null ? noNull : notObject, place)
}

function checkElements(shape: Shape, value: Json, place: Place, context: Context): void {
  const before = context.issues.length
  if (!checkProperties(shape, value, place, context)) return
  for (const { names, element } of shape.required)
    if (!names.some((name) => isGiven(value, name))) report(context, missing, below(place, element))
  if (shape.rules && isSound(context, before)) shape.rules(value, place, context)
}

/** Whether nothing has been found since then that makes an invariant meaningless. */
function isSound({ issues }: Context, since: number): boolean {
  for (let index = since; index < issues.length; index++) {
    const what = issues[index]?.case
    if (what === 'structure' || what === 'value' || what === 'required') return false
  }
  return true
}

/** Whether the object has content besides its id; if not, that has been told. */
function checkProperties(shape: Shape, value: Json, place: Place, context: Context): boolean {
  let filled = 0
  let named = false
  let chosen: readonly Variant[] = []
  for (const name of Object.keys(value)) {
    const inner = value[name]
    if (inner === undefined) continue
    if (name === 'id') named = true
    else filled++
    const property = shape.properties.get(name)
    if (property) property(inner, value, place, context)
    else reportUnknown(name, place, context)
    const variant = shape.variants.get(name)
    if (variant) chosen = choose(chosen, variant, place, context)
  }
  if (filled === 0) report(context, named ? onlyId : emptyObject, place)
  return filled > 0
}

function reportUnknown(name: string, place: Place, context: Context): void {
  // A name of another shape may be anything, a patient's included: it is not quoted.
  if (/^\w{1,64}$/.test(name)) report(context, unknownElement(name, place), below(place, name))
  else report(context, unknownProperty, place)
}

function unknownElement(name: string, { step }: Place): Fault {
  return fault('structure', `${step} has no element ${name}: take it out, or send it as an extension.`)
}

function isGiven(value: Json, name: string): boolean {
  return own(value, name) !== undefined || own(value, `_${name}`) !== undefined
}

/** Notes a way in which a choice is given; a second way of the same choice is told. */
function choose(
  chosen: readonly Variant[],
  next: Variant,
  place: Place,
  context: Context,
): readonly Variant[] {
  const other = chosen.find(({ element }) => element === next.element)
  if (other === undefined) return [...chosen, next]
  if (other.name !== next.name) report(context, oneChoice, below(place, next.element))
  return chosen
}

function shapeOf(node: Node, library: Library, byId: Map<string, Check>): Shape {
  const properties = new Map<string, Property>()
  const required: { names: string[]; element: string }[] = []
  const variants = new Map<string, Variant>()
  if (isResource(node)) properties.set('resourceType', () => undefined)
  for (const child of node.children) {
    const ways = propertiesOf(child)
    for (const way of ways) addProperties(properties, child, way, library, byId)
    if (ways.length > 1) for (const way of ways) variants.set(way.name, way).set(`_${way.name}`, way)
    const names = ways.map(({ name }) => name)
    const element = ways[0]?.element ?? child.name
    if ((child.definition.min ?? 0) > 0) required.push({ names, element })
  }
  const rules = [...invariantsOf(node.definition), ...library.rulesOf(node.definition.path)]
  return { properties, required, variants, rules: all(rules) }
}

function isResource(node: Node): boolean {
  return (
    !node.definition.path.includes('.') &&
    node.children.some(({ definition }) => definition.base?.path === 'Resource.id')
  )
}

function addProperties(
  properties: Map<string, Property>,
  child: Node,
  { name, element, type }: { name: string; element: string; type: string },
  library: Library,
  byId: Map<string, Check>,
): void {
  const { definition } = child
  const isMany = (definition.base?.max ?? definition.max) !== '1'
  const primitive = primitives.get(definition.base?.path === 'Resource.id' ? 'id' : type)
  const rules = all(valueRules(definition, type, library))
  if (!primitive) {
    const check = all([typeCheck(child, type, library, byId), ...(rules ? [rules] : [])]) as Check
    properties.set(name, isMany ? list(element, check) : single(element, check))
    return
  }
  properties.set(
    name,
    isMany ? primitiveList(name, element, primitive, rules) : primitiveSingle(element, primitive, rules),
  )
  const companion = library.checkOf('Element')
  properties.set(
    `_${name}`,
    isMany ? companionList(name, element, companion) : companionSingle(name, element, companion),
  )
}

function typeCheck(child: Node, type: string, library: Library, byId: Map<string, Check>): Check {
  const { contentReference } = child.definition
  if (contentReference) {
    const id = contentReference.slice(contentReference.indexOf('#'))
    return (value, place, context) => (byId.get(id) as Check)(value, place, context)
  }
  if (type === 'Resource') return library.anyResource
  return child.children.length > 0 ? objectCheck(child, library, byId) : library.checkOf(type)
}

/** What an element asks of its value beyond the value's type. */
function valueRules(definition: ElementDefinition, type: string, library: Library): Check[] {
  const targets = type === 'Reference' ? targetsOf(definition, library.typeOfProfile) : undefined
  const { binding } = definition
  const members =
    binding?.strength === 'required' && binding.valueSet
      ? library.membersOf(unversioned(binding.valueSet))
      : undefined
  return [
    ...(members && binding?.valueSet ? [bindingCheck(members, unversioned(binding.valueSet))] : []),
    ...(targets ? [referenceCheck(targets, 'value')] : []),
    ...(definition.type ?? []).flatMap(({ code, profile = [] }) =>
      code === type ? profile.flatMap((url) => library.profileOf(unversioned(url)) ?? []) : [],
    ),
    ...(isBackbone(type) ? [] : invariantsOf(definition)),
  ]
}

/** Those have their invariants in their shape. */
function isBackbone(type: string): boolean {
  return type === 'BackboneElement' || type === 'Element'
}

function invariantsOf({ constraint, path }: ElementDefinition): Check[] {
  return (constraint ?? []).flatMap((one) => invariantCheck(one, path, natives[one.key]) ?? [])
}
