import type { Coding, ValueSet } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { type Member, membersOf } from '../../fhir/value-set.ts'
import { answer } from '../answer.ts'
import { byUrl, type Coded, coded, codingsIn, declaredAs, type Naming } from './declared.ts'
import { operation } from './operation.ts'

/** Whether a value set holds a code, and whether it is called so. Source: FHIR R4, ValueSet $validate-code. */
export const validateCode = operation<Naming & Coded & { display?: string }>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'value-set-validate-code',
    url: `${canonical}/OperationDefinition/value-set-validate-code`,
    base: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
    name: 'ValidateCode',
    title: 'Look for a code in a value set',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'validate-code',
    resource: ['ValueSet'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      byUrl,
      ...coded,
      { use: 'in', name: 'display', type: 'string', min: 0, max: '1' },
      { use: 'out', name: 'result', type: 'boolean', min: 1, max: '1' },
      { use: 'out', name: 'message', type: 'string', min: 0, max: '1' },
      { use: 'out', name: 'display', type: 'string', min: 0, max: '1' },
    ],
  },
  handle(input, call) {
    const members = membersOf(declaredAs<ValueSet>('ValueSet', input, call), call.house.conformance)
    const given = codingsIn(input).map((coding) => ({
      ...(input.display !== undefined && { display: input.display }),
      ...coding,
    }))
    const { message, display, result } = judged(given, members)
    return answer({
      resourceType: 'Parameters',
      parameter: [
        { name: 'result', valueBoolean: result },
        ...(message === undefined ? [] : [{ name: 'message', valueString: message }]),
        ...(display === undefined ? [] : [{ name: 'display', valueString: display }]),
      ],
    })
  },
})

/** One of the codes is enough; a wrong name of it is told, and does not make it another code. */
function judged(given: readonly Coding[], members: readonly Member[]) {
  for (const coding of given) {
    const found = members.filter(
      ({ system, code }) => code === coding.code && (coding.system === undefined || coding.system === system),
    )
    const [member, second] = found
    if (member && second)
      return { result: false, message: 'Several systems have this code: give its system.' }
    if (!member) continue
    const { display } = member
    const isNamed = coding.display === undefined || display === undefined || coding.display === display
    const message = isNamed ? undefined : 'The code is in the value set, under another display.'
    return { result: isNamed, display, message }
  }
  return { result: false, message: 'The code is not in the value set.' }
}
