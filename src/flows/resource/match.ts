import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { controlOf } from '../../fhir/search/controls.ts'
import { matches } from '../../fhir/search/match.ts'
import { searchRow } from '../../fhir/search/row.ts'
import { parseSearch, type Search } from '../../fhir/search.ts'
import type { Found } from '../../store/index.ts'
import type { Desk } from '../step.ts'

/** How a caller's condition is read: as a search that asks nothing it may not ask. Fails: as `parseSearch`; forbidden. */
export type ReadCondition = (type: string, condition: URLSearchParams) => Search

/**
 * The one resource, of those the caller may see, that fits a condition (search parameters as in a URL); those of the ids
 * in `without` are as if they were not there.
 *
 * Fails: multiple-matches; required when the condition says nothing; as the search does.
 * Source: FHIR R4, http, conditional create and update.
 */
export async function matchOf(
  type: string,
  condition: string,
  desk: Desk,
  without?: ReadonlySet<string>,
): Promise<Found | undefined> {
  const [first] = await matchesOf(type, condition, 1, desk, without)
  return first
}

/** All that fit a condition, but those of these ids, unless they are more than `most`. Fails: as `matchOf`. */
export async function matchesOf(
  type: string,
  condition: string,
  most: number,
  desk: Desk,
  without: ReadonlySet<string> = new Set(),
): Promise<Found[]> {
  const some = await someOf(type, condition, most + 1 + without.size, desk)
  const found = some.filter(({ id }) => !without.has(id))
  if (found.length <= most) return found
  const several = most === 1 ? 'Several' : `More than ${most}`
  throw failure(
    'multiple-matches',
    `${several} resources of type ${type} fit the condition. Say which by an identifier.`,
  )
}

/** The newest that fit a condition, at most `count`. */
export async function someOf(type: string, condition: string, count: number, desk: Desk): Promise<Found[]> {
  const { store, actor } = desk
  const { entries } = await store.search({ ...searchOf(type, condition, desk), count }, actor.sight)
  return entries.filter(({ mode }) => mode === 'match')
}

/** Whether a resource that is not kept yet fits a condition; one that leads to other resources is not asked of it. */
export function fits(resource: Resource, condition: string, desk: Desk): boolean {
  const search = searchOf(resource.resourceType, condition, desk)
  if (search.filters.some(({ is }) => is === 'chain' || is === 'has')) return false
  return matches(search, searchRow(resource, desk.territory.zone))
}

function searchOf(type: string, condition: string, { readCondition, territory: { zone } }: Desk): Search {
  const parameters = conditionParameters(type, condition)
  return readCondition?.(type, parameters) ?? parseSearch(type, parameters, { zone }).search
}

/** The parameters of a condition, each of which says what fits. Fails: required; unknown-parameter. */
export function conditionParameters(type: string, condition: string): URLSearchParams {
  const said = condition.replace(/^\?/, '').replace(new RegExp(`^${type}\\?`), '')
  const parameters = new URLSearchParams(said)
  const codes = [...parameters.keys()].map((name) => name.split(':', 1)[0] ?? '')
  if (codes.length === 0)
    throw failure('required', 'A condition names at least one search parameter, such as identifier.')
  const control = codes.find((code) => controlOf(code) !== undefined)
  if (control)
    throw failure(
      'unknown-parameter',
      `A condition says what fits, and nothing of the result: leave ${control} out.`,
      control,
    )
  return parameters
}
