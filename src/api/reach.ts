import type { Resource } from '@medplum/fhirtypes'
import { mayInteract, mayTouch, readableTypes, restrictionsOf } from '../auth/gate.ts'
import { type Permit, tooLittle } from '../auth/permit.ts'
import type { Letter } from '../auth/scopes.ts'
import type { Filter } from '../fhir/search/filter.ts'
import { matches } from '../fhir/search/match.ts'
import { beginningsOf } from '../fhir/search/references.ts'
import { searchRow } from '../fhir/search/row.ts'
import { type Contained, type Include, parseSearch, type Search } from '../fhir/search.ts'
import type { Request } from '../flows/resource/change.ts'
import type { Guard } from '../flows/resource/transacted.ts'
import type { Found, Stored } from '../store/index.ts'

/** The right that each change takes. */
export const letters: Readonly<Record<Request['verb'], Letter>> = {
  create: 'c',
  update: 'u',
  patch: 'u',
  delete: 'd',
}

/** Whether filtered scopes let a resource pass; scopes without a filter let all pass. */
function passes(resource: Resource, filter: string): boolean {
  return matches(parseSearch(resource.resourceType, filter).search, searchRow(resource))
}

/** Looks at a resource before and after its change: none may be moved into or out of a caller's own scope. */
export const guardOf =
  (permit: Permit): Guard =>
  ({ type, asked }, resource) =>
    mayTouch(permit, type, letters[asked], (filter) => passes(resource, filter))

/** The same resource, when the caller's scopes reach it. Fails: forbidden where they are filtered and none lets it pass. */
export function reached(permit: Permit, kept: Stored): Stored {
  if (isReached(permit, kept)) return kept
  throw tooLittle(`The scope for ${kept.type} does not reach this resource.`)
}

/** Whether the caller's scopes, filtered ones too, let a kept resource be read. */
export function isReached(permit: Permit, { type, body }: Pick<Stored, 'type' | 'body'>): boolean {
  const restrictions = restrictionsOf(permit, type, 'r')
  if (restrictions === undefined) return true
  return isPassed(JSON.parse(body) as Resource, restrictions) // the store keeps resources
}

/** The same of a resource that has been read. */
export const isReadable = (permit: Permit, resource: Resource): boolean =>
  isPassed(resource, restrictionsOf(permit, resource.resourceType, 'r'))

const isPassed = (resource: Resource, restrictions: readonly string[] | undefined): boolean =>
  restrictions === undefined || restrictions.some((filter) => passes(resource, filter))

/**
 * The same search, no wider than the caller's scopes: filtered scopes filter it, and nothing is asked through a type
 * that the caller may not search, since the answer would tell of it.
 *
 * Fails: forbidden. Source: SMART App Launch 2.2.0, scopes; hapifhir/hapi-fhir#6065.
 */
export function withinReach(search: Search, permit: Permit): Search {
  if (search.contained) return containedWithinReach(search, search.contained, permit)
  const filters = search.filters.map((filter) => throughReadable(filter, permit))
  const includes = search.includes.flatMap((include) => alongReadable(include, search.type, permit))
  return { ...search, filters: [...filters, ...scopeFilters(search.type, permit)], includes }
}

/** In containers that the caller might have searched for; a filtered scope says nothing of what stands within others. */
function containedWithinReach(search: Search, contained: Contained, permit: Permit): Search {
  mayPass(permit, search.type)
  const within = readableTypes(permit).filter((type) => isOpen(permit, type))
  return { ...search, contained: { ...contained, within } }
}

function scopeFilters(type: string, permit: Permit): readonly Filter[] {
  const restrictions = restrictionsOf(permit, type, 's')
  if (restrictions === undefined) return []
  return [{ is: 'either', any: restrictions.map((filter) => parseSearch(type, filter).search.filters) }]
}

/**
 * From where an include may go out: from matches, and from what the caller might have searched for. The others are not gone
 * through either: what they lead to would tell of them.
 */
function alongReadable(include: Include, searched: string, permit: Permit): Include[] {
  const beginnings = beginningsOf(include)
  if (beginnings.every((type) => isOpen(permit, type))) return [include]
  return beginnings.flatMap((type): Include[] => {
    const only = include.reverse ? { ...include, target: type } : include
    if (isOpen(permit, type)) return [only]
    return type === searched ? [{ ...only, iterate: false }] : []
  })
}

function throughReadable(filter: Filter, permit: Permit): Filter {
  if (filter.is === 'has') {
    mayPass(permit, filter.type)
    return { ...filter, filter: throughReadable(filter.filter, permit) }
  }
  if (filter.is !== 'chain') return filter
  const [first] = filter.any
  const open = filter.any.filter(({ type }) => isOpen(permit, type))
  if (open.length === 0 && first) mayPass(permit, first.type)
  return { ...filter, any: open.map((link) => ({ ...link, filter: throughReadable(link.filter, permit) })) }
}

/** Whether every resource of a type that the caller sees may be searched. */
const isOpen = (permit: Permit, type: string): boolean =>
  readableTypes(permit).includes(type) && restrictionsOf(permit, type, 's') === undefined

function mayPass(permit: Permit, type: string): void {
  mayInteract(permit, type, 's')
  if (!isOpen(permit, type)) throw tooLittle(`A search through ${type} needs a scope without a filter.`)
}

/** Of what was found along, only what the caller might have searched for. */
export function withinReadable(entries: readonly Found[], permit: Permit): Found[] {
  const open = new Map<string, boolean>()
  return entries.filter(({ mode, type }) => {
    if (mode === 'match') return true
    const known = open.get(type) ?? isOpen(permit, type)
    open.set(type, known)
    return known
  })
}
