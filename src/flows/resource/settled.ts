import type { Resource } from '@medplum/fhirtypes'
import { parseKept } from '../../fhir/decimals.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Stored } from '../../store/index.ts'
import type { Desk } from '../step.ts'
import { allOf } from './all-of.ts'
import type { Asked, AskedDeleteFound, AskedPatch, Request } from './change.ts'
import { matchesOf, matchOf } from './match.ts'
import type { Guard } from './transacted.ts'

/**
 * Each request as the changes it comes to: a patch as an update of what is there now, a deletion by search as the
 * deletions of what fits now. All others are themselves.
 *
 * The versions that were looked at are named as those to be changed, so that a change by another in the same moment is
 * found out. Fails: not-found, deleted; multiple-matches; forbidden; what the patch fails with.
 */
export function settled(requests: readonly Request[], desk: Desk, guard: Guard): Promise<Asked[][]> {
  return allOf(requests, async (request) => {
    if (request.verb === 'patch') return updateBy(request, desk, guard)
    if (request.verb === 'delete' && 'query' in request) return deletionsBy(request, desk)
    return [request]
  })
}

/** Whether a request rests on what was looked at before it is carried out, and may be looked at again. */
export const isSettledFirst = (request: Request): boolean =>
  (request.verb === 'patch' || (request.verb === 'delete' && 'query' in request)) &&
  request.ifMatch === undefined

async function updateBy(asked: AskedPatch, desk: Desk, guard: Guard): Promise<Asked[]> {
  const kept = await meant(asked, desk)
  const before = parseKept(kept.body) as Resource // the store keeps resources
  const { type, place, ifMatch = String(kept.version) } = asked
  guard({ type, asked: 'update' }, before)
  const resource = asked.patch(before)
  if (resource.id !== kept.id || resource.resourceType !== type) {
    throw failure('business-rule', 'A patch leaves the type and the id of the resource as they are.', place)
  }
  const target = { id: kept.id }
  return [{ verb: 'update', type, resource, target, ifMatch, ...(place !== undefined && { place }) }]
}

async function meant({ type, target, place }: AskedPatch, desk: Desk): Promise<Stored> {
  const kept =
    'id' in target
      ? await desk.store.read(type, target.id, desk.actor.sight)
      : await matchOf(type, target.query, desk)
  if (!kept) throw failure('not-found', `There is no such ${type} to patch.`, place)
  if (!kept.deleted) return kept
  throw failure('deleted', `This ${type} was deleted. Its earlier versions are in its history.`, place)
}

async function deletionsBy({ query, most, ...asked }: AskedDeleteFound, desk: Desk): Promise<Asked[]> {
  const { type, place, ifMatch } = asked
  const found = await matchesOf(type, query, most, desk)
  return found.map(({ id, version }) => ({
    verb: 'delete',
    type,
    id,
    ifMatch: ifMatch ?? String(version),
    ...(place !== undefined && { place }),
  }))
}
