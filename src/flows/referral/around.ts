import type { ServiceRequest } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'

/** What a request names as supporting information, and what was answered to it since. */
export async function supportingOf(request: ServiceRequest & { id: string }, store: Reader): Promise<Kept[]> {
  const [named, answers] = await Promise.all([
    Promise.all((request.supportingInfo ?? []).map(({ reference }) => store.follow(reference))),
    store.search('Observation', `based-on=ServiceRequest/${request.id}`),
  ])
  return [...named.filter((kept) => kept !== undefined), ...answers]
}

/** Those of the first, and of the second what the first does not hold in a newer form. */
export function newestOf<R extends { resourceType: string; id?: string }>(
  first: readonly R[],
  second: readonly R[],
): R[] {
  const names = new Set(first.map(({ resourceType, id }) => `${resourceType}/${id}`))
  return [...first, ...second.filter(({ resourceType, id }) => !names.has(`${resourceType}/${id}`))]
}
