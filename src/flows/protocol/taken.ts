import type { Coding, Condition as Diagnosis, Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { yearsBetween } from '../../fhir/dates.ts'
import { plain } from '../../fhir/words.ts'
import type { Answer } from './answers.ts'
import type { Known } from './condition.ts'
import { type Choice, type Exam, examsOf, type Indication, type Protocol } from './protocol.ts'

/** What is judged. */
export interface Submission {
  request: ServiceRequest
  patient: Patient | undefined
  /** What came along with it: Observations, answered questionnaires, Conditions. */
  supporting: readonly Resource[]
}

/** By what it is judged, beside the protocol. */
export interface JudgedAt {
  /** ISO date, by the clocks of the territory. */
  day: string
  /** DICOM codes that the request is known to mean. */
  modalities: readonly string[]
  /** Codes of the flags that a rule of law wants gone before it is booked, where the rule is about this modality. */
  blocking: readonly string[]
}

/** What a request is taken for. */
export interface Taken {
  indication: Indication | undefined
  exam: Exam | undefined
  choice: Choice | undefined
}

/** The indication, by its codes or words, and the exam, by its codes or else its modality, that a request means. */
export function takenFor(submission: Submission, protocol: Protocol, { day, modalities }: JudgedAt): Taken {
  const fitting = protocol.indications.filter((one) => isMeant(one, submission))
  const known = knownOf(submission, [], day)
  // Of several indications with one code the one that applies: children and adults may share a complaint.
  const possible = fitting.filter((one) => one.applies?.holds(known) !== false)
  const withExam = possible.find(({ choices }) => choices.some((choice) => isFor(choice, submission, [])))
  const indication = withExam ?? possible[0] ?? fitting[0]
  const choices = indication?.choices ?? []
  const choice =
    choices.find((one) => isFor(one, submission, [])) ??
    choices.find((one) => isFor(one, submission, modalities) && !namesExam(submission, protocol))
  const exam = choice?.exam ?? examsOf(protocol).find((one) => isExam(one, submission.request))
  return { indication, exam, choice }
}

/** By a code of the reason, or by the protocol's very words. */
function isMeant(indication: Indication, { request, supporting }: Submission): boolean {
  const concepts = reasonsOf(request, supporting)
  const said = concepts.flatMap(({ coding = [] }) => coding)
  if (said.some((one) => indication.codings.some((coding) => isCode(coding, one)))) return true
  return concepts.some(({ text }) => text !== undefined && wordsOf(indication).includes(plain(text)))
}

/** The titles of an indication, plain: each request is held against all of them. */
const words = new WeakMap<Indication, readonly string[]>()

function wordsOf(indication: Indication): readonly string[] {
  const known = words.get(indication)
  if (known) return known
  const made = [indication.title.fr, indication.title.en].map(plain).filter((text) => text !== '')
  words.set(indication, made)
  return made
}

/** What a request gives as its reason: codes and words, also of Conditions. */
export const reasonsOf = (
  { reasonCode = [], reasonReference = [] }: ServiceRequest,
  supporting: readonly Resource[],
) => {
  const names = new Set(reasonReference.map(({ reference }) => reference))
  const conditions = supporting.filter(
    (one): one is Diagnosis =>
      one.resourceType === 'Condition' && (names.has(`Condition/${one.id}`) || reasonCode.length === 0),
  )
  return [...reasonCode, ...conditions.flatMap(({ code }) => code ?? [])]
}

const icd10 = [
  'http://hl7.org/fhir/sid/icd-10',
  'https://smt.esante.gouv.fr/terminologie-cim-10',
  'urn:oid:2.16.840.1.113883.6.3',
]

/** The same code; of ICD-10 also one that is within it: `K85.9` is a `K85`. */
function isCode(wanted: Coding, said: Coding): boolean {
  if (wanted.code === undefined || said.code === undefined) return false
  const isIcd = icd10.includes(wanted.system ?? '')
  if (!isIcd) return wanted.code === said.code && wanted.system === said.system
  if (said.system !== undefined && !icd10.includes(said.system)) return false
  return said.code === wanted.code || said.code.startsWith(`${wanted.code}.`)
}

/** Whether a request asks for this exam: by a code, or only by its modality. */
const isFor = ({ exam }: Choice, { request }: Submission, modalities: readonly string[]) =>
  isExam(exam, request) || (exam.modality !== undefined && modalities.includes(exam.modality))

const isExam = ({ codings }: Exam, { code }: ServiceRequest) =>
  (code?.coding ?? []).some((said) =>
    codings.some((coding) => coding.system === said.system && coding.code === said.code),
  )

/** Whether the request names an exam of the protocol by its code: then its modality says nothing more. */
const namesExam = ({ request }: Submission, protocol: Protocol) =>
  examsOf(protocol).some((exam) => isExam(exam, request))

/** What conditions may speak of, once these answers are known. */
export function knownOf({ request, patient }: Submission, answers: readonly Answer[], day: string): Known {
  const codes = (wanted: Answer['answer']) =>
    answers.filter(({ answer }) => answer === wanted).map(({ question }) => question.coding.code)
  return {
    request,
    patient,
    age: patient?.birthDate === undefined || day === '' ? undefined : yearsBetween(patient.birthDate, day),
    yes: codes('yes'),
    no: codes('no'),
    unknown: codes('unknown'),
    values: answers.flatMap(({ answer, question, value }) =>
      answer === 'given' && value !== undefined ? [{ code: question.coding.code, value }] : [],
    ),
  }
}
