import type { ServiceRequest } from '@medplum/fhirtypes'
import { organizationKey } from '../../auth/gate.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { grants } from '../referral/admit.ts'
import { supportingOf } from '../referral/around.ts'
import type { Peer } from '../step.ts'

/** What a centre is told with a request and its patient: the doctor who asks, and all that supports the request. */
export async function toldWith(
  request: Kept<ServiceRequest> | undefined,
  store: Reader,
): Promise<readonly Kept[]> {
  if (!request) return []
  const [doctor, supporting] = await Promise.all([doctorOf(request, store), supportingOf(request, store)])
  return distinct([...(doctor ? [doctor] : []), ...supporting])
}

/** Whoever asks, by name or in a role. */
async function doctorOf({ requester }: ServiceRequest, store: Reader): Promise<Kept | undefined> {
  const asking = await store.follow(requester?.reference)
  const doctor =
    asking?.resourceType === 'PractitionerRole' ? await store.follow(asking.practitioner?.reference) : asking
  return doctor?.resourceType === 'Practitioner' ? doctor : undefined
}

/** The same resource may be named by the request and name the request. */
function distinct(resources: readonly Kept[]): Kept[] {
  return [
    ...new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource])).values(),
  ]
}

/** What the centre is told, it may also read. */
export const mayRead = (resources: readonly (Kept | undefined)[], { organization }: Peer) =>
  grants(
    resources.filter((resource) => resource !== undefined),
    [organizationKey(organization)],
  )
