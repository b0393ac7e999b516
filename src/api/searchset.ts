import type { Bundle, Resource } from '@medplum/fhirtypes'
import { type Issue, outcomeOf } from '../fhir/outcome.ts'

/** Where a page stands among all that fit: how many there are, and where it goes on. */
export interface Page {
  total: number
  /** URL. */
  next?: string
}

/** A bundle of resources in memory that fit, and what is to be said of them; all on one page unless it is said. */
export function searchsetOf(
  base: string,
  resources: readonly Resource[],
  self: string,
  remarks: readonly Issue[] = [],
  { total, next }: Page = { total: resources.length },
): Bundle {
  const entries: Bundle['entry'] = resources.map((resource) => ({
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }))
  const told =
    remarks.length > 0 ? [{ resource: outcomeOf(remarks), search: { mode: 'outcome' as const } }] : []
  const all = [...entries, ...told]
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total,
    link: [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])],
    ...(all.length > 0 && { entry: all }),
  }
}
