import { failure } from '../fhir/outcome.ts'
import type { Stored } from '../store/index.ts'
import type { Call } from './call.ts'
import { reached } from './reach.ts'

/** The current version of a resource that the caller may see. Fails: not-found, deleted, forbidden. */
export async function current({ house, permit }: Call, type: string, id: string): Promise<Stored> {
  const kept = await house.store.read(type, id, permit.actor.sight)
  if (!kept) throw failure('not-found', `There is no ${type}/${id}.`)
  return reached(permit, orGone(kept))
}

/** The same version, unless it is the one that says that the resource was deleted. Fails: deleted. */
export function orGone(kept: Stored): Stored {
  if (!kept.deleted) return kept
  throw failure('deleted', `${kept.type}/${kept.id} was deleted. Its earlier versions are in its history.`)
}
