import type { CommunicationRequest, Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'
import { isCopyWish } from '../results/copied.ts'
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

/** Whether it is an answer that names the request. */
export const isAnswerTo = (resource: Resource, id: string): boolean =>
  (resource.resourceType === 'Observation' || resource.resourceType === 'QuestionnaireResponse') &&
  (resource.basedOn?.some(({ reference }) => reference === `ServiceRequest/${id}`) ?? false)

/** What its prescriber was asked for the sake of a request. */
export const askedAbout = ({ id }: { id: string }, store: Reader) =>
  store.read('CommunicationRequest', askedIdOf(id))

/** What people asked about a request, and nobody has answered yet; beside what its prescriber is asked for the protocol's sake. */
export async function questionsAbout(
  { id }: { id: string },
  store: Reader,
): Promise<Kept<CommunicationRequest>[]> {
  const active = await store.search('CommunicationRequest', `based-on=ServiceRequest/${id}&status=active`)
  return active.filter((one) => one.id !== askedIdOf(id) && !isCopyWish(one))
}

/** Those of the first, and of the second what the first does not hold in a newer form. */
export function newestOf<R extends { resourceType: string; id?: string }>(
  first: readonly R[],
  second: readonly R[],
): R[] {
  const names = new Set(first.map(({ resourceType, id }) => `${resourceType}/${id}`))
  return [...first, ...second.filter(({ resourceType, id }) => !names.has(`${resourceType}/${id}`))]
}
