import type { Bundle, Resource } from '@medplum/fhirtypes'
import { type Issue, outcomeOf } from '../fhir/outcome.ts'

/** A bundle of resources in memory that fit, and what is to be said of them. */
export function searchsetOf(
  base: string,
  resources: readonly Resource[],
  self: string,
  remarks: readonly Issue[] = [],
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
    total: resources.length,
    link: [{ relation: 'self', url: self }],
    ...(all.length > 0 && { entry: all }),
  }
}
