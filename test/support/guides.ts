import { readdirSync, readFileSync } from 'node:fs'
import type { ElementDefinition, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openValidator, type Validator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'

/**
 * A validator with the profiles of another's guide, from `test/samples/<folder>`.
 *
 * Guides give differentials; ours adds what a profile says to its base type, so the elements above are put in from
 * there. FR Core 1.1.0, on which the SAS builds, is not here: its profiles are held for their base types. Entries of a
 * Bundle that a guide tells apart by profile are told apart by type, each slice having one of its own. A slice that a
 * guide gives no way to tell (IHE's participants) is left out.
 */
export function guideValidator(folder: string, more: readonly Resource[] = []): Validator {
  const path = new URL(`../samples/${folder}/`, import.meta.url)
  const files = readdirSync(path)
    .filter((name) => /^(StructureDefinition|ValueSet)-.*\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(new URL(name, path), 'utf8')) as Resource) // named by their types
  const all = [...files, ...more].map((one) =>
    one.resourceType === 'StructureDefinition' ? withElements(one) : one,
  )
  return openValidator({ structures, bindings, profiles: loadProfiles(all) })
}

/** A value set of a guide by its codes, where its own definition is not at hand. */
export const valueSet = (url: string, system: string, codes: readonly string[]): ValueSet => ({
  resourceType: 'ValueSet',
  url,
  status: 'active',
  compose: { include: [{ system, concept: codes.map((code) => ({ code })) }] },
})

function withElements(profile: StructureDefinition): StructureDefinition {
  const said = new Map((profile.differential?.element ?? []).map((one) => [one.id ?? one.path, one]))
  const isTold = (id: string) =>
    [...id.matchAll(/:[^.]+/g)].every(({ index }) => {
      const sliced = id.slice(0, index)
      return sliced.endsWith('extension') || said.get(sliced)?.slicing?.discriminator?.length
    })
  const ids = new Set([...said.keys()].filter(isTold).flatMap(lineage))
  const element = [...ids].sort().map((id) => completed(id, said.get(id)))
  return { ...profile, snapshot: { element } }
}

/** `Slot`, `Slot.serviceType`, `Slot.serviceType:Way`, `Slot.serviceType:Way.coding`. */
function lineage(id: string): string[] {
  const cuts = [...id.matchAll(/[.:]/g)].map(({ index }) => id.slice(0, index))
  return [...cuts, id].filter((one) => !one.endsWith(':'))
}

function completed(id: string, said: ElementDefinition | undefined): ElementDefinition {
  const path = id.replaceAll(/:[^.]+/g, '')
  const base = baseOf(path)
  const sliceName = /:([^.:]+)$/.exec(id)?.[1]
  const isSlice = sliceName !== undefined
  return {
    id,
    path,
    min: isSlice ? 0 : (base?.min ?? 0),
    max: base?.max ?? '*',
    ...(base?.type && { type: base.type }),
    ...(isSlice && { sliceName }),
    ...(!isSlice && path.endsWith('.extension') && { slicing: byUrl }),
    ...(said && { ...said, ...(said.type && { type: said.type.map(withBaseTargets) }) }),
    ...(said?.slicing && { slicing: byTypeForProfile(said.slicing) }),
    ...(base && { base: { path: base.path, min: base.min ?? 0, max: base.max ?? '*' } }),
  }
}

const byUrl = { discriminator: [{ type: 'value' as const, path: 'url' }], rules: 'open' as const }

function byTypeForProfile(slicing: NonNullable<ElementDefinition['slicing']>) {
  const discriminator = slicing.discriminator?.map((one) =>
    one.type === 'profile' ? { ...one, type: 'type' as const } : one,
  )
  return { ...slicing, ...(discriminator && { discriminator }) }
}

function withBaseTargets(type: NonNullable<ElementDefinition['type']>[number]) {
  const { targetProfile } = type
  return targetProfile ? { ...type, targetProfile: targetProfile.map(baseTarget) } : type
}

const baseTarget = (url: string) =>
  /^http:\/\/interopsante\.org\/fhir\/StructureDefinition\/Fr/.test(url)
    ? url.replace(
        /^.*\/Fr(PractitionerRole(?=Exercice)|[A-Za-z]+?)(Exercice)?$/,
        'http://hl7.org/fhir/StructureDefinition/$1',
      )
    : url

const types = new Map(structures.map((structure) => [structure.type, structure]))

/** The element of the base type at a path, also through datatypes: `Slot.serviceType.coding`. */
function baseOf(path: string): ElementDefinition | undefined {
  const [root = '', ...steps] = path.split('.')
  let [type, at, found] = [root, root, elementAt(root, root)]
  for (const step of steps) {
    found = elementAt(type, `${at}.${step}`)
    if (!found) {
      type = typeAt(type, at)
      found = elementAt(type, `${type}.${step}`)
      at = type
    }
    at = `${at}.${step}`
    if (!found) return undefined
  }
  return found
}

const elementAt = (type: string, path: string) =>
  types.get(type)?.snapshot?.element.find((element) => element.path === path || element.path === `${path}[x]`)

const typeAt = (type: string, path: string) => elementAt(type, path)?.type?.[0]?.code ?? ''
