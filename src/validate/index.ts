import type { StructureDefinition } from '@medplum/fhirtypes'
import { canonical, unversioned } from '../fhir/canonical.ts'
import type { Bindings } from '../fhir/definitions/expand.ts'
import type { Issue } from '../fhir/outcome.ts'
import { valueSetsOf } from './bindings.ts'
import { type Context, fault, isObject, type Json, report, valuesOf } from './check.ts'
import { type Library, openLibrary } from './library.ts'
import { below, type Place, top } from './place.ts'
import type { Profiles } from './profiles.ts'

/** What resources are held against. */
export interface Rules {
  /** Base R4 types, with snapshots. */
  readonly structures: readonly StructureDefinition[]
  /** Codes that the base's required bindings allow. */
  readonly bindings: Bindings
  /** The project's profiles and those of a site, from `loadProfiles`. */
  readonly profiles?: Profiles
}

export interface Options {
  /**
   * `all` (unless said otherwise): base R4, the project's profile of the type, and those that `meta.profile` declares.
   * `base`: base R4 alone. A canonical URL: that profile too.
   */
  against?: 'all' | 'base' | `${string}:${string}`
}

export interface Validator {
  /**
   * All that is wrong with a resource; warnings have their severity set.
   *
   * Any JSON value is welcome, wherever it comes from. Nothing is thrown.
   */
  validate(resource: unknown, options?: Options): Issue[]
  /** What of the profiles cannot be checked, for want of a value set or of another profile. */
  readonly unchecked: readonly string[]
}

/**
 * Compiles what resources are held against: base types when they are first met, profiles at once.
 *
 * Fails when a profile says something that cannot be checked, or when two of the project's are for one type.
 */
export function openValidator({ structures, bindings, profiles }: Rules): Validator {
  const known = profiles?.structures ?? []
  const valueSets = new Map([...valueSetsOf(bindings), ...(profiles?.valueSets ?? [])])
  const library = openLibrary(structures, known, valueSets)
  for (const { url } of known) library.profileOf(url)
  const declarable = new Map([...structures, ...known].map((structure) => [structure.url, structure]))
  const projectProfiles = projectProfilesOf(known)
  return {
    unchecked: library.unchecked,
    validate(resource, { against = 'all' } = {}) {
      const place = top(placeName(resource))
      const context: Context = { issues: [], root: asObject(resource), resource: asObject(resource) }
      library.resource(resource, place, context)
      if (against === 'base' || !isObject(resource)) return context.issues
      const project = projectProfiles.get(`${resource.resourceType}`)
      const urls = new Set(project === undefined ? [] : [project])
      for (const url of declaredBy(resource, declarable, place, context)) urls.add(url)
      if (against !== 'all') urls.add(unversioned(against))
      for (const url of urls) applyProfile(url, library, declarable, resource, place, context)
      return context.issues
    },
  }
}

/** Profiles of ours for whole resources, by type: each is for all resources of its type. */
function projectProfilesOf(structures: readonly StructureDefinition[]): ReadonlyMap<string, string> {
  const byType = new Map<string, string>()
  for (const { url, kind, type, derivation } of structures) {
    if (kind !== 'resource' || derivation !== 'constraint' || !url.startsWith(`${canonical}/`)) continue
    const other = byType.get(type)
    if (other !== undefined) throw new Error(`${url} and ${other} are both for every ${type}.`)
    byType.set(type, url)
  }
  return byType
}

const unknownProfile = {
  ...fault('unsupported-value', 'This profile is not known here: the resource was not held against it.'),
  severity: 'warning',
} as const

/** Canonical URLs without version; those that nobody knows here are told and left out. */
function declaredBy(
  { meta }: Json,
  known: ReadonlyMap<string, StructureDefinition>,
  place: Place,
  context: Context,
): string[] {
  const declared = valuesOf(isObject(meta) ? meta.profile : undefined)
  return declared.flatMap((canonicalUrl, index) => {
    const [url = '', version] = `${canonicalUrl}`.split('|')
    const structure = known.get(url)
    const isKnown = structure && (version === undefined || (structure.version ?? version) === version)
    if (isKnown) return [url]
    report(context, unknownProfile, below(below(place, 'meta'), 'profile', index))
    return []
  })
}

function applyProfile(
  url: string,
  library: Library,
  known: ReadonlyMap<string, StructureDefinition>,
  resource: Json,
  place: Place,
  context: Context,
): void {
  const type = known.get(url)?.type
  if (type === resource.resourceType) library.profileOf(url)?.(resource, place, context)
  else if (type === undefined) report(context, unknownProfile, place)
  else report(context, fault('business-rule', `${url} is a profile of ${type}.`), place)
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {}
}

/** A type that is not known is not quoted as a place unless it looks like one. */
function placeName(resource: unknown): string {
  const type = isObject(resource) ? resource.resourceType : undefined
  return typeof type === 'string' && /^[A-Z][A-Za-z]{1,63}$/.test(type) ? type : 'Resource'
}
