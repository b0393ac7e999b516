import type { Bundle } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { everythingAbout } from '../../flows/referral/everything.ts'
import { answer } from '../answer.ts'
import { idOf } from '../call.ts'
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
      'Each version of the request, its Tasks, questions, answers, appointments, comments and reports that the caller may see, oldest first; after each a Provenance that says who made it, when and by which step.',
    affectsState: false,
    code: 'everything',
    resource: ['ServiceRequest'],
    system: false,
    type: false,
    instance: true,
    parameter: [{ use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' }],
  },
  async handle(_, call) {
    const id = idOf(call)
    const happened = await everythingAbout(id, call.house.desk(call.permit.actor))
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: happened.length,
      link: [{ relation: 'self', url: `${call.base}/ServiceRequest/${id}/$everything` }],
      entry: happened.flatMap(({ resource, provenance }) => [
        {
          fullUrl: `${call.base}/${resource.resourceType}/${resource.id}`,
          resource,
          search: { mode: 'match' as const },
        },
        { resource: provenance, search: { mode: 'include' as const } },
      ]),
    }
    const references = happened.map(({ provenance }) => provenance.target[0]?.reference ?? '')
    return { ...answer(bundle), shown: { interaction: 'everything', references } }
  },
})
