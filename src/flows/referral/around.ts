import type { ServiceRequest } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'
import { askedIdOf } from './judged.ts'

/** What a request names as supporting information, and what was answered to it since. */
export async function supportingOf(request: ServiceRequest & { id: string }, store: Reader): Promise<Kept[]> {
  const told = [...(request.supportingInfo ?? []), ...(request.reasonReference ?? [])]
  const [named, answers, forms] = await Promise.all([
    Promise.all(told.map(({ reference }) => store.follow(reference))),
    store.search('Observation', `based-on=ServiceRequest/${request.id}`),
    store.search('QuestionnaireResponse', `based-on=ServiceRequest/${request.id}`),
  ])
  return [...named.filter((kept) => kept !== undefined), ...answers, ...forms]
}

/** What its prescriber was asked for the sake of a request. */
export const askedAbout = ({ id }: { id: string }, store: Reader) =>
  store.read('CommunicationRequest', askedIdOf(id))

/** Those of the first, and of the second what the first does not hold in a newer form. */
export function newestOf<R extends { resourceType: string; id?: string }>(
  first: readonly R[],
  second: readonly R[],
): R[] {
  const names = new Set(first.map(({ resourceType, id }) => `${resourceType}/${id}`))
  return [...first, ...second.filter(({ resourceType, id }) => !names.has(`${resourceType}/${id}`))]
}
