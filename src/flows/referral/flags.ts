import type { CodeableConcept, Extension, Patient, Resource, ServiceRequest, Slot } from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import { yearsBetween } from '../../fhir/dates.ts'
import { dayIn } from '../../fhir/zone.ts'
import { type Asked, answersTo } from '../protocol/answers.ts'
import type { Moment, Territory } from '../step.ts'

/** What may be missing from a request, or be unusual about it. Defined in `profiles/`, CodeSystem `flag`. */
export type FlagCode =
  | 'missing-purpose'
  | 'missing-justification'
  | 'missing-desired-date'
  | 'missing-priority'
  | 'missing-pregnancy'
  | 'missing-prior-exams'
  | 'unmapped-code'
  | 'out-of-protocol'
  | 'non-member'
  | 'out-of-territory'
  | 'out-of-path'
  | 'duplicate-suspected'

/** A request with what was sent along with it. */
export interface Submitted {
  request: ServiceRequest
  patient: Patient | undefined
  supporting: readonly Resource[]
  /** Some code of it is in no ConceptMap. */
  unmapped: boolean
  /** What was found of it when it came, beyond what it says: who sent it, and what else was asked for the patient. */
  found?: readonly FlagCode[]
}

/** What is missing or unusual: told on the request and its Task, never a reason to lose a referral. */
export function flagsOf(submitted: Submitted, at: Pick<Moment, 'now' | 'territory'>): FlagCode[] {
  const { request, unmapped } = submitted
  const flags: FlagCode[] = []
  if (!noteOf(request, 'purpose')) flags.push('missing-purpose')
  if (!noteOf(request, 'justification') && !hasReason(request)) flags.push('missing-justification')
  if (!request.occurrencePeriod && !request.occurrenceDateTime && !request.occurrenceTiming)
    flags.push('missing-desired-date')
  if (!request.priority) flags.push('missing-priority')
  if (asksForCircumstances(request, at.territory))
    flags.push(...circumstanceFlags(submitted, dayIn(at.territory.zone, at.now)))
  if (unmapped) flags.push('unmapped-code')
  return flags
}

/** What rule `fr-r1333-53` wants before an exam with X-rays may be booked. Source: code de la santé publique, R.1333-53. */
export const blocking: readonly FlagCode[] = [
  'missing-purpose',
  'missing-justification',
  'missing-pregnancy',
  'missing-prior-exams',
]

/**
 * The flags that keep this request from being booked in this slot; empty when nothing does.
 *
 * A request may not say which modality it means; the slot's diary does.
 */
export function blockingFlags(request: ServiceRequest, slot: Slot, territory: Territory): FlagCode[] {
  const exams = [...modalitiesOf(request, territory), ...modalitiesIn(slot.serviceType ?? [], territory)]
  return exams.some(isIrradiating) ? blocking.filter((code) => flagCodesOf(request).includes(code)) : []
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
  return modalitiesIn([...(request.orderDetail ?? []), ...(request.code ? [request.code] : [])], territory)
}

function modalitiesIn(concepts: readonly CodeableConcept[], { modalities }: Territory): string[] {
  const codings = concepts.flatMap(codingsOf)
  const said = codings.filter(({ system }) => system === systems.dicom).map(({ code }) => code ?? '')
  const meant = codings.flatMap(({ system, code }) => modalities.get(`${system}|${code}`) ?? [])
  return [...new Set([...said, ...meant])]
}

/** With X-rays. */
export const isIrradiating = (modality: string) => modality === 'CT' || modality === 'MG'

/** X-rays want the circumstances to be told, ultrasound and magnetic resonance are asked for them; so is what may be any of these. */
function asksForCircumstances(request: ServiceRequest, territory: Territory): boolean {
  const modalities = modalitiesOf(request, territory)
  return (
    modalities.length === 0 ||
    modalities.some((modality) => isIrradiating(modality) || modality === 'US' || modality === 'MR')
  )
}

const codingsOf = (concept: CodeableConcept | undefined) => concept?.coding ?? []

/** What R.1333-53 asks for, by LOINC codes; of prior exams their results, or a word that none are known. */
const pregnancy: Asked = { coding: { code: '82810-3' }, also: [], kind: 'yes-no' }
const priorExams: Asked = {
  coding: { code: '30954-2' },
  also: ['55114-3', '11329-0', '11322-5'],
  kind: 'text',
}

function circumstanceFlags({ patient, supporting }: Submitted, day: string): FlagCode[] {
  const flags: FlagCode[] = []
  if (mayBePregnant(patient, day) && !isAnswered(pregnancy, supporting)) flags.push('missing-pregnancy')
  const earlier = supporting.some(({ resourceType }) => resourceType === 'DiagnosticReport')
  if (!earlier && !isAnswered(priorExams, supporting)) flags.push('missing-prior-exams')
  return flags
}

/** Years of age between which a pregnancy is asked about. */
const pregnancyAges = { from: 12, to: 55 }

/** Unknown sex or age counts as possible; unknown never equals no. */
function mayBePregnant({ gender, birthDate }: Partial<Patient> = {}, day: string): boolean {
  if (gender === 'male') return false
  const age = birthDate === undefined ? undefined : yearsBetween(birthDate, day)
  return age === undefined || (age >= pregnancyAges.from && age <= pregnancyAges.to)
}

/** Wherever it was answered; by more than that it is not known. */
const isAnswered = (question: Asked, supporting: readonly Resource[]) =>
  answersTo([question], supporting).some(({ answer }) => answer !== 'unknown')
