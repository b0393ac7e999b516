import type { Resource } from '@medplum/fhirtypes'
import { type Link, searchset } from '../../fhir/bundle.ts'
import { outcomeOf } from '../../fhir/outcome.ts'
import { partOf } from '../../fhir/part.ts'
import type { Filter } from '../../fhir/search/filter.ts'
import { type Part, parseSearch, type Search, type SearchOptions } from '../../fhir/search.ts'
import { codesIn } from '../../fhir/value-set.ts'
import type { Found } from '../../store/index.ts'
import { type Answer, versionsOf } from '../answer.ts'
import { type Call, typeOf } from '../call.ts'
import { searchConformance } from '../conformance.ts'
import { placeIn, sealed } from '../page-link.ts'
import { preferenceOf } from '../prefer.ts'
import { withinReach, withinReadable } from '../reach.ts'
import type { Interaction } from './interaction.ts'

/** Resources of one type, by their search parameters. */
export const searchType: Interaction = {
  codes: ['search-type'],
  method: 'GET',
  path: '/:type',
  letter: 's',
  conformance: (call) => searchConformance(call, call.query),
  handle: (call) => searched(call, call.query),
}

/** The same, with the parameters in a form: URLs are logged on their way. */
export const searchByPost: Interaction = {
  codes: [],
  method: 'POST',
  path: '/:type/_search',
  letter: 's',
  conformance: async (call) => searchConformance(call, await searchedFor(call)),
  handle: async (call) => searched(call, await searchedFor(call)),
}

/** Those of the form and those of the URL together. Source: FHIR R4, http, search. */
export async function searchedFor(call: Call): Promise<URLSearchParams> {
  return new URLSearchParams([...call.query, ...(await call.form())])
}

/** What a query finds for the caller, as a searchset. `more` are conditions that no query can say. */
export async function searched(
  call: Call,
  query: URLSearchParams,
  more: readonly Filter[] = [],
): Promise<Answer> {
  const { house, base, permit } = call
  const type = typeOf(call)
  const { search, warnings } = parseSearch(type, opened(call, query), optionsOf(call))
  const counted = withCount({ ...search, filters: [...search.filters, ...more] }, query)
  const page = await house.store.search(withinReach(counted, permit), permit.actor.sight)
  const head = {
    links: linksOf(call, withoutUnknown(query, warnings), page.next),
    ...(page.total !== undefined && { total: page.total }),
  }
  const remarks = warnings.length > 0 ? outcomeOf(warnings) : undefined
  const entries = inPart(withinReadable(page.entries, permit), search.part)
  return {
    status: 200,
    headers: {},
    body: searchset(base, entries, head, remarks),
    shown: { interaction: 'search-type', references: versionsOf(entries), query: urlOf(type, query) },
  }
}

/** How a query of the caller's is read. */
export function optionsOf({ house, base, permit, header }: Call): SearchOptions {
  const { zone } = house.desk(permit.actor).territory
  const lenient = permit.lenient || preferenceOf(header('prefer')).lenient
  return { lenient, zone, base, codesOf: (url) => codesIn(url, house.conformance) }
}

/** Of each resource the part that is wanted: elements are named of the matches alone. */
export function inPart(entries: readonly Found[], part: Part | undefined): readonly Found[] {
  if (!part) return entries
  return entries.map((entry) => {
    if (entry.mode === 'include' && part.is === 'elements') return entry
    const resource = JSON.parse(entry.body) as Resource // the store keeps resources
    return { ...entry, body: JSON.stringify(partOf(resource, part)) }
  })
}

/** Appointments are counted without being asked to. Source: IHE ITI Scheduling, ITI-118: Bundle.total is required. */
function withCount(search: Search, query: URLSearchParams): Search {
  return search.type === 'Appointment' && !query.has('_total') ? { ...search, total: true } : search
}

/** What was left out of the search is left out of its link: the link says what was searched. */
export function withoutUnknown(
  query: URLSearchParams,
  warnings: readonly { expression?: string }[],
): URLSearchParams {
  const left = new Set(warnings.map(({ expression }) => expression))
  return new URLSearchParams(
    [...query].filter(([name]) => !left.has(name) && !left.has(name.split(/[:.]/, 1)[0])),
  )
}

/** The query with the place that its link says. */
export function opened(call: Call, query: URLSearchParams): URLSearchParams {
  const place = placeIn(call, query)
  if (place === undefined) return query
  const further = new URLSearchParams(query)
  further.set('_cursor', place)
  return further
}

export function linksOf(call: Call, query: URLSearchParams, next: string | undefined): Link[] {
  const { type, id, operation } = call.path
  const parts = [call.base, type, id, operation && `$${operation}`]
  const address = parts.filter((part) => part !== undefined).join('/')
  const self: Link = { relation: 'self', url: urlOf(address, query) }
  if (next === undefined) return [self]
  const further = new URLSearchParams(query)
  further.set('_cursor', sealed(call, query, next))
  return [self, { relation: 'next', url: urlOf(address, further) }]
}

export const urlOf = (address: string, query: URLSearchParams): string =>
  query.size > 0 ? `${address}?${query}` : address
