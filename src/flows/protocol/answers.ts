import type {
  CodeableConcept,
  Coding,
  Observation,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
  Resource,
} from '@medplum/fhirtypes'
import { parseDate } from '../../fhir/dates.ts'
import type { Question } from './protocol.ts'

/** What of a question its answers are found and understood by. */
export type Asked = Pick<Question, 'coding' | 'also' | 'kind'>

/** What was answered to a question. `given`: in words or by a number, and not unknown. */
export interface Answer<Q extends Asked = Question> {
  question: Q
  answer: 'yes' | 'no' | 'unknown' | 'given'
  /** As it was said, for people and for conditions. */
  value?: number | string
  /** `Observation/<id>`, `QuestionnaireResponse/<id>`. */
  source?: string
}

/** Something that was told under a code. */
interface Told {
  codes: readonly string[]
  value: Value
  source?: string
}

interface Value {
  codings: readonly Coding[]
  text?: string
  number?: number
  boolean?: boolean
  /** Something else: a period, a range, a document. */
  other?: boolean
  /** It was said that it is not known. */
  absent?: boolean
}

/**
 * The answers to these questions, wherever they were given: Observations (also what came as OBX) and answered
 * questionnaires, in any order. Of several, the latest by `inTime`; one that is more than unknown wins over unknown.
 */
export function answersTo<Q extends Asked>(
  questions: readonly Q[],
  supporting: readonly Resource[],
): Answer<Q>[] {
  const told = supporting.toSorted(inTime).flatMap(toldIn)
  return questions.flatMap((question) => {
    const all = told.filter(({ codes }) => isAbout(question, codes)).map((one) => answerTo(question, one))
    const last = all.findLast(({ answer }) => answer !== 'unknown') ?? all.at(-1)
    return last ? [last] : []
  })
}

/** By when it was so or was said; what was said at one time, by when it was kept, then by id. What is not kept yet is the latest. */
function inTime(a: Resource, b: Resource): number {
  for (const key of [saidAt, keptAt, idOf] as const) if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1
  return 0
}

/** A day is told by its end; nothing was said after it was kept. */
function saidAt(resource: Resource): number {
  const { high } = parseDate(timeIn(resource) ?? '') ?? { high: Number.POSITIVE_INFINITY }
  return Math.min(high, keptAt(resource))
}

function timeIn(resource: Resource): string | undefined {
  if (resource.resourceType === 'QuestionnaireResponse') return resource.authored
  if (resource.resourceType !== 'Observation') return undefined
  const { effectiveDateTime, effectiveInstant, effectivePeriod, issued } = resource
  return effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.end ?? effectivePeriod?.start ?? issued
}

const keptAt = ({ meta }: Resource) =>
  meta?.lastUpdated === undefined ? Number.POSITIVE_INFINITY : Date.parse(meta.lastUpdated)

const idOf = ({ id = '' }: Resource) => id

const isAbout = ({ coding, also }: Asked, codes: readonly string[]) =>
  codes.includes(coding.code) || codes.some((code) => also.includes(code))

function toldIn(resource: Resource): Told[] {
  if (resource.resourceType === 'Observation') return toldByObservation(resource)
  return resource.resourceType === 'QuestionnaireResponse' ? toldByForm(resource) : []
}

/** What is not in force says nothing. */
function toldByObservation(said: Observation): Told[] {
  if (said.status === 'entered-in-error' || said.status === 'cancelled') return []
  const { valueCodeableConcept, valueQuantity, valueString, valueBoolean, valueInteger, valueDateTime } = said
  const number = valueQuantity?.value ?? valueInteger
  const text = valueString ?? valueDateTime
  const value: Value = {
    ...conceptValue(valueCodeableConcept),
    ...(number !== undefined && { number }),
    ...(text !== undefined && { text }),
    ...(valueBoolean !== undefined && { boolean: valueBoolean }),
    ...(hasOther(said) && { other: true }),
    ...(said.dataAbsentReason && { absent: true }),
  }
  return [{ codes: codesOf(said.code), value, ...sourceOf(said) }]
}

/** A value of none of the types that are read as yes, no, a number or words. */
const hasOther = (said: object) =>
  Object.keys(said).some((name) =>
    /^value(Period|Range|Ratio|SampledData|Time|Uri|Attachment|Reference)$/.test(name),
  )

const conceptValue = ({ coding = [], text }: CodeableConcept = {}) => ({
  codings: coding,
  ...(text !== undefined && { text }),
})

const codesOf = ({ coding = [] }: CodeableConcept = {}) => coding.flatMap(({ code }) => code ?? [])

const sourceOf = ({ resourceType, id }: Resource) =>
  id === undefined ? {} : { source: `${resourceType}/${id}` }

function toldByForm(form: QuestionnaireResponse): Told[] {
  if (form.status === 'entered-in-error' || form.status === 'stopped') return []
  return itemsIn(form.item).flatMap(({ linkId, answer = [] }) =>
    answer.map((one) => ({ codes: [linkId], value: formValue(one), ...sourceOf(form) })),
  )
}

const itemsIn = (items: readonly QuestionnaireResponseItem[] = []): QuestionnaireResponseItem[] =>
  items.flatMap((item) => [
    item,
    ...itemsIn(item.item),
    ...itemsIn(item.answer?.flatMap(({ item }) => item ?? [])),
  ])

function formValue(answer: QuestionnaireResponseItemAnswer): Value {
  const number = answer.valueDecimal ?? answer.valueInteger ?? answer.valueQuantity?.value
  const text = answer.valueString ?? answer.valueDate ?? answer.valueDateTime
  return {
    codings: answer.valueCoding ? [answer.valueCoding] : [],
    ...(answer.valueCoding?.display !== undefined && { text: answer.valueCoding.display }),
    ...(number !== undefined && { number }),
    ...(text !== undefined && { text }),
    ...(answer.valueBoolean !== undefined && { boolean: answer.valueBoolean }),
    ...(hasOther(answer) && { other: true }),
  }
}

/** SNOMED CT, LOINC answers, HL7 tables 0136 and 0532, null flavours and data-absent-reason. */
const yes = ['373066001', '52101004', '77386006', 'LA33-6', 'LA15173-0', 'Y', 'yes']
const no = ['373067005', '2667000', '60001007', 'LA32-8', 'LA26683-5', 'N', 'no']
/** Codes that say that it is not known. */
const unknownCodes: readonly string[] = [
  '261665006',
  '373068000',
  'LA4489-6',
  'UNK',
  'ASKU',
  'NASK',
  'NAV',
  'NI',
  'unknown',
  'asked-unknown',
  'not-asked',
]

const words = {
  yes: /^\s*(oui|yes|présente?|enceinte|o|y)\s*$/i,
  no: /^\s*(non|no|absente?|aucune?|n)\s*$/i,
  unknown: /^\s*(inconnue?|unknown|non connue?|ne sait pas|\?|-)\s*$/i,
}

function answerTo<Q extends Asked>(question: Q, { value, source }: Told): Answer<Q> {
  const said = value.number ?? value.text ?? value.codings[0]?.display ?? value.codings[0]?.code
  return {
    question,
    answer: meaningOf(value, question),
    ...(said !== undefined && { value: said }),
    ...(source !== undefined && { source }),
  }
}

/** Yes and no only where the question is one of yes or no; a refusal to say is never a no. */
function meaningOf(value: Value, { kind }: Asked): Answer['answer'] {
  const { codings, text, number, boolean, other } = value
  const codes = codings.flatMap(({ code }) => code ?? [])
  if (isSaidUnknown(value)) return 'unknown'
  if (boolean !== undefined) return boolean ? 'yes' : 'no'
  if (kind === 'yes-no') {
    if (codes.some((code) => yes.includes(code))) return 'yes'
    if (codes.some((code) => no.includes(code))) return 'no'
    if (codes.length === 0 && text !== undefined && words.yes.test(text)) return 'yes'
    if (codes.length === 0 && text !== undefined && words.no.test(text)) return 'no'
  }
  if (codes.length > 0 || number !== undefined || other) return 'given'
  return text?.trim() ? 'given' : 'unknown'
}

/** Also in words beside a code: unknown is never taken for an answer. */
const isSaidUnknown = ({ absent, codings, text }: Value) =>
  absent ||
  codings.some(({ code = '' }) => unknownCodes.includes(code)) ||
  (text !== undefined && words.unknown.test(text))
