import { mayInteract, readableTypes, restrictionsOf } from '../auth/gate.ts'
import { type Permit, tooLittle } from '../auth/permit.ts'
import type { Filter } from '../fhir/search/filter.ts'
import { parseSearch, type Search } from '../fhir/search.ts'
import type { Found } from '../store/index.ts'

/**
 * The same search, no wider than the caller's scopes: filtered scopes filter it, and nothing is asked through a type
 * that the caller may not search, since the answer would tell of it.
 *
 * Fails: forbidden. Source: SMART App Launch 2.2.0, scopes; hapifhir/hapi-fhir#6065.
 */
export function withinReach(search: Search, permit: Permit): Search {
  const filters = search.filters.map((filter) => throughReadable(filter, permit))
  return { ...search, filters: [...filters, ...scopeFilters(search.type, permit)] }
}

function scopeFilters(type: string, permit: Permit): readonly Filter[] {
  const restrictions = restrictionsOf(permit, type, 's')
  if (restrictions === undefined) return []
  const [only, ...others] = restrictions
  if (only === undefined || others.length > 0) {
    throw tooLittle(`Ask for a token with one scope for ${type}: a search cannot follow several filters.`)
  }
  return parseSearch(type, only).search.filters
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
export function shown(entries: readonly Found[], permit: Permit): Found[] {
  const open = new Map<string, boolean>()
  return entries.filter(({ mode, type }) => {
    if (mode === 'match') return true
    const known = open.get(type) ?? isOpen(permit, type)
    open.set(type, known)
    return known
  })
}
