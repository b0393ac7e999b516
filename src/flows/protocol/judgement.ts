import type { Answer } from './answers.ts'
import type { Guidance, Question, Texts } from './protocol.ts'

/**
 * How a request stands against the entry protocol. `outside`: a person decides. `blocked`: a rule of law keeps it from
 * being booked until it is complete. Nothing here refuses a request.
 */
export type Verdict = 'conforms' | 'incomplete' | 'outside' | 'blocked'

/** Why a request is judged so; `code` of CodeSystem `judgement`. */
export interface Reason {
  code:
    | 'indication-missing'
    | 'indication-unknown'
    | 'indication-does-not-apply'
    | 'exam-unknown'
    | 'exam-not-named'
    | 'exam-does-not-apply'
    | 'exam-not-done'
    | 'answer-missing'
    | 'answer-unknown'
    | 'fr-r1333-53'
    | 'red-flag'
    | 'contra-indication'
    | 'conforms'
  verdict: Verdict | 'note'
  text: Texts
}

/** A required question without an answer: not answered, or answered that it is not known. */
export interface Missing {
  question: Question
  because: 'unanswered' | 'unknown'
}

/** What the protocol says of a request, and why. A value: to be shown, kept and compared. */
export interface Judgement {
  /** The gravest of `verdicts`. */
  verdict: Verdict
  /** All that hold, gravest first. */
  verdicts: readonly Verdict[]
  /** Canonical URL with version of the protocol that judged. */
  protocol: string
  /** Of the indication and the exam that the request is taken for. */
  indication?: { canonical: string; title: Texts }
  exam?: { canonical: string; title: Texts; modality?: string }
  reasons: readonly Reason[]
  missing: readonly Missing[]
  /** All questions of the protocol for this request, in the order in which one asks them. */
  questions: readonly Question[]
  answers: readonly Answer[]
  /** Red flags and contra-indications that were answered with yes. */
  warnings: readonly Answer[]
  /** Exams that the protocol names in place of, or beside, the one that is asked for. */
  alternatives: readonly { canonical: string; title: Texts; modality?: string }[]
  /** What the protocol proposes; the prescriber's own stays. */
  priority?: 'routine' | 'urgent' | 'asap' | 'stat'
  preparation?: Texts
  doseClass?: string
  guidance: readonly Guidance[]
  emergency: Texts
}
