import type { Bundle, Resource } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { everythingAbout } from '../../flows/referral/everything.ts'
import { answer } from '../answer.ts'
import { idOf } from '../call.ts'
import { current } from '../kept.ts'
import { isReadable } from '../reach.ts'
import { operation } from './operation.ts'

/** All that happened about a request, in the order of time: each version, and who made it. */
export const everything = operation<object>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'service-request-everything',
    url: `${canonical}/OperationDefinition/service-request-everything`,
    name: 'Everything',
    title: 'The whole history of a request',
    status: 'active',
    kind: 'operation',
    description:
      'Each version of the request, its Tasks, questions, answers, appointments, comments and reports that the caller sees and its scopes reach, oldest first; after each, with a scope for Provenance, one that says who made it, when and by which step.',
    affectsState: false,
    code: 'everything',
    resource: ['ServiceRequest'],
    system: false,
    type: false,
    instance: true,
    parameter: [{ use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' }],
  },
  async handle(_, call) {
    const { house, base, permit } = call
    const id = idOf(call)
    await current(call, 'ServiceRequest', id)
    const mayRead = (resource: Resource) => isReadable(permit, resource)
    const happened = await everythingAbout(id, house.desk(permit.actor), mayRead)
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: happened.length,
      link: [{ relation: 'self', url: `${base}/ServiceRequest/${id}/$everything` }],
      entry: happened.flatMap(({ resource, provenance }) => [
        {
          fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
          resource,
          search: { mode: 'match' as const },
        },
        ...(mayRead(provenance) ? [{ resource: provenance, search: { mode: 'include' as const } }] : []),
      ]),
    }
    const references = happened.map(({ provenance }) => provenance.target[0]?.reference ?? '')
    return { ...answer(bundle), shown: { interaction: 'everything', references } }
  },
})
