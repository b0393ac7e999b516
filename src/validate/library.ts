import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import { unversioned } from '../fhir/canonical.ts'
import type { ValueSets } from './bindings.ts'
import { type Check, type Context, fault, isObject, report } from './check.ts'
import { extensionRules } from './extensions.ts'
import { identifierRule } from './identifiers.ts'
import { profileCheck, type Surroundings } from './profile.ts'
import { structureCheck } from './structure.ts'
import { type Node, treeOf } from './tree.ts'

/** Everything that has been compiled, or will be when it is first met. */
export interface Library {
  /** The check of a resource of any type, base R4. */
  readonly resource: Check
  /** What a profile adds to its base; nothing when the profile is unknown or adds nothing. */
  profileOf(url: string): Check | undefined
  /** What could not be checked of the profiles compiled so far. */
  readonly unchecked: readonly string[]
}

const notResource = fault('structure', 'A resource is a JSON object with a resourceType.')
const unknownType = fault('structure', 'The resourceType is not one that is known here.')

export function openLibrary(
  base: readonly StructureDefinition[],
  profiles: readonly StructureDefinition[],
  valueSets: ValueSets,
): Library {
  const types = new Map(base.filter(isSpecialization).map((structure) => [structure.type, structure]))
  const byUrl = new Map(
    [...base.filter((one) => !isSpecialization(one)), ...profiles].map((one) => [one.url, one]),
  )
  const elements = elementsOf(types.values())
  const unchecked: string[] = []
  const trees = memo((type: string) => treeOf(types.get(type) ?? missing(type)))

  const profileOf = memo((url: string): Check | undefined => {
    const structure = byUrl.get(url)
    return structure && profileCheck(treeOf(structure), surroundings)
  })
  const surroundings: Surroundings = {
    membersOf: (url) => valueSets.get(url),
    typeOfProfile: (url) => byUrl.get(url)?.type,
    profileOf,
    baseOf: (path) => elements.get(path),
    unfolded: (node, step) => unfolded(node, step, trees),
    unchecked: (what) => unchecked.push(what),
  }
  const rules: Readonly<Record<string, readonly Check[]>> = {
    Extension: extensionRules((url) => profileOf(unversioned(url))),
    Identifier: [identifierRule],
  }
  const checkOf = memo(
    (type: string): Check =>
      structureCheck(trees(type), {
        ...surroundings,
        checkOf: (inner) => (value, place, context) => checkOf(inner)(value, place, context),
        anyResource: resource,
        rulesOf: (inner) => rules[inner] ?? [],
      }),
  )
  function resource(value: unknown, place: Parameters<Check>[1], { issues, root }: Context): void {
    // What stands in an entry of a Bundle is a root of its own.
    const isContained = place.up !== undefined && place.step === 'contained'
    const context: Context = { issues, root: isContained ? root : asObject(value), resource: asObject(value) }
    const structure = isObject(value) ? types.get(`${value.resourceType}`) : undefined
    if (!isObject(value) || typeof value.resourceType !== 'string') report(context, notResource, place)
    else if (structure?.kind !== 'resource' || structure.abstract) report(context, unknownType, place)
    else checkOf(structure.type)(value, place, context)
  }
  return { resource, profileOf, unchecked }
}

function asObject(value: unknown) {
  return isObject(value) ? value : {}
}

function isSpecialization({ derivation }: StructureDefinition): boolean {
  return derivation !== 'constraint'
}

function elementsOf(structures: Iterable<StructureDefinition>): ReadonlyMap<string, ElementDefinition> {
  const elements = new Map<string, ElementDefinition>()
  for (const { snapshot } of structures)
    for (const element of snapshot?.element ?? []) elements.set(element.path, element)
  return elements
}

/** The element below one that a snapshot has left folded, from its type. */
function unfolded(node: Node, step: string, trees: (type: string) => Node): Node | undefined {
  const [type, ...others] = node.definition.type ?? []
  if (!type || others.length > 0 || node.children.length > 0) return undefined
  return trees(type.code).children.find(({ name }) => name === step || name === `${step}[x]`)
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined || made.has(key)) return known as T
    const value = make(key)
    made.set(key, value)
    return value
  }
}

function missing(type: string): never {
  throw new Error(`No definition of type ${type}: it belongs to the base definitions.`)
}
