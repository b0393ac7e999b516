import type { z } from 'zod'
import type { Exam, Indication, Question } from '../flows/protocol/protocol.ts'
import { type Intake1, intake1 } from '../flows/referral/intake-schema.ts'
import { type Doctor, doctorMeant } from './doctors.ts'
import type { Language } from './format.ts'
import type { Key } from './messages/index.ts'
import { field } from './view.ts'

/** What is wrong with a field of the form. */
export interface Fault {
  field: string
  key: Key
}

/** What a call is about: chosen before the questions are asked. */
export interface Subject {
  indication: Indication
  questions: readonly Question[]
  doctors: readonly Doctor[]
  language: Language
}

/** Of a question, the name of its field. */
export const fieldOf = ({ coding: { code } }: Question): string => `q.${code}`

/** A request as it was told by telephone, or all that is wrong with how it was written down. */
export function readCall(form: FormData, subject: Subject): { referral?: Intake1; faults: readonly Fault[] } {
  const faults: Fault[] = []
  const need = (name: string, key: Key, value: string | undefined): string => {
    if (!value) faults.push({ field: name, key })
    return value ?? ''
  }
  const doctor = doctorMeant(field(form, 'doctor'), subject.doctors)
  const rpps = need('doctor', field(form, 'doctor') ? 'fault.doctor' : 'fault.empty', doctor?.rpps)
  const born = bornOn(field(form, 'born'))
  const exam = subject.indication.choices.map((choice) => choice.exam).find(isChosen(field(form, 'exam')))
  const said = {
    version: 1,
    placerOrderNumber: field(form, 'number'),
    patient: {
      familyName: need('family', 'fault.empty', field(form, 'family')),
      givenName: need('given', 'fault.empty', field(form, 'given')),
      birthDate: need('born', field(form, 'born') ? 'fault.date' : 'fault.empty', born),
      sex: need('sex', 'fault.choose', field(form, 'sex')),
      ...given('phone', field(form, 'phone')),
      ...given('city', field(form, 'commune')),
    },
    prescriber: { rpps, ...given('name', doctor?.name) },
    exam: examSaid(exam, subject),
    reason: { text: subject.indication.title.fr, ...codeOf(subject.indication) },
    ...given('purpose', field(form, 'purpose')),
    ...given('justification', field(form, 'justification')),
    ...urgency(form, need),
    answers: subject.questions.flatMap((question) => answerTo(question, form, faults)),
    ...given('note', field(form, 'note')),
    ...given('callback', field(form, 'callback')),
  }
  if (!exam) faults.push({ field: 'exam', key: 'fault.choose' })
  if (faults.length > 0) return { faults }
  const { data, error } = intake1.safeParse(said)
  if (data) return { referral: data, faults }
  return { faults: error.issues.map(({ path }) => ({ field: fieldAt(path), key: 'fault.value' })) }
}

/** Fields of the form by the place that the schema names. */
function fieldAt(path: readonly PropertyKey[]): string {
  const names: Readonly<Record<string, string>> = {
    familyName: 'family',
    givenName: 'given',
    birthDate: 'born',
    city: 'commune',
    rpps: 'doctor',
    prescriber: 'doctor',
  }
  const last = path.filter((part) => typeof part === 'string').at(-1) ?? ''
  return names[last] ?? last
}

export const nameOfExam = ({ canonical }: Exam): string => canonical.split('|')[0]?.split('/').at(-1) ?? ''

const isChosen = (name: string) => (exam: Exam) => nameOfExam(exam) === name

function examSaid(exam: Exam | undefined, { language }: Subject) {
  const [coding] = exam?.codings ?? []
  return {
    ...(coding?.system && coding.code && { code: { system: coding.system, code: coding.code } }),
    text: exam?.title[language] ?? '-',
    ...(exam?.modality && { modality: exam.modality }),
  }
}

function codeOf({ codings: [coding] }: Indication) {
  return coding?.system && coding.code ? { code: { system: coding.system, code: coding.code } } : {}
}

/** A doctor who says urgent says why. */
function urgency(form: FormData, need: (name: string, key: Key, value: string) => string) {
  if (field(form, 'urgent') !== 'yes') return { priority: 'routine' }
  return {
    priority: 'urgent',
    urgencyReason: need('urgencyReason', 'fault.why-urgent', field(form, 'urgencyReason')),
  }
}

/** What was not answered is not told: nobody has said no. */
function answerTo(
  question: Question,
  form: FormData,
  faults: Fault[],
): z.input<typeof intake1>['answers'] & object {
  const name = fieldOf(question)
  const said = field(form, name)
  if (said === '') return []
  const { coding, kind, text } = question
  if (kind !== 'number' || said === 'unknown') return [{ question: coding.code, answer: said, text: text.fr }]
  const value = Number(said.replace(',', '.'))
  if (Number.isFinite(value)) return [{ question: coding.code, answer: value, text: text.fr }]
  faults.push({ field: name, key: 'fault.number' })
  return []
}

/** `12/05/1984`, `12 05 1984`, `12051984` or `1984-05-12`, as a day that there is. */
export function bornOn(said: string): string | undefined {
  const parts =
    /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/.exec(said) ??
    /^(?<day>\d{1,2})[ /.-](?<month>\d{1,2})[ /.-](?<year>\d{4})$/.exec(said) ??
    /^(?<day>\d\d)(?<month>\d\d)(?<year>\d{4})$/.exec(said)
  const { year = '', month = '', day = '' } = parts?.groups ?? {}
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const time = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : date
}

const given = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value ? ({ [key]: value } as Partial<Record<K, string>>) : {}
