import type { CodeableConcept } from '@medplum/fhirtypes'
import { dayIn } from '../fhir/zone.ts'
import {
  examsOf,
  type Indication,
  type Protocol,
  protocolOn,
  type Question,
  type Texts,
} from '../flows/protocol/protocol.ts'
import { questionnaireOf } from '../flows/protocol/questionnaire.ts'
import type { Desk } from '../flows/step.ts'
import { wordsOf } from './format.ts'
import type { View } from './view.ts'

/** The entry protocol in force today; undefined when the territory has none. */
export const currentProtocol = ({
  clock,
  territory,
}: Pick<Desk, 'clock' | 'territory'>): Protocol | undefined =>
  protocolOn(dayIn(territory.zone, clock().getTime()), territory.protocols ?? [])

/** An indication by the last part of its canonical URL, as it stands in addresses. */
export const indicationNamed = (name: string, { indications }: Protocol): Indication | undefined =>
  indications.find((one) => nameOfIndication(one) === name)

export const nameOfIndication = ({ canonical }: Indication): string =>
  canonical.split('|')[0]?.split('/').at(-1) ?? ''

/** The questions for an indication, in the order in which one asks them. */
export function questionsFor(indication: Indication, protocol: Protocol): Question[] {
  const known = new Map(
    [
      ...protocol.questions,
      ...examsOf(protocol).flatMap(({ questions }) => questions),
      ...indication.choices.flatMap(({ exam }) => exam.questions),
      ...indication.questions,
    ].map((question) => [question.coding.code, question]),
  )
  const asked = questionnaireOf(indication, protocol).item ?? []
  return asked.flatMap(({ linkId }) => known.get(linkId) ?? [])
}

/** An exam as its doctor calls it, else as the protocol does, in the page's language; never by a bare code while there are words. */
export function examWords(concept: CodeableConcept | undefined, desk: ProtocolDesk, view: View): string {
  const titles = titlesIn(currentProtocol(desk))
  const known = (concept?.coding ?? []).flatMap(({ system, code }) => titles.get(`${system}|${code}`) ?? [])
  return concept?.text ?? known[0]?.[view.language] ?? (wordsOf(concept) || view.say('exam.unknown'))
}

/** An exam's name as it is counted, in the page's language. */
export function examNamed(name: string, desk: ProtocolDesk, { language }: View): string {
  return titlesIn(currentProtocol(desk)).get(name)?.[language] ?? name
}

type ProtocolDesk = Parameters<typeof currentProtocol>[0]

/** A protocol's exams by code and by name; a protocol that is read stays as it is. */
const titles = new WeakMap<Protocol, ReadonlyMap<string, Texts>>()

function titlesIn(protocol: Protocol | undefined): ReadonlyMap<string, Texts> {
  if (!protocol) return new Map()
  const known = titles.get(protocol)
  if (known) return known
  // Of several exams with one code, the first is what the protocol names first.
  const made = new Map(
    examsOf(protocol)
      .toReversed()
      .flatMap(({ title, codings }) => [
        [title.fr, title] as const,
        ...codings.map(({ system, code }) => [`${system}|${code}`, title] as const),
      ]),
  )
  titles.set(protocol, made)
  return made
}
