import { dayIn } from '../fhir/zone.ts'
import {
  examsOf,
  type Indication,
  type Protocol,
  protocolOn,
  type Question,
} from '../flows/protocol/protocol.ts'
import { questionnaireOf } from '../flows/protocol/questionnaire.ts'
import type { Desk } from '../flows/step.ts'

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
