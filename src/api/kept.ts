import { mayTouch, restrictionsOf } from '../auth/gate.ts'
import type { Letter } from '../auth/scopes.ts'
import { failure } from '../fhir/outcome.ts'
import { parseSearch } from '../fhir/search.ts'
import type { Stored } from '../store/index.ts'
import type { Call } from './call.ts'

/** The current version of a resource that the caller may see. Fails: not-found, deleted, forbidden. */
export async function current(call: Call, type: string, id: string): Promise<Stored> {
  const kept = await call.house.store.read(type, id, call.permit.actor.sight)
  if (!kept) throw failure('not-found', `There is no ${type}/${id}.`)
  return reached(call, 'r', orGone(kept))
}

/** Fails: deleted. */
export function orGone(kept: Stored): Stored {
  if (!kept.deleted) return kept
  const text = `${kept.type}/${kept.id} was deleted. Its earlier versions are in its history.`
  throw failure('deleted', text)
}

/** The same resource, when the caller's scopes reach it. Fails: forbidden where scopes are filtered and none lets it pass. */
export async function reached(call: Call, letter: Letter, kept: Stored): Promise<Stored> {
  const restrictions = restrictionsOf(call.permit, kept.type, letter)
  if (restrictions === undefined) return kept
  const fitting = await Promise.all(restrictions.map((filter) => fits(call, kept, filter)))
  mayTouch(call.permit, kept.type, letter, (filter) => fitting[restrictions.indexOf(filter)] ?? false)
  return kept
}

async function fits({ house, permit }: Call, { type, id }: Stored, filter: string): Promise<boolean> {
  const { search } = parseSearch(type, `${filter}&_id=${id}`)
  const { entries } = await house.store.search(search, permit.actor.sight)
  return entries.length > 0
}
