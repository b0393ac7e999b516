import { failure } from '../../fhir/outcome.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Found } from '../../store/index.ts'
import type { Desk } from '../step.ts'

/**
 * The one resource, of those the caller may see, that fits a condition (search parameters as in a URL).
 *
 * Fails: multiple-matches; required when the condition says nothing; as the search does.
 * Source: FHIR R4, http, conditional create and update.
 */
export async function matchOf(type: string, condition: string, desk: Desk): Promise<Found | undefined> {
  const [first] = await matchesOf(type, condition, 1, desk)
  return first
}

/** All that fit a condition, unless they are more than `most`. Fails: as `matchOf`. */
export async function matchesOf(
  type: string,
  condition: string,
  most: number,
  { store, actor, territory: { zone } }: Desk,
): Promise<Found[]> {
  const { search } = parseSearch(type, conditionParameters(type, condition), { zone })
  const { entries } = await store.search({ ...search, count: most + 1 }, actor.sight)
  const found = entries.filter(({ mode }) => mode === 'match')
  if (found.length <= most) return found
  const several = most === 1 ? 'Several' : `More than ${most}`
  throw failure(
    'multiple-matches',
    `${several} resources of type ${type} fit the condition. Say which by an identifier.`,
  )
}

export function conditionParameters(type: string, condition: string): URLSearchParams {
  const said = condition.replace(/^\?/, '').replace(new RegExp(`^${type}\\?`), '')
  const parameters = new URLSearchParams(said)
  const names = [...parameters.keys()]
  if (names.length === 0)
    throw failure('required', 'A condition names at least one search parameter, such as identifier.')
  const result = names.find((name) =>
    /^_(count|sort|include|revinclude|summary|elements|total|format|pretty)\b/.test(name),
  )
  if (result)
    throw failure(
      'unknown-parameter',
      `A condition says what fits, not how it is shown: leave ${result} out.`,
    )
  return parameters
}
