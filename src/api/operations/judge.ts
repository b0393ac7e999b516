import type { Parameters, ParametersParameter, Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { canonical, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Judgement, Reason } from '../../flows/protocol/judgement.ts'
import type { Question, Texts } from '../../flows/protocol/protocol.ts'
import { judgeAgain, judgeDraft } from '../../flows/referral/judged-again.ts'
import type { Desk } from '../../flows/step.ts'
import { answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { operation } from './operation.ts'

interface Input {
  version?: string
  against?: string
  request?: ServiceRequest
  patient?: Patient
  supporting?: Resource[]
}

/** How a request stands against the entry protocol, and against another version of it. Nothing is kept. */
export const judge = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'service-request-judge',
    url: `${canonical}/OperationDefinition/service-request-judge`,
    name: 'Judge',
    title: 'Judge a request by the entry protocol',
    status: 'active',
    kind: 'operation',
    description:
      'On a request that is kept, or on one that is sent along with its patient and answers. A judgement is never a refusal.',
    affectsState: false,
    code: 'judge',
    resource: ['ServiceRequest'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      {
        use: 'in',
        name: 'version',
        type: 'string',
        min: 0,
        max: '1',
        documentation: 'Version of the protocol, or its canonical URL with version; else the one in force.',
      },
      {
        use: 'in',
        name: 'against',
        type: 'string',
        min: 0,
        max: '1',
        documentation: 'Another version, to compare.',
      },
      {
        use: 'in',
        name: 'request',
        type: 'ServiceRequest',
        min: 0,
        max: '1',
        documentation: 'Where none is kept.',
      },
      { use: 'in', name: 'patient', type: 'Patient', min: 0, max: '1' },
      {
        use: 'in',
        name: 'supporting',
        type: 'Resource',
        min: 0,
        max: '*',
        documentation: 'Observations, QuestionnaireResponses, Conditions.',
      },
      { use: 'out', name: 'judgement', min: 1, max: '2' },
      { use: 'out', name: 'same', type: 'boolean', min: 0, max: '1' },
    ],
  },
  async handle(input, call) {
    const desk = call.house.desk(call.permit.actor)
    const { version, against } = input
    const first = await judged(input, version, call, desk)
    const second = against === undefined ? undefined : await judged(input, against, call, desk)
    const body: Parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'judgement', part: partsOf(first) },
        ...(second ? [{ name: 'judgement', part: partsOf(second) }] : []),
        ...(second ? [{ name: 'same', valueBoolean: isSame(first, second) }] : []),
      ],
    }
    return answer(body)
  },
})

function judged(
  { request, patient, supporting = [] }: Input,
  version: string | undefined,
  { path: { id } }: Call,
  desk: Desk,
): Promise<Judgement> | Judgement {
  if ((id === undefined) === (request === undefined)) {
    throw failure(
      'value',
      'Name a request that is kept in the URL, or send one: one of the two.',
      'Parameters',
    )
  }
  if (id !== undefined) return judgeAgain(id, version, desk)
  return judgeDraft({ request: request as ServiceRequest, patient, supporting }, version, desk) // seen above
}

/** Whether two judgements come to the same: verdicts, reasons and missing answers. */
const isSame = (a: Judgement, b: Judgement): boolean =>
  JSON.stringify(essence(a)) === JSON.stringify(essence(b))

const essence = ({ verdicts, reasons, missing }: Judgement) => ({
  verdicts,
  reasons: reasons.map(({ code }) => code).sort(),
  missing: missing.map(({ question }) => question.coding.code).sort(),
})

function partsOf(judgement: Judgement): ParametersParameter[] {
  const { verdict, protocol, indication, exam, reasons, missing, warnings, alternatives } = judgement
  return [
    { name: 'verdict', valueCode: verdict },
    { name: 'protocol', valueCanonical: protocol },
    ...(indication ? [{ name: 'indication', valueCanonical: indication.canonical }] : []),
    ...(exam ? [{ name: 'exam', valueCanonical: exam.canonical }] : []),
    ...reasons.map((reason) => ({ name: 'reason', part: reasonParts(reason) })),
    ...missing.map(({ question, because }) => ({
      name: 'missing',
      part: [...questionParts(question), { name: 'because', valueCode: because }],
    })),
    ...warnings.map(({ question }) => ({ name: 'warning', part: questionParts(question) })),
    ...alternatives.map(({ canonical }) => ({ name: 'alternative', valueCanonical: canonical })),
    ...(judgement.priority ? [{ name: 'priority', valueCode: judgement.priority }] : []),
    ...(judgement.doseClass ? [{ name: 'dose-class', valueCode: judgement.doseClass }] : []),
    ...(judgement.preparation ? [{ name: 'preparation', part: inBoth(judgement.preparation) }] : []),
    { name: 'emergency', part: inBoth(judgement.emergency) },
  ]
}

const inBoth = ({ fr, en }: Texts): ParametersParameter[] => [
  { name: 'fr', valueString: fr },
  { name: 'en', valueString: en },
]

const reasonParts = ({ code, verdict, text }: Reason): ParametersParameter[] => [
  { name: 'code', valueCoding: { system: systems.judgement, code } },
  ...(verdict === 'note' ? [] : [{ name: 'verdict', valueCode: verdict }]),
  ...inBoth(text),
]

const questionParts = ({ coding, text }: Question): ParametersParameter[] => [
  { name: 'question', valueCoding: coding },
  ...inBoth(text),
]
