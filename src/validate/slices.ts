import type { ElementDefinition, ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes'
import { unversioned } from '../fhir/canonical.ts'
import { bindingHolds, type Members } from './bindings.ts'
import { type Context, isObject, type Json, own, valuesOf } from './check.ts'
import { type Expected, expectedOf, isAsExpected } from './fixed.ts'
import { targetType } from './references.ts'
import type { Node } from './tree.ts'

/** Whether a value is of a slice. */
export type Belongs = (value: unknown, type: string, context: Context) => boolean

/** What telling slices apart needs to know of the world. */
export interface SliceKnowledge {
  membersOf(valueSet: string): Members | undefined
  /** The element below an element that the snapshot has not unfolded, by the type's or the profile's own definition. */
  unfolded(node: Node, step: string): Node | undefined
}

/**
 * How the values of a slice are told from others, from the discriminators of the slicing.
 *
 * Fails where a discriminator says something that cannot be decided from the resource alone.
 */
export function belongsTo(slicing: Node, slice: Node, knowledge: SliceKnowledge): Belongs {
  const tests = (slicing.definition.slicing?.discriminator ?? []).map((discriminator) =>
    discriminate(discriminator, slice, knowledge),
  )
  if (tests.length === 0) throw new Error(`${slice.definition.id}: a slice without a discriminator.`)
  return (value, type, context) => tests.every((test) => test(value, type, context))
}

function discriminate(
  { type, path = '$this' }: ElementDefinitionSlicingDiscriminator,
  slice: Node,
  knowledge: SliceKnowledge,
): Belongs {
  const steps = stepsOf(path, slice)
  const target = { steps, node: nodeAt(slice, steps, knowledge) }
  if (type === 'value' || type === 'pattern') return byValue(slice, target, knowledge)
  if (type === 'exists') return byExistence(slice, target)
  if (type === 'type') return byType(slice, target)
  throw new Error(`${slice.definition.id}: slices cannot be told apart by ${type}.`)
}

interface Target {
  readonly steps: readonly Step[]
  readonly node: Node | undefined
}

/** A step of a discriminator's path: an element, an extension by its URL, or where a reference leads. */
type Step = { element: string } | { extension: string } | { resolve: true }

function stepsOf(path: string, slice: Node): Step[] {
  if (path === '$this') return []
  return splitPath(path).map((step) => {
    if (step === 'resolve()') return { resolve: true }
    const extension = /^extension\('([^']+)'\)$/.exec(step)?.[1]
    if (extension !== undefined) return { extension }
    if (!/^\w+$/.test(step))
      throw new Error(`${slice.definition.id}: discriminator ${path} is not supported.`)
    return { element: step }
  })
}

/** At the dots outside quotes; `$this.` says nothing, and a type filter is the type discriminator's own. */
function splitPath(path: string): string[] {
  return path.replace(/^\$this\./, '').match(/(?:[^.'(]|\([^)]*\)|'[^']*')+/g) ?? []
}

function nodeAt(slice: Node, steps: readonly Step[], knowledge: SliceKnowledge): Node | undefined {
  let node: Node | undefined = slice
  for (const step of steps) {
    if (!node || 'resolve' in step) return node
    node =
      'extension' in step ? extensionNode(node, step.extension) : childNode(node, step.element, knowledge)
  }
  return node
}

function childNode(node: Node, step: string, knowledge: SliceKnowledge): Node | undefined {
  return (
    node.children.find(({ name }) => name === step || name === `${step}[x]`) ?? knowledge.unfolded(node, step)
  )
}

function extensionNode(node: Node, url: string): Node | undefined {
  return node.children
    .find(({ name }) => name === 'extension')
    ?.slices.find(({ definition }) =>
      definition.type?.[0]?.profile?.some((profile) => unversioned(profile) === url),
    )
}

function byValue(slice: Node, { steps }: Target, knowledge: SliceKnowledge): Belongs {
  const expected = expectedAt(slice, steps, knowledge)
  if (expected) return byText(steps, expected)
  const members = membersAt(slice, steps, knowledge)
  if (members) return (value) => select(value, steps).some((one) => bindingHolds(one, members))
  throw new Error(
    `${slice.definition.id}: nothing fixes ${steps.map(stepName).join('.') || '$this'}, which tells the slice.`,
  )
}

/** Most slices are of extensions, and told by a text in the value itself, their URL: that is looked at without a walk. */
function byText(steps: readonly Step[], expected: Expected): Belongs {
  const byWalk: Belongs = (value) => select(value, steps).some((one) => isAsExpected(one, expected))
  const [step, ...rest] = steps
  if (!step || rest.length > 0 || !('element' in step) || typeof expected.value !== 'string') return byWalk
  const { element } = step
  return (value, type, context) => {
    const found = isObject(value) ? own(value, element) : undefined
    return typeof found === 'string' ? found === expected.value : byWalk(value, type, context)
  }
}

/** What is fixed at the path, or above it: a pattern of a whole also fixes its parts. */
function expectedAt(slice: Node, steps: readonly Step[], knowledge: SliceKnowledge): Expected | undefined {
  for (let length = steps.length; length >= 0; length--) {
    const node = nodeAt(slice, steps.slice(0, length), knowledge)
    const expected = node && expectedOf(node.definition)
    const [value] = expected ? select(expected.value, steps.slice(length)) : []
    if (expected && value !== undefined) return { kind: expected.kind, value }
  }
  return extensionUrl(slice, steps)
}

/** An extension slice that is not unfolded is told by the URL of its profile. */
function extensionUrl(slice: Node, [step, ...rest]: readonly Step[]): Expected | undefined {
  const [profile] = slice.definition.type?.[0]?.profile ?? []
  const isUrl = step !== undefined && rest.length === 0 && 'element' in step && step.element === 'url'
  return isUrl && profile !== undefined ? { kind: 'fixed', value: unversioned(profile) } : undefined
}

function membersAt(slice: Node, steps: readonly Step[], knowledge: SliceKnowledge): Members | undefined {
  const binding = nodeAt(slice, steps, knowledge)?.definition.binding
  return binding?.strength === 'required' && binding.valueSet
    ? knowledge.membersOf(unversioned(binding.valueSet))
    : undefined
}

function byExistence(slice: Node, { steps, node }: Target): Belongs {
  const { min = 0, max } = node?.definition ?? {}
  if (max === '0') return (value) => select(value, steps).length === 0
  if (min > 0) return (value) => select(value, steps).length > 0
  throw new Error(`${slice.definition.id}: the slice neither requires nor forbids what tells it.`)
}

function byType(slice: Node, { steps, node }: Target): Belongs {
  const types = typesOf(node?.definition)
  const last = steps.at(-1)
  if (types.size === 0) throw new Error(`${slice.definition.id}: no type tells the slice.`)
  if (last && 'resolve' in last) {
    const before = steps.slice(0, -1)
    return (value, _type, context) =>
      select(value, before).some((one) => isObject(one) && types.has(targetType(one, context) ?? ''))
  }
  if (steps.length === 0) return (value, type) => types.has(resourceTypeOf(value) ?? type)
  return (value) =>
    [...presentTypes(value, steps), ...select(value, steps).map(resourceTypeOf)].some((type) =>
      types.has(type ?? ''),
    )
}

/** Of a reference, what it may lead to; otherwise its own types. */
function typesOf(definition: ElementDefinition | undefined): ReadonlySet<string> {
  const types = definition?.type ?? []
  const targets = types.flatMap(({ targetProfile }) => targetProfile ?? [])
  return new Set([
    ...types.map(({ code }) => code),
    ...targets.map((url) => url.slice(url.lastIndexOf('/') + 1)),
  ])
}

function resourceTypeOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : undefined
}

/** The types that a choice at the end of the path is given in, as they stand in its JSON names; resources say theirs. */
function presentTypes(value: unknown, steps: readonly Step[]): string[] {
  const last = steps.at(-1)
  if (!last || !('element' in last)) return []
  return select(value, steps.slice(0, -1))
    .filter(isObject)
    .flatMap((owner) => Object.keys(owner).filter((name) => name.startsWith(last.element)))
    .map((name) => name.slice(last.element.length))
    .flatMap((type) => [type, type.charAt(0).toLowerCase() + type.slice(1)])
}

function select(value: unknown, steps: readonly Step[]): unknown[] {
  let values: unknown[] = [value]
  for (const step of steps) {
    if ('resolve' in step) continue
    values = values
      .filter(isObject)
      .flatMap((one) => ('extension' in step ? byUrl(one, step.extension) : named(one, step.element)))
  }
  return values.filter((one) => one !== undefined && one !== null)
}

function byUrl(value: Json, url: string): unknown[] {
  return valuesOf(own(value, 'extension')).filter((one) => isObject(one) && one.url === url)
}

/** What stands under an element's name, or under the name and type of a choice. */
function named(value: Json, element: string): readonly unknown[] {
  const plain = own(value, element)
  if (plain !== undefined) return valuesOf(plain)
  const choice = Object.keys(value).find(
    (name) => name.startsWith(element) && /^[A-Z]/.test(name.slice(element.length)),
  )
  return choice === undefined ? [] : valuesOf(value[choice])
}

function stepName(step: Step): string {
  if ('resolve' in step) return 'resolve()'
  return 'extension' in step ? `extension('${step.extension}')` : step.element
}
