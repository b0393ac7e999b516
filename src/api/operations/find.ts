import type { Identifier, Reference } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { canonical } from '../../fhir/canonical.ts'
import { failure, failures, issue } from '../../fhir/outcome.ts'
import { find as findAppointments } from '../../flows/booking/index.ts'
import type { Desk } from '../../flows/step.ts'
import type { Call } from '../call.ts'
import { answerAppointments } from './found.ts'
import { operation } from './operation.ts'

interface Input {
  start: string
  end: string
  'visit-type': string[]
  organization: Reference[]
  'location-reference': Reference[]
  'patient-reference': Reference[]
  'referral-identifier'?: Identifier
  /** Of IHE's parameters, those that would be ignored. */
  [other: string]: unknown
}

const token = { use: 'in', type: 'string', searchType: 'token', min: 0, max: '*' } as const
const reference = { use: 'in', type: 'Reference', min: 0, max: '*' } as const

/** Places that fit a request, best first. Nothing is kept. Source: IHE ITI Scheduling, ITI-115. */
export const find = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'appointment-find',
    url: `${canonical}/OperationDefinition/appointment-find`,
    base: 'https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-find',
    name: 'Find',
    title: 'Find appointments that could be had',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'find',
    resource: ['Appointment'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'start', type: 'dateTime', min: 1, max: '1' },
      { use: 'in', name: 'end', type: 'dateTime', min: 1, max: '1' },
      {
        ...token,
        name: 'visit-type',
        documentation: 'Exams or modalities, as system|code; any of them will do.',
      },
      { ...reference, name: 'organization', documentation: 'Centres; any of them will do.' },
      { ...reference, name: 'location-reference', documentation: 'Places; any of them will do.' },
      { ...reference, name: 'patient-reference', documentation: 'The patient, where there is no referral.' },
      { use: 'in', name: 'referral-identifier', type: 'Identifier', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    const desk = call.house.desk(call.permit.actor)
    const request = await requestOf(input['referral-identifier'], desk)
    const [patient] = await patientsOf(referencesIn(input, 'patient-reference'), desk)
    const found = await findAppointments(
      {
        ...windowOf(input),
        ...(request && { request }),
        ...(patient !== undefined && { patient }),
        exams: input['visit-type'],
        organizations: referencesIn(input, 'organization'),
        locations: referencesIn(input, 'location-reference'),
        count: countOf(call),
      },
      desk,
    )
    return answerAppointments(call, found)
  },
})

/** The span that is looked through. Fails: value. */
function windowOf({ start, end }: Input): { start: string; end: string } {
  if (Date.parse(start) < Date.parse(end)) return { start, end }
  throw failure('value', 'start is before end.', 'Parameters.parameter')
}

/** The referral of this number, if it is for the caller's eyes. Fails: not-found. */
async function requestOf(identifier: Identifier | undefined, { store, actor }: Desk) {
  if (!identifier) return undefined
  if (!identifier.value) throw failure('required', 'An identifier has a value.', 'Parameters.parameter')
  const reader = store.reader()
  const request = await reader.identified('ServiceRequest', identifier.system, identifier.value)
  if (request && sees(actor, await reader.sight(`ServiceRequest/${request.id}`))) return request
  throw failure('not-found', 'There is no referral of this number.', 'Parameters.parameter')
}

/** The same references, when all are to patients for the caller's eyes. Fails: not-found. */
async function patientsOf(references: readonly string[], { store, actor }: Desk): Promise<readonly string[]> {
  const reader = store.reader()
  for (const reference of references) {
    const patient = await reader.follow(reference)
    if (patient?.resourceType === 'Patient' && sees(actor, await reader.sight(reference))) continue
    throw failure('not-found', 'There is no such patient.', 'Parameters.parameter')
  }
  return references
}

/** Literal references of a parameter. Fails: value for any other. */
function referencesIn(
  input: Input,
  name: 'organization' | 'location-reference' | 'patient-reference',
): string[] {
  const given = input[name].map((each) => each.reference)
  const faults = given.filter((each) => each === undefined)
  if (faults.length > 0) {
    throw failures(
      faults.map(() => issue('value', `${name} is a reference such as Type/id.`, 'Parameters.parameter')),
    )
  }
  return given.flatMap((each) => each ?? [])
}

const defaultCount = 10
const maxCount = 100

function countOf({ query }: Call): number {
  const said = query.get('_count')
  if (said === null) return defaultCount
  if (!/^[1-9]\d{0,8}$/.test(said)) throw failure('value', '_count is a number of at least 1.', '_count')
  return Math.min(Number(said), maxCount)
}
