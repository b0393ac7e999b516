import { searchset } from '../../fhir/bundle.ts'
import type { Filter } from '../../fhir/search/filter.ts'
import { parseSearch, type Search, type SearchOptions } from '../../fhir/search.ts'
import { type Answer, namedOf } from '../answer.ts'
import { type Call, typeOf } from '../call.ts'
import { searchConformance } from '../conformance.ts'
import { withinReach, withinReadable } from '../reach.ts'
import {
  inPart,
  linksOf,
  opened,
  optionsOf,
  remarksOn,
  searchedFor,
  urlOf,
  withoutLeft,
} from '../searching.ts'
import type { Interaction } from './interaction.ts'

/** Resources of one type, by their search parameters. */
export const searchType: Interaction = {
  codes: ['search-type'],
  method: 'GET',
  path: '/:type',
  letter: 's',
  conformance: (call) => searchConformance(call, call.query),
  handle: (call) => searched(call, call.query, [], withContained(call)),
}

/** The same, with the parameters in a form: URLs are logged on their way. */
export const searchByPost: Interaction = {
  codes: [],
  method: 'POST',
  path: '/:type/_search',
  letter: 's',
  conformance: async (call) => searchConformance(call, await searchedFor(call)),
  handle: async (call) => searched(call, await searchedFor(call), [], withContained(call)),
}

const withContained = (call: Call): SearchOptions => ({ ...optionsOf(call), contained: true })

/** What a query finds for the caller, as a searchset. `more` are conditions that no query can say. */
export async function searched(
  call: Call,
  query: URLSearchParams,
  more: readonly Filter[] = [],
  options = optionsOf(call),
): Promise<Answer> {
  const { house, base, permit } = call
  const type = typeOf(call)
  const { search, warnings, left } = parseSearch(type, opened(call, query), options)
  const counted = withCount({ ...search, filters: [...search.filters, ...more] }, query)
  const page = await house.store.search(withinReach(counted, permit), permit.actor.sight)
  const head = {
    links: linksOf(call, withoutLeft(query, left), page.next),
    ...(page.total !== undefined && { total: page.total }),
  }
  const entries = inPart(withinReadable(page.entries, permit), search.part)
  return {
    status: 200,
    headers: {},
    body: searchset(base, entries, head, remarksOn(warnings, page)),
    shown: { interaction: 'search-type', references: namedOf(entries), query: urlOf(type, query) },
  }
}

/** Appointments are counted without being asked to. Source: IHE ITI Scheduling, ITI-118: Bundle.total is required. */
function withCount(search: Search, query: URLSearchParams): Search {
  return search.type === 'Appointment' && !query.has('_total') ? { ...search, total: true } : search
}
