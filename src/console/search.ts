import type { Resource } from '@medplum/fhirtypes'
import { failures } from '../fhir/outcome.ts'
import { parseSearch } from '../fhir/search.ts'
import type { Desk } from '../flows/step.ts'
import type { Kept } from '../store/index.ts'

type Typed<T extends Resource['resourceType']> = Kept<Resource & { resourceType: T }>

/** One page of what a search finds, and what was brought along, by reference. */
export interface Found<T extends Resource['resourceType']> {
  matches: Typed<T>[]
  along: ReadonlyMap<string, Kept>
  /** For `_cursor` of the next page. */
  next?: string
  /** With `_total=accurate`. */
  total?: number
}

/** Searches with the eyes of whoever looks: parameters as in a URL. Fails: too-costly when more would come along than may. */
export async function searched<T extends Resource['resourceType']>(
  type: T,
  query: string | URLSearchParams,
  { store, actor, territory }: Pick<Desk, 'store' | 'actor' | 'territory'>,
): Promise<Found<T>> {
  const { search } = parseSearch(type, query, { zone: territory.zone })
  const { entries, next, total, remarks } = await store.search(search, actor.sight)
  if (remarks) throw failures(remarks)
  // Bodies are what the store keeps: of the type that was asked for, and of others brought along.
  const kept = entries.map(({ mode, body }) => ({ mode, resource: JSON.parse(body) as Kept }))
  return {
    matches: kept.filter(({ mode }) => mode === 'match').map(({ resource }) => resource as Typed<T>),
    along: new Map(
      kept
        .filter(({ mode }) => mode === 'include')
        .map(({ resource }) => [`${resource.resourceType}/${resource.id}`, resource]),
    ),
    ...(next !== undefined && { next }),
    ...(total !== undefined && { total }),
  }
}

/** The resource of a type that a reference leads to, among those brought along. */
export function along<T extends Resource['resourceType']>(
  found: ReadonlyMap<string, Kept>,
  type: T,
  reference: string | undefined,
): Typed<T> | undefined {
  const resource = reference === undefined ? undefined : found.get(reference)
  return resource?.resourceType === type ? (resource as Typed<T>) : undefined // just compared
}

/** `Type/id/_history/n`, for the trail of reads. */
export const versionsOf = (resources: Iterable<Kept | undefined>): string[] =>
  [...resources].flatMap((one) =>
    one ? [`${one.resourceType}/${one.id}/_history/${one.meta.versionId}`] : [],
  )
