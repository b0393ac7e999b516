import type { Identifier, Patient, Reference, ServiceRequest, Timing } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { canonical } from '../../fhir/canonical.ts'
import { failure, failures, issue } from '../../fhir/outcome.ts'
import { boundsOf } from '../../flows/booking/finding/spans.ts'
import { type Found, find as findAppointments } from '../../flows/booking/index.ts'
import type { Desk } from '../../flows/step.ts'
import type { Kept } from '../../store/index.ts'
import type { Call } from '../call.ts'
import { patientResource } from './for-whom.ts'
import { answerAppointments } from './found.ts'
import { operation } from './operation.ts'

interface Input {
  start: string
  end: string
  specialty: string[]
  'visit-type': string[]
  'with-visit-type': string[]
  practitioner: Reference[]
  organization: Reference[]
  'location-string': string[]
  'location-reference': Reference[]
  'patient-reference': Reference[]
  'patient-resource': Patient[]
  reason: string[]
  'referral-identifier'?: Identifier
  timing?: Timing
  'insurance-reference': Reference[]
}

const token = { use: 'in', type: 'string', searchType: 'token', min: 0, max: '*' } as const
const reference = { use: 'in', type: 'Reference', min: 0, max: '*' } as const

/** Places that fit a request, best first. Nothing is kept. Source: IHE ITI Scheduling, ITI-115. */
export const find = operation<Input>({
  fatal: true,
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
      { ...token, name: 'specialty', documentation: 'Specialties; the first is preferred.' },
      {
        ...token,
        name: 'visit-type',
        documentation: 'Exams or modalities, as system|code; any of them will do.',
      },
      {
        ...token,
        name: 'with-visit-type',
        documentation:
          'Exams or modalities that are to be had in the same visit. Proposals then come in pairs, each naming the other in supportingInformation.',
      },
      { ...reference, name: 'practitioner', documentation: 'Practitioners; the first is preferred.' },
      { ...reference, name: 'organization', documentation: 'Centres; any of them will do.' },
      {
        use: 'in',
        name: 'location-string',
        type: 'string',
        min: 0,
        max: '*',
        documentation: 'Names, towns or postal codes; any of them will do.',
      },
      { ...reference, name: 'location-reference', documentation: 'Places; any of them will do.' },
      {
        ...reference,
        name: 'patient-reference',
        documentation: 'The patient, where there is no referral; several take part together.',
      },
      {
        ...patientResource,
        documentation:
          'A patient who is not known here: age, sex and commune are looked at, nothing is kept.',
      },
      { ...token, name: 'reason', documentation: 'Indications: for centres that take only some.' },
      { use: 'in', name: 'referral-identifier', type: 'Identifier', min: 0, max: '1' },
      {
        use: 'in',
        name: 'timing',
        type: 'Timing',
        min: 0,
        max: '1',
        documentation: 'Days of the week, times of the day, parts of the day, bounds, events.',
      },
      {
        ...reference,
        name: 'insurance-reference',
        documentation: 'Insurance plans: centres of their networks, where they have any.',
      },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  counted: true,
  async handle(input, call) {
    const { proposals, issues } = await found(input, call)
    return answerAppointments(call, proposals, issues)
  },
})

async function found(input: Input, call: Call): Promise<Found> {
  const desk = call.house.desk(call.permit.actor)
  const [request, patients, networks] = await Promise.all([
    requestOf(input['referral-identifier'], desk),
    patientsOf(referencesIn(input, 'patient-reference'), desk),
    networksOf(referencesIn(input, 'insurance-reference'), desk),
  ])
  const [patient] = input['patient-resource']
  return findAppointments(
    {
      ...windowOf(input, desk),
      ...(request && { request, companions: await companionsOf(request, desk) }),
      ...(patient && { patient }),
      ...(input.timing && { timing: input.timing }),
      ...(networks && { networks }),
      patients,
      exams: input['visit-type'],
      together: input['with-visit-type'],
      specialties: input.specialty,
      practitioners: referencesIn(input, 'practitioner'),
      organizations: referencesIn(input, 'organization'),
      locations: referencesIn(input, 'location-reference'),
      places: input['location-string'],
      reasons: input.reason,
      count: countOf(call),
    },
    desk,
  )
}

/** Other orders of the same requisition that are in force: exams of one visit. */
async function companionsOf({ id, requisition }: Kept<ServiceRequest>, { store, actor }: Desk) {
  if (!requisition?.value) return []
  const value = encodeURIComponent(`${requisition.system ?? ''}|${requisition.value}`)
  const reader = store.reader()
  const all = await reader.search('ServiceRequest', `requisition=${value}&status=active`)
  const seen = await Promise.all(all.map((one) => reader.sight(`ServiceRequest/${one.id}`)))
  return all.filter((one, n) => one.id !== id && sees(actor, seen[n] ?? []))
}

/** The centres that insurance plans name, when they name any: their networks, and who runs them. Fails: not-found. */
async function networksOf(references: readonly string[], { store }: Desk) {
  if (references.length === 0) return undefined
  const reader = store.reader()
  const plans = await Promise.all(references.map((one) => reader.follow(one)))
  const named = plans.map((plan) => {
    if (plan?.resourceType !== 'InsurancePlan')
      throw failure('not-found', 'There is no such insurance plan.', 'Parameters.parameter')
    return [...(plan.network ?? []), ...(plan.coverage ?? []).flatMap(({ network = [] }) => network)].flatMap(
      ({ reference }) => reference ?? [],
    )
  })
  // A plan without a network is good everywhere; of several plans any will do.
  if (named.some(({ length }) => length === 0)) return undefined
  const networks = new Set(named.flat())
  const affiliations = await reader.search('OrganizationAffiliation', '_count=1000')
  const centres = affiliations
    .filter(({ network = [] }) => network.some(({ reference = '' }) => networks.has(reference)))
    .flatMap(({ participatingOrganization }) => participatingOrganization?.reference ?? [])
  return new Set([...networks, ...centres])
}

/** The span that is looked through. Fails: value. */
function windowOf({ start, end }: Input, { territory }: Desk): { start: string; end: string } {
  const { low, high } = boundsOf({ start, end }, territory.zone)
  if (low < high) return { start, end }
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
  name: 'organization' | 'location-reference' | 'patient-reference' | 'practitioner' | 'insurance-reference',
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
