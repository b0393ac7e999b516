import type { ValueSet } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { membersOf } from '../../fhir/value-set.ts'
import { answer } from '../answer.ts'
import { byUrl, declaredAs, type Naming } from './declared.ts'
import { operation } from './operation.ts'

interface Input extends Naming {
  filter?: string
  offset?: number
  count?: number
}

/** The codes of a value set, those whose words hold the filter, a page of them. Source: FHIR R4, ValueSet $expand. */
export const expand = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'value-set-expand',
    url: `${canonical}/OperationDefinition/value-set-expand`,
    base: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
    name: 'Expand',
    title: 'Expand a value set',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'expand',
    resource: ['ValueSet'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      byUrl,
      { use: 'in', name: 'filter', type: 'string', min: 0, max: '1' },
      { use: 'in', name: 'offset', type: 'integer', min: 0, max: '1' },
      { use: 'in', name: 'count', type: 'integer', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'ValueSet', min: 1, max: '1' },
    ],
  },
  handle(input, call) {
    const set = declaredAs<ValueSet>('ValueSet', input, call)
    const { filter, offset = 0, count } = input
    const wanted = filter?.toLowerCase() ?? ''
    const found = membersOf(set, call.house.conformance).filter(({ code, display = '' }) =>
      `${code}\n${display}`.toLowerCase().includes(wanted),
    )
    const parameter = [
      ...(filter === undefined ? [] : [{ name: 'filter', valueString: filter }]),
      ...(offset === 0 ? [] : [{ name: 'offset', valueInteger: offset }]),
      ...(count === undefined ? [] : [{ name: 'count', valueInteger: count }]),
    ]
    const contains = found.slice(offset, count === undefined ? undefined : offset + count)
    return answer({
      ...set,
      expansion: {
        timestamp: call.house.clock().toISOString(),
        total: found.length,
        ...(offset > 0 && { offset }),
        ...(parameter.length > 0 && { parameter }),
        ...(contains.length > 0 && { contains }),
      },
    })
  },
})
