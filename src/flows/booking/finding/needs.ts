import type { Condition, Observation, Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../../store/index.ts'
import { modalitiesOf } from '../../referral/flags.ts'
import { communeIn, type Diary } from '../../slots/diaries.ts'
import { tokensOf } from '../../slots/limits.ts'
import type { Territory } from '../../step.ts'
import type { Wish } from './wish.ts'

/** What is known of the patient and the exam, as far as a place depends on it. What is absent is not known. */
export interface Needs {
  /** Tokens, `system|code` or a code alone. */
  exams: readonly string[]
  reasons: readonly string[]
  regions: readonly string[]
  /** Contrast is to be injected. */
  contrast: boolean
  bornOn?: string
  sex?: string
  weightKg?: number
  implants: readonly string[]
  /** INSEE code. */
  commune?: string
  /** How many take part. */
  people: number
}

/** Codes that say that contrast is injected. Source: ANS, value set of modalities; CCAM, LOINC and SNOMED CT of the catalogue. */
const withContrast: ReadonlySet<string> = new Set([
  ...['MED-1127', 'MED-1129'],
  ...['36813-4', '42274-1', '24587-8', '24590-2', '24967-2', '24968-0'],
  ...['ZCQH001', 'ZCQH002', 'ACQJ002', 'LHQJ001', 'LHQJ002', 'ACQH003', 'LHQH006'],
  ...['1148701004', '41333006', 'ct-ap-w'],
])

/** Devices and foreign bodies that matter to a magnet. Source: ANS, value set of contra-indications, 1.2.250.1.213.1.1.5.659. */
const implantCodes = /^MED-11(1\d|20)$/

/** What has to be read of the patient, for diaries that ask for it. */
export async function needsOf(
  wish: Wish,
  exams: readonly string[],
  diaries: readonly Diary[],
  reader: Reader,
  territory: Territory,
): Promise<Needs> {
  const { request, patients = [] } = wish
  const subject = await reader.follow(request?.subject.reference ?? patients[0])
  const patient = subject?.resourceType === 'Patient' ? subject : wish.patient
  const asksWeight = diaries.some(({ limits }) => limits.tableWeightKg !== undefined)
  const asksImplants = diaries.some(({ limits }) => limits.implants !== undefined)
  const about = asksWeight || asksImplants ? await answersOf(request, patient, reader) : []
  const codes = [...(request?.code ? [request.code] : []), ...(request?.orderDetail ?? [])].flatMap(tokensOf)
  const weight = asksWeight ? weightIn(about) : undefined
  const commune = patient?.address
    ?.map((address) => communeIn(address, territory))
    .find((one) => one !== undefined)
  return {
    exams,
    reasons: wish.reasons?.length ? wish.reasons : (request?.reasonCode ?? []).flatMap(tokensOf),
    regions: (request?.bodySite ?? []).flatMap(tokensOf),
    contrast: [...codes, ...exams].some((token) => withContrast.has(codeIn(token))),
    implants: asksImplants ? implantsIn(about) : [],
    people: Math.max(1, patients.length),
    ...(patient?.birthDate && { bornOn: patient.birthDate }),
    ...(patient?.gender && { sex: patient.gender }),
    ...(weight !== undefined && { weightKg: weight }),
    ...(commune !== undefined && { commune }),
  }
}

/** What a place must be for: the exam that is asked for, or its modality; nothing when nothing is asked. */
export function examsAsked(request: ServiceRequest | undefined, territory: Territory): string[] {
  if (!request) return []
  const modalities = modalitiesOf(request, territory).map((code) => `${dicom}|${code}`)
  return [...(request.code ? tokensOf(request.code) : []), ...modalities]
}

const dicom = 'http://dicom.nema.org/resources/ontology/DCM'

export const codeIn = (token: string) => token.slice(token.indexOf('|') + 1)

/** What was answered with the request, and what is known of the patient's weight and devices. */
async function answersOf(
  request: Kept<ServiceRequest> | undefined,
  patient: Patient | undefined,
  reader: Reader,
): Promise<readonly Resource[]> {
  const own = await Promise.all(
    (request?.supportingInfo ?? []).map(({ reference }) => reader.follow(reference)),
  )
  const found = own.flatMap((one) => one ?? [])
  if (!patient?.id) return found
  const weights = await reader.search(
    'Observation',
    `subject=Patient/${patient.id}&code=${encodeURIComponent(`http://loinc.org|${weightCode}`)}&_sort=-date&_count=1`,
  )
  return [...found, ...weights]
}

const weightCode = '29463-7'

function weightIn(about: readonly Resource[]): number | undefined {
  const said = about.filter(isObservation).find(({ code }) => hasCode(code, (one) => one === weightCode))
  const { value, code, unit } = said?.valueQuantity ?? {}
  if (value === undefined) return undefined
  return (code ?? unit) === 'g' ? value / 1000 : value
}

const isObservation = (one: Resource): one is Observation => one.resourceType === 'Observation'
const isCondition = (one: Resource): one is Condition => one.resourceType === 'Condition'

const hasCode = (concept: Observation['code'] | undefined, is: (code: string) => boolean) =>
  concept?.coding?.some(({ code }) => code !== undefined && is(code)) ?? false

/** Those that the patient has, or is said to have perhaps: unknown never equals no. */
function implantsIn(about: readonly Resource[]): string[] {
  const isImplant = (code: string) => implantCodes.test(code)
  const observed = about
    .filter(isObservation)
    .filter(({ code }) => hasCode(code, isImplant))
    .filter((one) => !isNo(one))
  const conditions = about.filter(isCondition).filter(({ code }) => hasCode(code, isImplant))
  return [...observed, ...conditions].flatMap(({ code }) => (code ? tokensOf(code) : []))
}

/** SNOMED CT: no, absent, not present. */
const noes = ['373067005', '2667000', '272519000', 'N', 'no']

const isNo = ({ valueBoolean, valueCodeableConcept, valueString }: Observation) =>
  valueBoolean === false ||
  hasCode(valueCodeableConcept, (code) => noes.includes(code)) ||
  noes.includes(valueString ?? '')
