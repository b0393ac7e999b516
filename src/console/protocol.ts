import type { ActivityDefinition, PlanDefinition } from '@medplum/fhirtypes'
import { dayIn } from '../fhir/zone.ts'
import {
  examsOf,
  type Indication,
  type Protocol,
  protocolOn,
  type Question,
} from '../flows/protocol/protocol.ts'
import { questionnaireOf } from '../flows/protocol/questionnaire.ts'
import { readProtocols } from '../flows/protocol/read.ts'
import type { Desk } from '../flows/step.ts'
import type { Kept } from '../store/index.ts'

/** The entry protocol in force today; undefined when the territory has none. */
export async function currentProtocol({ store, clock, territory }: Desk): Promise<Protocol | undefined> {
  const reader = store.reader()
  const [plans, activities]: [Kept<PlanDefinition>[], Kept<ActivityDefinition>[]] = await Promise.all([
    reader.search('PlanDefinition', '_count=1000'),
    reader.search('ActivityDefinition', '_count=1000'),
  ])
  const { protocols } = readProtocols([...plans, ...activities])
  return protocolOn(dayIn(territory.zone, clock().getTime()), protocols)
}

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
