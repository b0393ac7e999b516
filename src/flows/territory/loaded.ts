import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { mapReferences, referencesIn } from '../../fhir/walk.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { type Entry, type Known, knownOf, sameContent } from '../entries.ts'
import type { Moment, Plan, Step } from '../step.ts'

/** The resources of a territory's folder; each carries a business identifier. */
export interface Load {
  entries: readonly Entry[]
}

interface Facts {
  known: Known
  /** What conditional references (`Organization?identifier=system|value`) mean and is not among the entries. */
  meant: ReadonlyMap<string, string>
}

/** The territory's directory and protocol are here as its folder says: loading it twice changes nothing. */
export const loaded: Step<Load, Facts> = {
  name: 'territory.loaded',

  async facts({ entries }, store, actor) {
    const [known, meant] = await Promise.all([
      knownOf(entries, undefined, store, actor),
      meantBy(entries, store),
    ])
    return { known, meant }
  },

  decide({ entries }, { known, meant }, at) {
    const urls = new Map(entries.map(({ url, resource }) => [url, nameOf(resource, known.get(url), at)]))
    const names = new Map([...meant, ...conditional(entries, urls), ...urls])
    const write = entries.flatMap(({ url, resource }) =>
      renewed(resource, names.get(url) ?? '', known.get(url), names),
    )
    return { write } satisfies Plan
  },
}

const nameOf = ({ resourceType }: Resource, known: Kept | undefined, at: Moment) =>
  `${resourceType}/${known?.id ?? at.newId()}`

const condition = /^([A-Z]\w+)\?identifier=([^&]+)$/

/** The same resources by their identifiers: `Organization?identifier=system|value` → `Organization/<id>`. */
function conditional(entries: readonly Entry[], urls: ReadonlyMap<string, string>): [string, string][] {
  return entries.flatMap(({ url, resource }) =>
    identifiersOf(resource).map((key): [string, string] => [
      `${resource.resourceType}?identifier=${key}`,
      urls.get(url) ?? '',
    ]),
  )
}

function identifiersOf(resource: Resource): string[] {
  const identifiers = 'identifier' in resource ? [resource.identifier].flat() : []
  return identifiers.flatMap((one) =>
    typeof one === 'object' && one?.value ? [`${one.system ?? ''}|${one.value}`] : [],
  )
}

async function meantBy(entries: readonly Entry[], store: Reader): Promise<Map<string, string>> {
  const asked = new Set<string>()
  for (const { resource } of entries) {
    for (const { reference } of referencesIn(resource)) if (condition.test(reference)) asked.add(reference)
  }
  const found = await Promise.all(
    [...asked].map(async (reference) => [reference, await kept(reference, store)] as const),
  )
  return new Map(found.flatMap(([reference, name]) => (name ? [[reference, name] as const] : [])))
}

async function kept(reference: string, store: Reader): Promise<string | undefined> {
  const [, type = '', token = ''] = condition.exec(reference) ?? []
  const [system = '', value = ''] = token.split('|')
  // The pattern has found a type name; one that is not kept finds nothing.
  const found = await store.identified(type as Resource['resourceType'], system, value)
  return found && `${type}/${found.id}`
}

function renewed(
  resource: Resource,
  name: string,
  before: Kept | undefined,
  names: ReadonlyMap<string, string>,
): Resource[] {
  const settled = mapReferences(resource, (reference, place) => {
    const literal = names.get(reference)
    if (literal || !(condition.test(reference) || reference.startsWith('urn:'))) return literal ?? reference
    throw failure('not-found', `Nothing in the territory is meant by this reference: ${reference}.`, place())
  })
  const { versionId: _, lastUpdated: __, ...meta } = settled.meta ?? {}
  const version = before ? { versionId: before.meta.versionId } : {}
  // Only id and meta are set: the type stays.
  const next = {
    ...settled,
    id: name.slice(resource.resourceType.length + 1),
    meta: { ...meta, ...version },
  } as Resource
  return sameContent(next, before) ? [] : [next]
}
