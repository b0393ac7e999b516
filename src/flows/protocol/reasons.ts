import type { Answer } from './answers.ts'
import type { Known } from './condition.ts'
import type { Missing, Reason } from './judgement.ts'
import { type Choice, covers, type Exam, type Indication, type Texts } from './protocol.ts'
import { type JudgedAt, reasonsOf, type Submission, type Taken } from './taken.ts'

/** What keeps a request from being the protocol's: of its reason, and of its exam. */
export function reasonsFor(
  { indication, exam, choice }: Taken,
  { request, supporting }: Submission,
  known: Known,
  { day }: JudgedAt,
): Reason[] {
  const reasons: Reason[] = []
  if (!indication) {
    const isSaid = reasonsOf(request, supporting).some(({ text, coding = [] }) => text || coding.length > 0)
    reasons.push(isSaid ? indicationUnknown : indicationMissing)
  } else if (indication.applies?.holds(known) === false) {
    reasons.push({
      code: 'indication-does-not-apply',
      verdict: 'outside',
      text: {
        fr: `« ${indication.title.fr} » ne s’applique pas à ce patient (âge, sexe ou contexte).`,
        en: `“${indication.title.en}” does not apply to this patient (age, sex or context).`,
      },
    })
  }
  if (!exam) reasons.push(examUnknown)
  else if (!covers(exam.period, day)) reasons.push(notDone(exam))
  else if (indication && !choice) reasons.push(notNamed(exam, indication))
  return reasons
}

const indicationMissing: Reason = {
  code: 'indication-missing',
  verdict: 'incomplete',
  text: { fr: 'Le motif de la demande n’est pas indiqué.', en: 'The reason for the request is not said.' },
}

const indicationUnknown: Reason = {
  code: 'indication-unknown',
  verdict: 'outside',
  text: {
    fr: 'Le motif n’est pas une indication du protocole : une personne décide.',
    en: 'The reason is not an indication of the protocol: a person decides.',
  },
}

const examUnknown: Reason = {
  code: 'exam-unknown',
  verdict: 'outside',
  text: {
    fr: 'L’examen n’est pas un examen du protocole : une personne décide.',
    en: 'The exam is not one of the protocol: a person decides.',
  },
}

export const conforms: Reason = {
  code: 'conforms',
  verdict: 'conforms',
  text: {
    fr: 'L’indication et l’examen sont ceux du protocole, et il ne manque aucune réponse.',
    en: 'Indication and exam are those of the protocol, and no answer is missing.',
  },
}

const notDone = (exam: Exam): Reason => ({
  code: 'exam-not-done',
  verdict: 'outside',
  text: {
    fr: `« ${exam.title.fr} » n’est pas (ou plus) au catalogue du territoire.`,
    en: `“${exam.title.en}” is not (or no longer) in the territory’s catalogue.`,
  },
})

const notNamed = (exam: Exam, indication: Indication): Reason => ({
  code: 'exam-not-named',
  verdict: 'outside',
  text: {
    fr: `Pour « ${indication.title.fr} », le protocole prévoit : ${firsts(indication, 'fr')} ; « ${exam.title.fr} » est demandé.`,
    en: `For “${indication.title.en}” the protocol names: ${firsts(indication, 'en')}; “${exam.title.en}” is asked for.`,
  },
})

const firsts = ({ choices }: Indication, language: keyof Texts) =>
  choices
    .filter(({ kind }) => kind === 'first')
    .map(({ exam }) => exam.title[language])
    .join(', ')

export const doesNotApply = ({ exam, text }: Choice): Reason => ({
  code: 'exam-does-not-apply',
  verdict: 'outside',
  text: text ?? {
    fr: `Les réponses ne sont pas celles pour lesquelles le protocole prévoit « ${exam.title.fr} ».`,
    en: `The answers are not those for which the protocol names “${exam.title.en}”.`,
  },
})

export const whyMissing = ({ question, because }: Missing): Reason =>
  because === 'unanswered'
    ? {
        code: 'answer-missing',
        verdict: 'incomplete',
        text: { fr: `Sans réponse : ${question.text.fr}`, en: `Not answered: ${question.text.en}` },
      }
    : {
        code: 'answer-unknown',
        verdict: 'incomplete',
        text: {
          fr: `Réponse « inconnu », qui ne vaut pas « non » : ${question.text.fr}`,
          en: `Answered “unknown”, which is not “no”: ${question.text.en}`,
        },
      }

export const blocked = (flags: readonly string[]): Reason => ({
  code: 'fr-r1333-53',
  verdict: 'blocked',
  text: {
    fr: `Article R.1333-53 : un examen avec rayons X n’est réservé qu’une fois la demande complète. Il manque : ${flags.map((flag) => wordsFor(flag).fr).join(', ')}.`,
    en: `Rule R.1333-53: an exam with X-rays is booked once the request is complete. Missing: ${flags.map((flag) => wordsFor(flag).en).join(', ')}.`,
  },
})

const flagWords: Readonly<Record<string, Texts>> = {
  'missing-purpose': { fr: 'la finalité', en: 'the purpose' },
  'missing-justification': { fr: 'le motif', en: 'the reason' },
  'missing-pregnancy': { fr: 'la grossesse éventuelle', en: 'a possible pregnancy' },
  'missing-prior-exams': { fr: 'les examens antérieurs', en: 'prior exams' },
}

const wordsFor = (flag: string): Texts => flagWords[flag] ?? { fr: flag, en: flag }

export const whyWarned = ({ question }: Answer): Reason =>
  question.role === 'red-flag'
    ? {
        code: 'red-flag',
        verdict: 'note',
        text: { fr: `Signe d’alerte : ${question.text.fr}`, en: `Red flag: ${question.text.en}` },
      }
    : {
        code: 'contra-indication',
        verdict: 'note',
        text: {
          fr: `À signaler au radiologue : ${question.text.fr}`,
          en: `To be told to the radiologist: ${question.text.en}`,
        },
      }
