import type { OperationOutcome, Resource } from '@medplum/fhirtypes'
import type { Link } from '../fhir/bundle.ts'
import { parseKept, textOf } from '../fhir/decimals.ts'
import { type Issue, outcomeOf } from '../fhir/outcome.ts'
import { partOf } from '../fhir/part.ts'
import type { Pair, Part, SearchOptions } from '../fhir/search.ts'
import { codesIn } from '../fhir/value-set.ts'
import type { Found, Page } from '../store/index.ts'
import type { Call } from './call.ts'
import { cursorFor, placeIn } from './page-link.ts'
import { preferenceOf } from './prefer.ts'

/** Those of the form and those of the URL together. Source: FHIR R4, http, search. */
export async function searchedFor(call: Call): Promise<URLSearchParams> {
  return new URLSearchParams([...call.query, ...(await call.form())])
}

/** How a query of the caller's is read. */
export function optionsOf({ house, base, permit, header }: Call): SearchOptions {
  const { zone } = house.desk(permit.actor).territory
  const { handling = permit.lenient ? 'lenient' : 'strict' } = preferenceOf(header('prefer'))
  return { lenient: handling === 'lenient', zone, base, codesOf: (url) => codesIn(url, house.conformance) }
}

/** Of each resource the part that is wanted: elements are named of the matches alone. */
export function inPart(entries: readonly Found[], part: Part | undefined): readonly Found[] {
  if (!part) return entries
  return entries.map((entry) => {
    if (entry.mode === 'include' && part.is === 'elements') return entry
    const resource = parseKept(entry.body) as Resource // the store keeps resources
    return { ...entry, body: textOf(partOf(resource, part)) }
  })
}

/** What was left out of the search is left out of its link: the link says what was searched. */
export function withoutLeft(query: URLSearchParams, left: readonly Pair[]): URLSearchParams {
  if (left.length === 0) return query
  return new URLSearchParams(
    [...query].filter(([name, value]) => !left.some((pair) => pair[0] === name && pair[1] === value)),
  )
}

/** What is said of a search beside what it found: what was left out of it, and that not all has come along. */
export function remarksOn(
  warnings: readonly Issue[],
  { remarks = [] }: Pick<Page, 'remarks'>,
): OperationOutcome | undefined {
  const told = [...warnings, ...remarks.map((each) => ({ ...each, severity: 'warning' as const }))]
  return told.length > 0 ? outcomeOf(told) : undefined
}

/** The query with the place that its link says. */
export function opened(call: Call, query: URLSearchParams): URLSearchParams {
  const place = placeIn(call, query)
  if (place === undefined) return query
  const further = new URLSearchParams(query)
  further.set('_cursor', place)
  return further
}

/** Itself, and the next page where there is one. */
export function linksOf(call: Call, query: URLSearchParams, next: string | undefined): Link[] {
  const { type, id, operation } = call.path
  const parts = [call.base, type, id, operation && `$${operation}`]
  const address = parts.filter((part) => part !== undefined).join('/')
  const self: Link = { relation: 'self', url: urlOf(address, query) }
  if (next === undefined) return [self]
  return [self, { relation: 'next', url: furtherOf(self.url, query, cursorFor(call, query, next)) }]
}

/** The address of a page further on; of a first page, what it has in common with this one is not written again. */
function furtherOf(self: string, query: URLSearchParams, place: string): string {
  if (!query.has('_cursor'))
    return `${self}${query.size > 0 ? '&' : '?'}${new URLSearchParams({ _cursor: place })}`
  const further = new URLSearchParams(query)
  further.set('_cursor', place)
  return urlOf(self.slice(0, self.indexOf('?')), further)
}

export const urlOf = (address: string, query: URLSearchParams): string =>
  query.size > 0 ? `${address}?${query}` : address
