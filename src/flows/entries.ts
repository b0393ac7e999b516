import type { Bundle, PractitionerRole, Resource } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import { sees } from '../auth/gate.ts'
import { businessKeys } from '../fhir/business-key.ts'
import { derivedId } from '../fhir/id.ts'
import { failure } from '../fhir/outcome.ts'
import { parseReference, referenceTo } from '../fhir/reference.ts'
import { mapReferences } from '../fhir/walk.ts'
import type { Kept, Reader } from '../store/index.ts'
import { isDirectory, renewed } from './renewed.ts'
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
 *
 * Patients and the directory are the same for all senders; all else is found only by whoever may see it.
 * Fails: duplicate when another sender's resource has the identifier; multiple-matches.
 */
export async function knownOf(
  entries: readonly Entry[],
  anchor: string | undefined,
  store: Reader,
  actor: Actor,
): Promise<Known> {
  const isRole = ({ resource }: Entry) => resource.resourceType === 'PractitionerRole'
  // All of it in one turn, so that it is one statement.
  const [found, roles] = await Promise.all([
    Promise.all(entries.map(async (entry) => [entry, await knownAs(entry, anchor, store, actor)] as const)),
    Promise.all(
      entries
        .filter(isRole)
        .map(async (entry) => [entry, await rolesOf(entry, entries, anchor, store)] as const),
    ),
  ])
  const known = new Map(found.flatMap(([{ url }, kept]) => (kept ? [[url, kept] as const] : [])))
  for (const [{ url, resource }, ofDoctor] of roles) {
    const role = sameRole(resource as PractitionerRole, known, ofDoctor) // by its type
    if (role && !known.has(url)) known.set(url, role)
  }
  return known
}

async function knownAs({ url, resource }: Entry, anchor: string | undefined, store: Reader, actor: Actor) {
  const same = await store.sameIdentifier(resource)
  const kept = same ?? (await derived(url, resource, anchor, store))
  if (kept) await refuseHidden(kept, store, actor)
  return kept
}

async function derived(url: string, resource: Resource, anchor: string | undefined, store: Reader) {
  const id = derivedIdOf(url, resource, anchor)
  return id === undefined ? undefined : store.read(resource.resourceType, id)
}

/** What belongs to one sender is not another's to change, nor to see. */
async function refuseHidden(kept: Kept, store: Reader, actor: Actor): Promise<void> {
  if (kept.resourceType === 'Patient' || isDirectory(kept) || actor.sight === 'all') return
  if (sees(actor, await store.sight(referenceTo(kept.resourceType, kept.id)))) return
  throw failure(
    'duplicate',
    'Another sender has used this identifier. Send it with an identifier of your own.',
    `${kept.resourceType}.identifier`,
  )
}

/** A role has seldom a number: it is the one of this doctor at this place. */
function sameRole(role: PractitionerRole, known: Known, roles: readonly Kept<PractitionerRole>[]) {
  const doctor = named(role.practitioner?.reference, known)
  const place = named(role.organization?.reference, known)
  if (!doctor || (role.organization && !place)) return undefined
  return roles.find(({ organization }) => organization?.reference === place)
}

/** The roles that are kept of the doctor whose role this is, by its number or else by the id it would get. */
async function rolesOf(
  { resource }: Entry,
  entries: readonly Entry[],
  anchor: string | undefined,
  store: Reader,
): Promise<Kept<PractitionerRole>[]> {
  const url = (resource as PractitionerRole).practitioner?.reference // asked of roles only
  const doctor = entries.find((entry) => entry.url === url)
  if (!doctor) return []
  if (hasIdentifier(doctor.resource)) return store.naming('PractitionerRole', 'practitioner', doctor.resource)
  const id = derivedIdOf(doctor.url, doctor.resource, anchor)
  return id === undefined ? [] : store.search('PractitionerRole', `practitioner=Practitioner/${id}`)
}

function named(url: string | undefined, known: Known): string | undefined {
  const kept = known.get(url ?? '')
  return kept && referenceTo(kept.resourceType, kept.id)
}

/**
 * The entries as they will be kept: ids given, references between them made literal, known ones renewed.
 * Those that say nothing new are left out of `changed`.
 *
 * Fails: duplicate when two entries mean the same resource; structure when one names an entry that is not there.
 */
export function settled(entries: readonly Entry[], known: Known, anchor: string | undefined, at: Moment) {
  const names = namesOf(entries, known, anchor, at)
  const nameOf = (url: string) => names.get(url) ?? url
  const firsts = entries.filter(
    ({ url }, n) => entries.findIndex((other) => nameOf(other.url) === nameOf(url)) === n,
  )
  const all = firsts.map(({ url, resource }) => {
    const id = nameOf(url).slice(resource.resourceType.length + 1)
    return renewed(literal({ ...resource, id }, names), known.get(url))
  })
  const before = new Map([...known.values()].map((kept) => [`${kept.resourceType}/${kept.id}`, kept]))
  const changed = all.filter(
    (resource) => !sameContent(resource, before.get(`${resource.resourceType}/${resource.id}`)),
  )
  return { all, changed, referenceOf: nameOf }
}

/** The resource with each local name made the reference it stands for. */
function literal<R extends Resource>(resource: R, names: ReadonlyMap<string, string>): R {
  return mapReferences(resource, (reference, place) => {
    const name = names.get(reference)
    if (name !== undefined || parseReference(reference)?.kind !== 'urn') return name ?? reference
    throw failure('structure', 'No entry of the message has this name. Send what it means along.', place())
  })
}

/** Names of the entries → references; two entries that carry the same identifier have the same one. */
function namesOf(
  entries: readonly Entry[],
  known: Known,
  anchor: string | undefined,
  at: Moment,
): Map<string, string> {
  const names = new Map<string, string>()
  const byKey = new Map<string, string>()
  const roles = entries.filter(({ resource }) => resource.resourceType === 'PractitionerRole')
  const others = entries.filter((entry) => !roles.includes(entry))
  for (const { url, resource } of [...others, ...roles]) {
    const keys = businessKeys(resource).map((key) => JSON.stringify([resource.resourceType, key]))
    const twin = keys.map((key) => byKey.get(key)).find((name) => name !== undefined)
    const id = known.get(url)?.id ?? idOf(url, resource, anchor, names) ?? at.newId()
    const name = twin ?? referenceTo(resource.resourceType, id)
    refuseTwice(name, resource, names)
    names.set(url, name)
    for (const key of keys) byKey.set(key, name)
  }
  return names
}

/** A doctor may be named twice in a message; an order is given once. */
function refuseTwice(name: string, resource: Resource, names: ReadonlyMap<string, string>): void {
  if (isDirectory(resource) || resource.resourceType === 'Patient') return
  if (![...names.values()].includes(name)) return
  throw failure(
    'duplicate',
    'Two entries of the message carry the same identifier. Give each an identifier of its own.',
    `${resource.resourceType}.identifier`,
  )
}

function idOf(
  url: string,
  resource: Resource,
  anchor: string | undefined,
  names: ReadonlyMap<string, string>,
): string | undefined {
  if (resource.resourceType !== 'PractitionerRole') return derivedIdOf(url, resource, anchor)
  if (hasIdentifier(resource)) return undefined
  const [doctor, place] = [resource.practitioner, resource.organization].map(
    (one) => names.get(one?.reference ?? '') ?? one?.reference ?? '',
  )
  return derivedId('role', doctor ?? '', place ?? '')
}

/** The id of what carries no identifier: in the directory it follows from what is said of it, else from the message. */
function derivedIdOf(url: string, resource: Resource, anchor: string | undefined): string | undefined {
  if (hasIdentifier(resource) || resource.resourceType === 'PractitionerRole') return undefined
  if (isDirectory(resource)) return derivedId(resource.resourceType, canonicalText(resource))
  return anchor === undefined ? undefined : derivedId(anchor, url)
}

/** A number whose system nobody knows is no identifier: it does not find the resource again. */
const hasIdentifier = (resource: Resource) => businessKeys(resource).length > 0

/** Whether two resources say the same, whatever their versions. */
export function sameContent(a: Resource, b: Resource | undefined): boolean {
  return b !== undefined && canonicalText(a) === canonicalText(b)
}

/** Whether two values are the same, in whatever order their members stand. */
export const sameValue = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

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
