import { failure } from '../fhir/outcome.ts'
import type { Filter } from '../fhir/search/filter.ts'
import { parseSearch, type Search } from '../fhir/search.ts'
import { isServed } from '../fhir/served.ts'

/** What is waited for: resources of one type that match a search. */
export interface Criteria {
  type: string
  search: Pick<Search, 'filters'>
}

export interface CriteriaOptions {
  /** Our own FHIR base URL. */
  base?: string
  /** Where dates without an offset are. */
  zone?: string
}

const place = 'Subscription.criteria'

/** Written by the gateway about what happens: waiting for them would be waiting for oneself. */
const silent = ['AuditEvent', 'Provenance', 'Subscription']

/**
 * The criteria of a subscription, `Type?search`.
 *
 * Each must be answerable exactly from the new value of one resource. Fails: unsupported-value, value,
 * unknown-parameter.
 *
 * Source: FHIR R4 Subscription.criteria.
 */
export function criteriaOf(text: string, options: CriteriaOptions = {}): Criteria {
  const [, type = '', query = ''] = /^([A-Za-z]+)(?:\?(.*))?$/s.exec(text) ?? []
  if (!isServed(type))
    throw failure('unsupported-value', 'Criteria are written Type?search, of a type that is served.', place)
  if (silent.includes(type)) throw failure('unsupported-value', `${type} cannot be subscribed to.`, place)
  const { search } = parseSearch(type, query, options)
  if (search.filters.length !== [...new URLSearchParams(query)].length) {
    throw failure(
      'unsupported-value',
      'Criteria say what a resource is like, not how results are shown.',
      place,
    )
  }
  if (search.filters.some(looksElsewhere)) {
    throw failure('unsupported-value', 'Criteria look at one resource: no chains and no _has.', place)
  }
  return { type, search }
}

function looksElsewhere(filter: Filter): boolean {
  if (filter.is === 'either') return filter.any.flat().some(looksElsewhere)
  return filter.is === 'chain' || filter.is === 'has'
}
