import { type Answer, answersTo } from './answers.ts'
import type { Condition, Known } from './condition.ts'
import type { Judgement, Missing, Verdict } from './judgement.ts'
import type { Exam, Indication, Protocol, Question } from './protocol.ts'
import { blocked, conforms, doesNotApply, reasonsFor, whyMissing, whyWarned } from './reasons.ts'
import { type JudgedAt, knownOf, type Submission, type Taken, takenFor } from './taken.ts'

const gravity: readonly Verdict[] = ['blocked', 'outside', 'incomplete', 'conforms']

/** Judges a request by one version of the protocol. Pure: the same request by the same version is the same judgement. */
export function judge(submission: Submission, protocol: Protocol, at: JudgedAt): Judgement {
  const taken = takenFor(submission, protocol, at)
  const asked = questionsFor(taken, submission, protocol, at)
  const { questions, answers, known } = asked
  const missing = missingOf(questions, answers)
  const warnings = answers.filter(({ answer, question }) => answer === 'yes' && question.role !== 'answer')
  const applicable = taken.choice && settledBy(taken.choice.applies, known, missing)
  const reasons = [
    ...reasonsFor(taken, submission, known, at),
    ...(applicable === false && taken.choice ? [doesNotApply(taken.choice)] : []),
    ...missing.map(whyMissing),
    ...(at.blocking.length > 0 ? [blocked(at.blocking)] : []),
    ...warnings.map(whyWarned),
  ]
  const found = gravity.filter((verdict) => reasons.some((reason) => reason.verdict === verdict))
  const verdicts: readonly Verdict[] = found.length > 0 ? found : ['conforms']
  const { indication, exam } = taken
  return {
    verdict: verdicts[0] ?? 'conforms',
    verdicts,
    protocol: protocol.canonical,
    ...(indication && { indication: { canonical: indication.canonical, title: indication.title } }),
    ...(exam && { exam: named(exam) }),
    reasons: found.length > 0 ? reasons : [...reasons, conforms],
    missing,
    questions,
    answers,
    warnings,
    alternatives: alternativesTo(exam, applicable !== false, indication, known),
    ...(indication?.priority && { priority: indication.priority }),
    ...(exam?.preparation && { preparation: exam.preparation }),
    ...(exam?.doseClass !== undefined && { doseClass: exam.doseClass }),
    guidance: indication?.guidance ?? [],
    emergency: protocol.emergency,
  }
}

/** The questions of an exam, an indication and a modality, each once, and what was answered. */
function questionsFor(
  { indication, exam }: Taken,
  submission: Submission,
  protocol: Protocol,
  { day, modalities }: JudgedAt,
) {
  const meant = exam?.modality === undefined ? modalities : [exam.modality]
  const all = [
    ...(indication?.questions ?? []),
    ...(exam?.questions ?? []),
    ...protocol.questions.filter(
      (one) => one.modalities.length === 0 || one.modalities.some((modality) => meant.includes(modality)),
    ),
  ]
  const distinct = onlyOnce(all)
  const answers = answersTo(distinct, submission.supporting)
  const known = knownOf(submission, answers, day)
  const questions = distinct.filter(({ applies }) => applies?.holds(known) !== false)
  return {
    questions,
    known,
    answers: answers.filter(({ question }) => questions.includes(question)),
  }
}

/** Asked twice, a question is required when either place requires it. */
function onlyOnce(all: readonly Question[]): Question[] {
  const byCode = new Map<string, Question>()
  for (const question of all) {
    const before = byCode.get(question.coding.code)
    byCode.set(
      question.coding.code,
      before ? { ...before, required: before.required || question.required } : question,
    )
  }
  return [...byCode.values()]
}

function missingOf(questions: readonly Question[], answers: readonly Answer[]): Missing[] {
  return questions
    .filter(({ required }) => required)
    .flatMap((question): Missing[] => {
      const answer = answers.find((one) => one.question === question)
      if (answer === undefined) return [{ question, because: 'unanswered' }]
      return answer.answer === 'unknown' ? [{ question, because: 'unknown' }] : []
    })
}

/** What a condition says, unless it speaks of an answer that is still missing. */
function settledBy(
  condition: Condition | undefined,
  known: Known,
  missing: readonly Missing[],
): boolean | undefined {
  if (!condition) return true
  if (missing.some(({ question }) => condition.text.includes(`'${question.coding.code}'`))) return undefined
  return condition.holds(known)
}

const named = ({ canonical, title, modality }: Exam) => ({
  canonical,
  title,
  ...(modality !== undefined && { modality }),
})

/** What the protocol has beside the exam: the others it names, and alternatives where this one does not suit. */
function alternativesTo(
  exam: Exam | undefined,
  isSuited: boolean,
  indication: Indication | undefined,
  known: Known,
) {
  const isDone = indication?.choices.some((choice) => choice.exam === exam && choice.kind === 'first')
  return (indication?.choices ?? [])
    .filter((choice) => choice.exam.canonical !== exam?.canonical)
    .filter(
      ({ kind, applies }) => applies?.holds(known) !== false && (kind === 'first' || !isSuited || !isDone),
    )
    .map((choice) => named(choice.exam))
}
