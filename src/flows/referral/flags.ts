import type {
  CodeableConcept,
  Extension,
  Observation,
  Patient,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import type { Territory } from '../step.ts'

/** What may be missing from a request, or be unusual about it. Defined in `profiles/`, CodeSystem `flag`. */
export type FlagCode =
  | 'missing-purpose'
  | 'missing-justification'
  | 'missing-desired-date'
  | 'missing-priority'
  | 'missing-pregnancy'
  | 'missing-prior-exams'
  | 'unmapped-code'

/** A request with what was sent along with it. */
export interface Submitted {
  request: ServiceRequest
  patient: Patient | undefined
  supporting: readonly Resource[]
  /** Some code of it is in no ConceptMap. */
  unmapped: boolean
}

/** What is missing or unusual: told on the request and its Task, never a reason to lose a referral. */
export function flagsOf(submitted: Submitted, territory: Territory): FlagCode[] {
  const { request, unmapped } = submitted
  const flags: FlagCode[] = []
  if (!noteOf(request, 'purpose')) flags.push('missing-purpose')
  if (!noteOf(request, 'justification') && !hasReason(request)) flags.push('missing-justification')
  if (!request.occurrencePeriod && !request.occurrenceDateTime && !request.occurrenceTiming)
    flags.push('missing-desired-date')
  if (!request.priority) flags.push('missing-priority')
  if (isIrradiating(request, territory)) flags.push(...radiationFlags(submitted))
  if (unmapped) flags.push('unmapped-code')
  return flags
}

/** What rule `fr-r1333-53` wants before an exam with X-rays may be booked. Source: code de la santé publique, R.1333-53. */
const blocking: readonly FlagCode[] = [
  'missing-purpose',
  'missing-justification',
  'missing-pregnancy',
  'missing-prior-exams',
]

/** The flags that keep this request from being booked; empty when nothing does. */
export function blockingFlags(request: ServiceRequest, territory: Territory): FlagCode[] {
  return isIrradiating(request, territory)
    ? blocking.filter((code) => flagCodesOf(request).includes(code))
    : []
}

/** A request with these flags and no others. */
export function flagged<R extends { extension?: Extension[] }>(resource: R, flags: readonly FlagCode[]): R {
  const others = (resource.extension ?? []).filter(({ url }) => url !== extensions.flag)
  const extension = [...others, ...flags.map(flagExtension)]
  const { extension: _, ...rest } = resource
  return { ...rest, ...(extension.length > 0 && { extension }) } as R // the same type, its extensions replaced
}

export function flagCodesOf({ extension = [] }: { extension?: Extension[] }): string[] {
  return extension
    .filter(({ url }) => url === extensions.flag)
    .flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.map(({ code }) => code ?? '') ?? [])
}

function flagExtension(code: FlagCode): Extension {
  return { url: extensions.flag, valueCodeableConcept: { coding: [{ system: systems.flag, code }] } }
}

/** The text of a request's note of one kind. Source: FR Core draft ServiceRequest, slices finaliteExamen and justificationDemande. */
export function noteOf(request: ServiceRequest, kind: 'purpose' | 'justification'): string | undefined {
  return request.note?.find(({ extension = [] }) =>
    extension.some(({ url, valueCode }) => url === extensions.noteKind && valueCode === kind),
  )?.text
}

const hasReason = ({ reasonCode = [], reasonReference = [] }: ServiceRequest) =>
  reasonCode.length > 0 || reasonReference.length > 0

/** DICOM codes of the modalities of an exam: said by the request, or known of its code. */
export function modalitiesOf(request: ServiceRequest, territory: Territory): string[] {
  const said = (request.orderDetail ?? []).flatMap(codingsOf)
  const modalities = said.filter(({ system }) => system === systems.dicom).map(({ code }) => code ?? '')
  const meant = codingsOf(request.code).flatMap(
    ({ system, code }) => territory.modalities.get(`${system}|${code}`) ?? [],
  )
  return [...new Set([...modalities, ...meant])]
}

export function isIrradiating(request: ServiceRequest, territory: Territory): boolean {
  return modalitiesOf(request, territory).some((modality) => modality === 'CT' || modality === 'MG')
}

const codingsOf = (concept: CodeableConcept | undefined) => concept?.coding ?? []

/** LOINC codes of the answers that R.1333-53 asks for; previous results, or a word that none are known. */
const pregnancy = '82810-3'
const priorExams = ['30954-2', '55114-3', '11329-0', '11322-5']

function radiationFlags({ patient, supporting }: Submitted): FlagCode[] {
  const flags: FlagCode[] = []
  if (mayBePregnant(patient) && !answers(supporting, [pregnancy])) flags.push('missing-pregnancy')
  const earlier = supporting.some(({ resourceType }) => resourceType === 'DiagnosticReport')
  if (!earlier && !answers(supporting, priorExams)) flags.push('missing-prior-exams')
  return flags
}

/** Unknown sex counts as possible; unknown never equals no. */
const mayBePregnant = (patient: Patient | undefined) => patient?.gender !== 'male'

function answers(supporting: readonly Resource[], codes: readonly string[]): boolean {
  return supporting.some(
    (resource) =>
      resource.resourceType === 'Observation' &&
      isAnswer(resource) &&
      codesOf(resource).some((code) => codes.includes(code)),
  )
}

const codesOf = ({ code }: Observation) => codingsOf(code).map(({ code }) => code ?? '')

/** An observation that has a value which is not "unknown". */
function isAnswer({ valueCodeableConcept, valueString, valueBoolean, valueQuantity }: Observation): boolean {
  const unknown = valueCodeableConcept?.coding?.some(({ code }) => code === '261665006' || code === 'UNK')
  return !unknown && (valueCodeableConcept ?? valueString ?? valueBoolean ?? valueQuantity) !== undefined
}
