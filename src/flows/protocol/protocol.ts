import type { Coding } from '@medplum/fhirtypes'
import type { Condition } from './condition.ts'

/** The same words in French and in English. */
export interface Texts {
  fr: string
  en: string
}

/** How a question is answered; `yes-no` has three answers: yes, no, unknown. */
export type QuestionKind = 'yes-no' | 'choice' | 'number' | 'text' | 'date'

/** What an answer of yes means: nothing by itself, something for the radiologist to know, or a sign of danger. */
export type QuestionRole = 'answer' | 'contra-indication' | 'red-flag'

/** Something that whoever refers is asked. */
export interface Question {
  coding: Coding & { code: string }
  /** Other codes under which the same is told. */
  also: readonly string[]
  text: Texts
  kind: QuestionKind
  role: QuestionRole
  /** Without an answer the request is incomplete; an answer of unknown is none. */
  required: boolean
  /** DICOM codes; empty: whichever the modality. */
  modalities: readonly string[]
  /** Asked unless this is known to be false. */
  applies?: Condition
  options: readonly Coding[]
}

/** An exam of the catalogue: what is booked. Source: an ActivityDefinition. */
export interface Exam {
  /** Canonical URL with version. */
  canonical: string
  title: Texts
  /** All codes that mean it. */
  codings: readonly Coding[]
  /** DICOM code. */
  modality: string | undefined
  questions: readonly Question[]
  preparation: Texts | undefined
  /** Of the good practice guide: 0, I, II, III, IV. */
  doseClass: string | undefined
  /** ISO dates between which it is done in the territory; open ends are open. */
  period: { start?: string; end?: string }
}

/** An exam that an indication leads to, and when. */
export interface Choice {
  exam: Exam
  applies?: Condition
  /** `first`: what the protocol names; `alternative`: when that one does not suit. */
  kind: 'first' | 'alternative'
  /** Why, when it does not apply. */
  text: Texts | undefined
}

/** Where a statement of the protocol comes from. */
export interface Guidance {
  title: string
  url?: string
  version?: string
}

/** A reason for which imaging is asked, with what the protocol has for it. Source: a PlanDefinition. */
export interface Indication {
  canonical: string
  title: Texts
  codings: readonly Coding[]
  applies?: Condition
  choices: readonly Choice[]
  questions: readonly Question[]
  priority: 'routine' | 'urgent' | 'asap' | 'stat' | undefined
  guidance: readonly Guidance[]
}

/** The entry protocol of a territory, in one version, as named doctors have approved it. */
export interface Protocol {
  /** Canonical URL with version: what is kept with each judgement. */
  canonical: string
  version: string
  title: Texts
  status: string
  /** Doctors who have approved it. */
  endorsers: readonly string[]
  /** ISO date. */
  approvedOn: string | undefined
  /** ISO date by which it is to be looked at again. */
  reviewBy: string | undefined
  /** ISO dates between which it is in force. */
  period: { start?: string; end?: string }
  indications: readonly Indication[]
  /** Asked by modality, whatever the indication. */
  questions: readonly Question[]
  /** What is always said: where to turn when life is in danger. */
  emergency: Texts
}

/** The protocol in force on a day: of several the one that was approved last. */
export function protocolOn(day: string, protocols: readonly Protocol[]): Protocol | undefined {
  return protocols
    .filter(({ status, period }) => status === 'active' && covers(period, day))
    .toSorted((a, b) => compare(b.approvedOn ?? '', a.approvedOn ?? '') || compare(b.version, a.version))[0]
}

/** The protocol of a version, or of a canonical URL with its version. */
export const protocolOf = (wanted: string, protocols: readonly Protocol[]): Protocol | undefined =>
  protocols.find(({ canonical, version }) => canonical === wanted || version === wanted)

/** All exams that the protocol leads to, each once. */
export function examsOf({ indications }: Protocol): Exam[] {
  const exams = indications.flatMap(({ choices }) => choices.map(({ exam }) => exam))
  return [...new Map(exams.map((exam) => [exam.canonical, exam])).values()]
}

/** Whether a period of ISO dates covers a day. */
export const covers = ({ start, end }: { start?: string; end?: string }, day: string): boolean =>
  (start === undefined || start.slice(0, 10) <= day) && (end === undefined || day <= end.slice(0, 10))

const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
