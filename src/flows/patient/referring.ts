import { parametersOf } from '../../fhir/search/parameters.ts'
import { targetsOf } from '../../fhir/search/references.ts'
import { servedTypes } from '../../fhir/served.ts'
import { mapReferences } from '../../fhir/walk.ts'
import type { Kept, Reader } from '../../store/index.ts'

/** What was told or noted of a patient stays as it was told. */
const records: readonly string[] = ['AuditEvent', 'Provenance']

/** Searches by which resources are found that name a patient: `ServiceRequest`, `subject`. */
const searches = servedTypes
  .filter((type) => !records.includes(type))
  .flatMap((type) =>
    [...parametersOf(type).values()]
      .filter(({ kind }) => kind === 'reference' || kind === 'references')
      .filter((parameter) => targetsOf(parameter).includes('Patient'))
      .map(({ code }) => [type, code] as const),
  )

/** All that names a patient, but records of what has been: by each search parameter that may lead to a patient. */
export async function referringTo(patient: string, store: Reader): Promise<Kept[]> {
  const found = await Promise.all(
    searches.map(([type, code]) => store.search(type, `${code}=Patient/${patient}`)),
  )
  const byName = new Map(found.flat().map((one: Kept) => [`${one.resourceType}/${one.id}`, one]))
  return [...byName.values()]
}

/** The resource, about another patient. */
export const repointed = (resource: Kept, from: string, to: string): Kept =>
  mapReferences(resource, (reference) => (reference === from ? to : reference))
