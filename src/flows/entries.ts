import type { Bundle, Patient, Resource } from '@medplum/fhirtypes'
import { derivedId } from '../fhir/id.ts'
import { failure } from '../fhir/outcome.ts'
import { mapReferences } from '../fhir/walk.ts'
import type { Kept, Reader } from '../store/index.ts'
import type { Moment } from './step.ts'

/** A resource of a message and the name that the others of the message call it by (`urn:local:patient`). */
export interface Entry {
  url: string
  resource: Resource
}

/** What is known already of a message's entries, by their url. */
export type Known = ReadonlyMap<string, Kept>

/** The resources of a message, with the names they call each other by. Fails: structure for an entry without a resource. */
export function entriesOf(bundle: Bundle): Entry[] {
  return (bundle.entry ?? []).map(({ fullUrl, resource }, index) => {
    if (!resource)
      throw failure('structure', 'Each entry carries a resource.', `Bundle.entry[${index}].resource`)
    return { url: fullUrl ?? `urn:local:entry-${index}`, resource }
  })
}

/**
 * Finds which entries are known: by their business identifiers, else by the id they would get, which follows
 * from the anchor (the message's own business key) and their name in the message.
 */
export async function knownOf(
  entries: readonly Entry[],
  anchor: string | undefined,
  store: Reader,
): Promise<Known> {
  const found = await Promise.all(
    entries.map(async ({ url, resource }) => [url, await knownAs(url, resource, anchor, store)] as const),
  )
  return new Map(found.flatMap(([url, kept]) => (kept ? [[url, kept] as const] : [])))
}

async function knownAs(url: string, resource: Resource, anchor: string | undefined, store: Reader) {
  const same = await store.sameIdentifier(resource)
  if (same || anchor === undefined) return same
  return store.read(resource.resourceType, derivedId(anchor, url))
}

/**
 * The entries as they will be kept: ids given, references between them made literal, known ones renewed.
 * Those that say nothing new are left out of `changed`.
 */
export function settled(entries: readonly Entry[], known: Known, anchor: string | undefined, at: Moment) {
  const ids = new Map(entries.map(({ url, resource }) => [url, idOf(url, resource, known, anchor, at)]))
  const referenceOf = (url: string) => ids.get(url) ?? url
  const all = entries.map(({ url, resource }) => {
    const id = referenceOf(url).slice(resource.resourceType.length + 1)
    return renewed({ ...mapReferences(resource, referenceOf), id } as Resource, known.get(url)) // same type, ids made literal
  })
  const before = new Map([...known.values()].map((kept) => [`${kept.resourceType}/${kept.id}`, kept]))
  const changed = all.filter(
    (resource) => !sameContent(resource, before.get(`${resource.resourceType}/${resource.id}`)),
  )
  return { all, changed, referenceOf }
}

function idOf(url: string, resource: Resource, known: Known, anchor: string | undefined, at: Moment): string {
  const id =
    known.get(url)?.id ??
    (anchor === undefined || hasIdentifier(resource) ? at.newId() : derivedId(anchor, url))
  return `${resource.resourceType}/${id}`
}

const hasIdentifier = (resource: Resource) =>
  'identifier' in resource &&
  Array.isArray(resource.identifier) &&
  resource.identifier.some(({ value }) => value)

/** The directory is the territory's: a message names its people and places, it does not change them. */
const directory = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Endpoint',
])

function renewed(incoming: Resource, known: Kept | undefined): Resource {
  if (!known) return incoming
  if (directory.has(incoming.resourceType)) return known
  if (incoming.resourceType === 'Patient') return samePerson(incoming, known as Kept<Patient>) // found by its own type
  return { ...incoming, meta: { ...incoming.meta, ...known.meta } }
}

/**
 * A patient named again: identifiers are gathered, what is newly said replaces what was said,
 * but an identity that is qualified is not replaced by one that is not.
 */
export function samePerson(incoming: Patient, known: Kept<Patient>): Patient {
  const identifier = gathered(incoming.identifier, known.identifier)
  const traits =
    isQualified(known) && !isQualified(incoming) ? { ...incoming, ...known } : { ...known, ...incoming }
  return { ...traits, id: known.id, meta: known.meta, ...(identifier.length > 0 && { identifier }) }
}

function gathered(incoming: Patient['identifier'] = [], known: Patient['identifier'] = []) {
  const names = new Set(known.map(({ system, value }) => `${system}|${value}`))
  return [...known, ...incoming.filter(({ system, value }) => !names.has(`${system}|${value}`))]
}

/** INS-NIR or INS-NIA is carried only by a qualified identity. Source: référentiel INS, france.md 1.5. */
const qualified = /^urn:oid:1\.2\.250\.1\.213\.1\.4\.(8|9|10|11)$/
const isQualified = ({ identifier = [] }: Patient) =>
  identifier.some(({ system }) => qualified.test(system ?? ''))

/** Whether two resources say the same, whatever their versions. */
export function sameContent(a: Resource, b: Resource | undefined): boolean {
  return b !== undefined && canonicalText(a) === canonicalText(b)
}

function canonicalText(resource: Resource): string {
  const { meta: { versionId: _v, lastUpdated: _l, ...meta } = {}, ...rest } = resource
  return JSON.stringify(sorted({ ...rest, ...(Object.keys(meta).length > 0 && { meta }) }))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
