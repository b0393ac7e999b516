import type { DocumentReference, Identifier, Reference, Resource } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { referenceTo } from '../booking/states.ts'
import type { Entry } from '../entries.ts'

/** What documents and comments name by number, as it is kept: by type and number. */
export type Earlier = ReadonlyMap<string, Kept>

/** What the documents of a message replace or add to, and which comments its comments are part of, if the actor sees it. */
export async function earlierOf(entries: readonly Entry[], store: Reader, actor: Actor): Promise<Earlier> {
  const named = entries.flatMap(({ resource }) => namedBy(resource))
  const found = await Promise.all(
    named.map(async (reference) => [keyOf(reference), await seen(reference, store, actor)] as const),
  )
  return new Map(found.flatMap(([key, kept]) => (kept ? [[key, kept] as const] : [])))
}

/** The resource with what it names by number named literally too, where that is kept. */
export function linked<R extends Resource>(resource: R, earlier: Earlier): R {
  const literal = <N extends Reference>(reference: N): N => {
    const kept = earlier.get(keyOf(reference))
    return kept ? { ...reference, reference: referenceTo(kept) } : reference
  }
  if (resource.resourceType === 'Communication')
    return { ...resource, ...(resource.partOf && { partOf: resource.partOf.map(literal) }) }
  if (resource.resourceType !== 'DocumentReference' || !resource.relatesTo) return resource
  return {
    ...resource,
    relatesTo: resource.relatesTo.map((relation) => ({ ...relation, target: literal(relation.target) })),
  }
}

/** Documents that others replace: they stay, and say so. */
export function superseded(news: readonly Resource[], earlier: Earlier): DocumentReference[] {
  const targets = news
    .filter((one): one is DocumentReference => one.resourceType === 'DocumentReference')
    .flatMap(({ relatesTo = [] }) => relatesTo.filter(({ code }) => code === 'replaces'))
    .map(({ target }) => earlier.get(keyOf(target)))
  return targets
    .filter((one): one is Kept<DocumentReference> => one?.resourceType === 'DocumentReference')
    .filter(({ status }) => status === 'current')
    .map((document) => ({ ...document, status: 'superseded' }))
}

type Named = Reference & {
  type: 'Communication' | 'DocumentReference'
  identifier: Identifier & { value: string }
}

const isNamed = ({ type, identifier }: Reference): boolean =>
  (type === 'Communication' || type === 'DocumentReference') && identifier?.value !== undefined

function namedBy(resource: Resource): Named[] {
  const all: readonly Reference[] =
    resource.resourceType === 'Communication'
      ? (resource.partOf ?? [])
      : resource.resourceType === 'DocumentReference'
        ? (resource.relatesTo ?? []).map(({ target }) => target)
        : []
  return all.filter((one): one is Named => isNamed(one))
}

async function seen({ type, identifier }: Named, store: Reader, actor: Actor): Promise<Kept | undefined> {
  const kept = await store.identified(type, identifier.system, identifier.value)
  return kept && sees(actor, await store.sight(referenceTo(kept))) ? kept : undefined
}

const keyOf = ({ type, identifier }: Reference) => `${type} ${identifier?.system ?? ''}|${identifier?.value}`
