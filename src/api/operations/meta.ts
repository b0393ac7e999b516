import type { Resource } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { answer } from '../answer.ts'
import { idOf, typeOf } from '../call.ts'
import { current } from '../kept.ts'
import { operation } from './operation.ts'

/** Version, time, profiles, tags and security labels of one resource. Source: FHIR R4, Resource $meta. */
export const meta = operation<object>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'resource-meta',
    url: `${canonical}/OperationDefinition/resource-meta`,
    base: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
    name: 'Meta',
    title: 'Read what is said about a resource',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'meta',
    resource: ['Resource'],
    system: false,
    type: false,
    instance: true,
    parameter: [{ use: 'out', name: 'return', type: 'Meta', min: 1, max: '1' }],
  },
  async handle(_, call) {
    const { body } = await current(call, typeOf(call), idOf(call))
    const { meta: valueMeta = {} } = JSON.parse(body) as Resource // the store keeps resources
    return answer({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta }] })
  },
})
