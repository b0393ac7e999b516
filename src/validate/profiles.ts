import type { Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes'
import { Failure } from '../fhir/outcome.ts'
import { membersOf as codesOf } from '../fhir/value-set.ts'
import { type Members, membersOf, type ValueSets } from './bindings.ts'
import { isObject } from './check.ts'

/** The conformance resources of a folder, as far as validation uses them. */
export interface Profiles {
  /** Profiles and extensions, with snapshots. */
  readonly structures: readonly StructureDefinition[]
  readonly valueSets: ValueSets
}

/**
 * Sorts the conformance resources of a folder.
 *
 * Fails, naming the resource, when a profile has no snapshot or two have the same URL.
 */
export function loadProfiles(files: readonly unknown[]): Profiles {
  // What is in a profiles folder is the operator's own; its shape is held against R4 by a test, or by check-config.
  const resources = files.filter(
    (file): file is Resource => isObject(file) && typeof file.resourceType === 'string',
  )
  const structures = resources.filter((resource) => resource.resourceType === 'StructureDefinition')
  for (const { url, snapshot } of structures)
    if (!snapshot) throw new Error(`${url} has no snapshot: generate one, or take the published package.`)
  refuseTwins(structures.map(({ url }) => url))
  const valueSets = resources.filter((resource) => resource.resourceType === 'ValueSet')
  return { structures, valueSets: expanded(valueSets, resources) }
}

function refuseTwins(urls: readonly string[]): void {
  const twin = urls.find((url, index) => urls.indexOf(url) < index)
  if (twin !== undefined) throw new Error(`${twin} is defined twice.`)
}

function expanded(valueSets: readonly ValueSet[], known: readonly Resource[]): ValueSets {
  const sets = new Map<string, Members>()
  for (const valueSet of valueSets) {
    const members = expansionOf(valueSet, known)
    if (valueSet.url && members) sets.set(valueSet.url, members)
  }
  return sets
}

/** The codes of a value set; unknown where they are not all kept here. */
function expansionOf(valueSet: ValueSet, known: readonly Resource[]): Members | undefined {
  try {
    const bySystem = Map.groupBy(codesOf(valueSet, known), ({ system }) => system)
    const codes = [...bySystem].map(([system, members]) => [system, members.map(({ code }) => code)] as const)
    return membersOf(Object.fromEntries(codes))
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}
