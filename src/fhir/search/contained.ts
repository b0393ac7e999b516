import { type Failure, failure } from '../outcome.ts'
import type { Search } from '../search.ts'
import type { Draft } from './controls.ts'

/**
 * A search of contained resources, once all is known that is said of it.
 *
 * Fails: value for what has no meaning there. A contained resource is known within its container alone: nothing outside
 * refers to it, and what it refers to may stand beside it.
 *
 * Source: FHIR R4 search, 3.1.1.5.7 (contained resources).
 */
export function withContained({ containedType, ...search }: Draft): Search {
  const { contained, includes, filters, part } = search
  if (!contained)
    throw failure('value', '"_containedType" goes with _contained=true or both.', '_containedType')
  if (includes.length > 0) throw misplaced('_include and _revinclude')
  if (filters.some(({ is }) => is === 'chain' || is === 'has')) throw misplaced('chains, _has and _list')
  const as = containedType ?? contained.as
  if (part?.is === 'elements' && as === 'container') {
    throw failure(
      'value',
      '_elements are of the type that is searched, and containers are of others: leave it out, or ask for _containedType=contained.',
      '_elements',
    )
  }
  return { ...search, contained: { ...contained, as } }
}

const misplaced = (what: string): Failure =>
  failure(
    'value',
    `Contained resources are searched by what they hold themselves: leave ${what} out.`,
    '_contained',
  )
