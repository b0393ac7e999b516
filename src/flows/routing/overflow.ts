import type { Appointment, ServiceRequest, Task } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { derivedId } from '../../fhir/id.ts'
import type { Kept } from '../../store/index.ts'
import { listed, waitingFor } from '../booking/waiting.ts'
import { protocolOf, type Texts } from '../protocol/protocol.ts'
import type { Moment } from '../step.ts'
import type { BusinessStatus } from '../task.ts'
import { noCapacityRules, type Overflow, overflowFor } from './capacity-rules.ts'
import { modalitiesIn } from './short.ts'

/** What becomes of a request for which there is no place, by the territory's rule. */
export interface Overflowing {
  stage: BusinessStatus
  /** What the prescriber is told of it. */
  words: readonly Texts[]
  /** Its place on the waiting list. */
  waiting: (Appointment & { id: string }) | undefined
}

/** The rule of the territory for a request without a place; it stays in force, whatever the rule. */
export function overflowing(task: Kept<Task>, request: Kept<ServiceRequest>, at: Moment): Overflowing {
  const rules = overflowFor(modalitiesIn(task), at.territory.capacity ?? noCapacityRules)
  const wait = rules.find((rule) => rule.do === 'wait')
  return {
    stage: wait ? 'waitlist' : 'no-capacity',
    words: rules.flatMap((rule) => wordsOf(rule, task, at)),
    waiting: wait && waits(request, task, wait.days, at),
  }
}

function wordsOf(rule: Overflow, task: Task, at: Moment): Texts[] {
  if (rule.do === 'elsewhere') return [rule.text]
  if (rule.do === 'wait')
    return [
      {
        fr: `Elle est en liste d’attente pour ${rule.days} jours : la première place libre lui est gardée.`,
        en: `It is on the waiting list for ${rule.days} days: the first free place is held for it.`,
      },
    ]
  return alternativesOf(task, at).map(({ fr, en }) => ({
    fr: `Le protocole prévoit aussi : ${fr}. Si cela convient, envoyez une nouvelle demande.`,
    en: `The protocol also has: ${en}. If it suits, send a new request.`,
  }))
}

/** Exams that the protocol which judged the request has beside the one that is asked for. */
function alternativesOf({ instantiatesCanonical, output = [] }: Task, { territory }: Moment): Texts[] {
  const said = (code: string) =>
    output.find(({ type }) =>
      type.coding?.some((one) => one.system === systems.judgement && one.code === code),
    )?.valueCanonical
  const protocol = protocolOf(instantiatesCanonical ?? '', territory.protocols ?? [])
  const indication = protocol?.indications.find(({ canonical }) => canonical === said('indication'))
  return (indication?.choices ?? [])
    .filter(({ kind }) => kind === 'alternative')
    .map(({ exam }) => exam)
    .filter(({ canonical }) => canonical !== said('exam'))
    .map(({ title }) => title)
}

/** On the list in the cell's name: the cell books the place that is held for it. */
function waits(request: Kept<ServiceRequest>, task: Task, days: number, at: Moment) {
  const said = { ...waitingFor(request, task, days, at.now), id: derivedId('waits', request.id, at.now) }
  return listed(said, at, { organization: at.territory.cell })
}
