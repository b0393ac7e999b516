import type { Questionnaire, QuestionnaireItem } from '@medplum/fhirtypes'
import { extensions } from '../../fhir/canonical.ts'
import type { Indication, Protocol, Question, Texts } from './protocol.ts'

/**
 * The questionnaire of an indication: its own questions first (dangers before all), then those of its exams and of their
 * modalities, each once. An answer's `linkId` is the question's code, which is how it is found again.
 */
export function questionnaireOf(indication: Indication, protocol: Protocol): Questionnaire {
  const exams = indication.choices.map(({ exam }) => exam)
  const modalities = exams.flatMap(({ modality }) => modality ?? [])
  const general = protocol.questions.filter(
    (one) => one.modalities.length === 0 || one.modalities.some((modality) => modalities.includes(modality)),
  )
  const all = [...indication.questions, ...exams.flatMap(({ questions }) => questions), ...general]
  const [url] = indication.canonical.split('|')
  return {
    resourceType: 'Questionnaire',
    url: `${url}/questionnaire`,
    version: protocol.version,
    ...inBoth('title', indication.title),
    status: protocol.status === 'active' ? 'active' : 'draft',
    subjectType: ['Patient'],
    derivedFrom: [protocol.canonical],
    item: inOrder(onlyOnce(all)).map(itemOf),
  }
}

/** All questionnaires of a protocol, an indication each. */
export const questionnairesOf = (protocol: Protocol): Questionnaire[] =>
  protocol.indications.map((indication) => questionnaireOf(indication, protocol))

/** Dangers, then what is needed, then the rest: the order in which one asks. */
export function inOrder(questions: readonly Question[]): Question[] {
  const rank = ({ role, required }: Question) => (role === 'red-flag' ? 0 : required ? 1 : 2)
  return questions.toSorted((a, b) => rank(a) - rank(b))
}

const onlyOnce = (all: readonly Question[]): Question[] =>
  [...new Map(all.toReversed().map((question) => [question.coding.code, question])).values()].toReversed()

const types = {
  'yes-no': 'choice',
  choice: 'choice',
  number: 'decimal',
  text: 'string',
  date: 'date',
} as const

function itemOf(question: Question): QuestionnaireItem {
  const { coding, text, kind, required, options } = question
  const choices = kind === 'yes-no' ? yesNoUnknown : options
  return {
    linkId: coding.code,
    code: [coding],
    ...inBoth('text', text),
    type: types[kind],
    ...(required && { required }),
    ...(choices.length > 0 && { answerOption: choices.map((valueCoding) => ({ valueCoding })) }),
  }
}

/** Source: SNOMED CT. Unknown is an answer of its own. */
const yesNoUnknown = [
  { system: 'http://snomed.info/sct', code: '373066001', display: 'oui' },
  { system: 'http://snomed.info/sct', code: '373067005', display: 'non' },
  { system: 'http://snomed.info/sct', code: '261665006', display: 'inconnu' },
]

/** A primitive element in French, with its translation. Source: FHIR R4, extension translation. */
export function inBoth<N extends string>(name: N, { fr, en }: Texts): Record<N, string> {
  const translation = {
    url: extensions.translation,
    extension: [
      { url: 'lang', valueCode: 'en' },
      { url: 'content', valueString: en },
    ],
  }
  return { [name]: fr, [`_${name}`]: { extension: [translation] } } as Record<N, string> // and its element beside
}
