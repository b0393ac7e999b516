import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'
import { partOf } from '../fhir/part.ts'
import { matches } from '../fhir/search/match.ts'
import { isStretched, type Parameter, parametersOf } from '../fhir/search/parameters.ts'
import { unsupportedParameter } from '../fhir/search/refusals.ts'
import { type SearchRow, searchRow } from '../fhir/search/row.ts'
import { parseSearch, type Search } from '../fhir/search.ts'
import { type Answer, answer } from './answer.ts'
import { type Call, idOf, typeOf } from './call.ts'
import { placeIn } from './page-link.ts'
import { expectOnly } from './parameters.ts'
import { linksOf, optionsOf, withoutLeft } from './searching.ts'
import { searchsetOf } from './searchset.ts'

/** One profile, value set, map or other declaration, by its id. Fails: not-found. */
export function readConformance(call: Call): Answer {
  expectOnly(call.query, [])
  const [type, id] = [typeOf(call), idOf(call)]
  const found = ofType(call, type).find((resource) => resource.id === id)
  if (!found) throw failure('not-found', `There is no ${type}/${id}.`)
  return answer(found)
}

/** How declarations of a type are searched for: by all but when they were last changed, which is not kept. */
export const conformanceParametersOf = (type: string): Parameter[] =>
  [...parametersOf(type).values()].filter(({ kind, code }) => kind !== 'unsupported' && code !== untimed)

const untimed = '_lastUpdated'

/** Declarations that fit: they are in memory, and each is looked at. Fails: as `parseSearch`; unsupported-value for what leads to others. */
export function searchConformance(call: Call, query: URLSearchParams): Answer {
  const type = typeOf(call)
  const { search, warnings, left } = parseSearch(type, query, { ...optionsOf(call), ...allAtOnce })
  refuseUnserved(query, search)
  const fitting = ofType(call, type).filter((resource) => matches(search, rowOf(resource)))
  const found = sorted(fitting, search)
  const [from, count] = [Number(placeIn(call, query) ?? 0), search.totalOnly ? 0 : search.count]
  const page = found.slice(from, from + count)
  const parts = page.map((resource) => (search.part ? partOf(resource, search.part) : resource))
  const isLast = count === 0 || from + count >= found.length
  const [self, next] = linksOf(call, withoutLeft(query, left), isLast ? undefined : String(from + count))
  return answer(
    searchsetOf(call.base, parts, self?.url ?? '', warnings, {
      total: found.length,
      ...(next && { next: next.url }),
    }),
  )
}

/** They are few. */
const allAtOnce = { defaultCount: Number.MAX_SAFE_INTEGER, maxCount: Number.MAX_SAFE_INTEGER }

function refuseUnserved(query: URLSearchParams, { includes, sort }: Search): void {
  const byTime = [...query.keys()].some((name) => name.split(':', 1)[0] === untimed)
  if (byTime || sort.some(({ parameter }) => parameter.code === untimed))
    throw unsupportedParameter(byTime ? untimed : '_sort', 'when a declaration was last changed is not kept')
  if (includes.length > 0) throw unsupportedParameter('_include', 'declarations bring nothing along')
}

const rows = new WeakMap<Resource, SearchRow>()

/** What search sees of a declaration, which does not change. */
function rowOf(resource: Resource): SearchRow {
  const known = rows.get(resource) ?? searchRow(resource)
  rows.set(resource, known)
  return known
}

/** In the order that is asked for, else as they are declared. What has no value is last, or first when descending. */
function sorted(resources: readonly Resource[], { sort }: Search): readonly Resource[] {
  return resources.toSorted((a, b) => {
    for (const { parameter, descending } of sort) {
      const order = compared(keptOf(a, parameter), keptOf(b, parameter))
      if (order !== 0) return descending ? -order : order
    }
    return 0
  })
}

const keptOf = (resource: Resource, parameter: Parameter): unknown =>
  rowOf(resource)[isStretched(parameter) ? `${parameter.column}_low` : parameter.column]

function compared(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : Number(String(a) > String(b))
}

const ofType = ({ house }: Call, type: string) =>
  house.conformance.filter(({ resourceType }) => resourceType === type)
