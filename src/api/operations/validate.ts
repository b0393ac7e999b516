import type { Resource } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { answerIssues } from '../answer.ts'
import { resourceOf } from '../resource.ts'
import { operation } from './operation.ts'

/** Says what is wrong with a resource, and keeps nothing. */
export const validate = operation<{ resource: Resource }>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'resource-validate',
    url: `${canonical}/OperationDefinition/resource-validate`,
    base: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    name: 'Validate',
    title: 'Validate a resource',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'validate',
    resource: ['Resource'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'resource', type: 'Resource', min: 1, max: '1' },
      { use: 'out', name: 'return', type: 'OperationOutcome', min: 1, max: '1' },
    ],
  },
  handle({ resource }, { house, permit, path: { type = resource.resourceType } }) {
    const issues = house.desk(permit.actor).validate(resourceOf(resource, type))
    return answerIssues(issues, 200)
  },
})
