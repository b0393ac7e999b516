import type {
  CodeSystem,
  CodeSystemConcept,
  Resource,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes'
import { type Members, membersOf, unversioned, type ValueSets } from './bindings.ts'
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
  const systems = resources.filter((resource) => resource.resourceType === 'CodeSystem')
  const valueSets = resources.filter((resource) => resource.resourceType === 'ValueSet')
  return { structures, valueSets: expanded(valueSets, systems) }
}

function refuseTwins(urls: readonly string[]): void {
  const twin = urls.find((url, index) => urls.indexOf(url) < index)
  if (twin !== undefined) throw new Error(`${twin} is defined twice.`)
}

function expanded(valueSets: readonly ValueSet[], systems: readonly CodeSystem[]): ValueSets {
  const sets = new Map<string, Members>()
  for (const valueSet of valueSets) {
    const members = expansionOf(valueSet, systems)
    if (valueSet.url && members) sets.set(valueSet.url, members)
  }
  return sets
}

/** The codes of a value set that lists codes, or takes whole code systems of the same folder; otherwise unknown. */
function expansionOf({ compose, expansion }: ValueSet, systems: readonly CodeSystem[]): Members | undefined {
  const bySystem: Record<string, string[]> = {}
  const add = (system: string, codes: readonly string[]) => {
    bySystem[system] = [...(bySystem[system] ?? []), ...codes]
  }
  if (expansion?.contains) {
    for (const { system, code } of expansion.contains) if (system && code) add(system, [code])
    return membersOf(bySystem)
  }
  if (!compose || compose.exclude) return undefined
  for (const { system, concept, filter, valueSet } of compose.include) {
    const whole = systems.find(
      ({ url, content }) => url === unversioned(system ?? '') && content === 'complete',
    )
    const codes = concept?.map(({ code }) => code) ?? (whole && codesOf(whole.concept ?? []))
    if (!system || !codes || filter || valueSet) return undefined
    add(unversioned(system), codes)
  }
  return membersOf(bySystem)
}

function codesOf(concepts: readonly CodeSystemConcept[]): string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...codesOf(concept ?? [])])
}
