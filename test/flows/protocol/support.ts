import type { Observation, Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { protocol as demo } from '../../../src/demo/protocol.ts'
import { extensions, systems } from '../../../src/fhir/canonical.ts'
import { judge } from '../../../src/flows/protocol/judge.ts'
import type { Judgement } from '../../../src/flows/protocol/judgement.ts'
import type { Protocol } from '../../../src/flows/protocol/protocol.ts'
import { readProtocols } from '../../../src/flows/protocol/read.ts'

export const demoResources = (): Resource[] => demo().map(({ resource }) => resource)

/** The demo's entry protocol. */
export function demoProtocol(): Protocol {
  const { protocols, problems } = readProtocols(demoResources())
  const [protocol] = protocols
  if (!protocol || problems.length > 0) throw new Error(`The demo's protocol: ${problems.join('\n')}`)
  return protocol
}

const snomed = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] })

/** Answers as observations: yes, no, unknown, a number or words. */
export const told = (answers: Record<string, string | number>): Observation[] =>
  Object.entries(answers).map(([code, answer]) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: systems.question, code }] },
    ...(typeof answer === 'number'
      ? { valueQuantity: { value: answer } }
      : (codes[answer] ?? { valueString: answer })),
  }))

const codes: Readonly<Record<string, Partial<Observation>>> = {
  yes: { valueCodeableConcept: snomed('373066001') },
  no: { valueCodeableConcept: snomed('373067005') },
  unknown: { valueCodeableConcept: snomed('261665006') },
}

export const woman = (birthDate = '1990-03-28'): Patient => ({
  resourceType: 'Patient',
  gender: 'female',
  birthDate,
})
export const man = (birthDate = '1980-03-28'): Patient => ({ ...woman(birthDate), gender: 'male' })

/** A request for an exam of the catalogue, for a reason by its ICD-10 code. */
export const asking = (exam: string, icd10?: string, more: Partial<ServiceRequest> = {}): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  code: { coding: [{ system: systems.exam, code: exam }] },
  ...(icd10 !== undefined && {
    reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: icd10 }] }],
  }),
  note: [{ text: 'Rechercher', extension: [{ url: extensions.noteKind, valueCode: 'purpose' }] }],
  ...more,
})

export function judged(
  request: ServiceRequest,
  patient: Patient | undefined,
  supporting: readonly Resource[] = [],
  {
    protocol = demoProtocol(),
    blocking = [] as readonly string[],
    modalities = [] as readonly string[],
  } = {},
): Judgement {
  return judge({ request, patient, supporting }, protocol, {
    day: '2026-11-17',
    modalities,
    blocking,
  })
}

export const reasonsIn = ({ reasons }: Judgement): string[] => reasons.map(({ code }) => code)
export const missingIn = ({ missing }: Judgement): string[] =>
  missing.map(({ question }) => question.coding.code)
