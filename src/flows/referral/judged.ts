import type {
  CodeableConcept,
  CommunicationRequest,
  ServiceRequest,
  Task,
  TaskOutput,
} from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { derivedId } from '../../fhir/id.ts'
import { dayIn } from '../../fhir/zone.ts'
import { judge } from '../protocol/judge.ts'
import type { Judgement, Missing } from '../protocol/judgement.ts'
import { type Protocol, protocolOn, type Question, type Texts } from '../protocol/protocol.ts'
import type { Moment } from '../step.ts'
import { businessStatus } from '../task.ts'
import { blocking, type FlagCode, isIrradiating, modalitiesOf, type Submitted } from './flags.ts'

/** A request with its id. */
export type Identified = ServiceRequest & { id: string }

/** What the territory's protocol, or another version of it, says of a request; nothing where there is no protocol. */
export function judgementOf(
  submitted: Submitted,
  flags: readonly string[],
  at: Pick<Moment, 'now' | 'territory'>,
  by: Protocol | undefined = protocolOn(dayOf(at), at.territory.protocols ?? []),
): Judgement | undefined {
  if (!by) return undefined
  const modalities = modalitiesOf(submitted.request, at.territory)
  return judge(submitted, by, {
    day: dayOf(at),
    modalities,
    blocking: modalities.some(isIrradiating)
      ? flags.filter((flag) => blocking.some((one) => one === flag))
      : [],
  })
}

/** The day that it is in the territory. */
const dayOf = ({ now, territory }: Pick<Moment, 'now' | 'territory'>) => dayIn(territory.zone, now)

/** The flags that a judgement adds. */
export const flagsIn = (judgement: Judgement | undefined): FlagCode[] =>
  judgement?.verdicts.includes('outside') ? ['out-of-protocol'] : []

/**
 * The Task of a request as the judgement has it: which version judged, what it found, and, while answers are missing
 * and nobody has begun, on hold. The clocks run on meanwhile: a pause is counted apart. It stays on hold while what a
 * person asked is not answered (`isAskedBeside`).
 */
export function taskJudged<T extends Task>(
  task: T,
  judgement: Judgement | undefined,
  at: Moment,
  isAskedBeside = false,
): T {
  if (!judgement) return task
  const others = (task.output ?? []).filter(({ type }) => !isOurs(type))
  const said: T = {
    ...task,
    instantiatesCanonical: judgement.protocol,
    output: [...others, ...outputsOf(judgement)],
  }
  const isAsked = isIncomplete(judgement)
  if (isAsked && waiting.includes(task.status)) return onHold(said, judgement, at)
  return !isAsked && !isAskedBeside && isWaitingForAnswers(task) ? resumed(said, at) : said
}

const waiting: readonly Task['status'][] = ['requested', 'received', 'accepted']

/** Answers, or what a rule of law wants, are missing: the prescriber is asked. */
export const isIncomplete = ({ verdicts }: Judgement): boolean =>
  verdicts.includes('incomplete') || verdicts.includes('blocked')

/** Whether it is on hold until somebody answers. */
export const isWaitingForAnswers = ({ status, businessStatus: concept }: Task): boolean =>
  status === 'on-hold' && (concept?.coding?.some(({ code }) => code === 'awaiting-information') ?? false)

function onHold<T extends Task>(task: T, judgement: Judgement, at: Moment): T {
  return {
    ...task,
    status: 'on-hold',
    businessStatus: businessStatus('awaiting-information'),
    statusReason: { text: whatIsMissing(judgement).fr },
    lastModified: at.now,
  }
}

/** Whoever had it goes on; what nobody had is again for whoever comes first. */
export function resumed<T extends Task>(task: T, at: Moment): T {
  const { statusReason: _, ...rest } = task
  const isInPool = task.owner?.reference === at.territory.cell
  const status = isInPool ? 'requested' : 'in-progress'
  return { ...rest, status, businessStatus: businessStatus('created'), lastModified: at.now } as T // the same but for its state
}

const isOurs = ({ coding = [] }: CodeableConcept) => coding.some(({ system }) => system === systems.judgement)

const typeOf = (code: string) => ({ coding: [{ system: systems.judgement, code }] })

function outputsOf({ verdict, indication, exam, reasons, missing, warnings }: Judgement): TaskOutput[] {
  return [
    { type: typeOf('verdict'), valueCodeableConcept: typeOf(verdict) },
    ...(indication ? [{ type: typeOf('indication'), valueCanonical: indication.canonical }] : []),
    ...(exam ? [{ type: typeOf('exam'), valueCanonical: exam.canonical }] : []),
    ...reasons.map(({ code, text }) => ({
      type: typeOf('reason'),
      valueCodeableConcept: { ...typeOf(code), text: text.fr },
    })),
    ...missing.map(({ question }) => ({
      type: typeOf('missing'),
      valueCodeableConcept: conceptOf(question),
    })),
    ...warnings.map(({ question }) => ({
      type: typeOf('warning'),
      valueCodeableConcept: conceptOf(question),
    })),
  ]
}

const conceptOf = ({ coding, text }: Question): CodeableConcept => ({ coding: [coding], text: text.fr })

/** Whether a question is the cell's own: what others ask holds up no request. */
export const isByCell = (
  { sender }: CommunicationRequest,
  { territory }: Pick<Moment, 'territory'>,
): boolean => sender === undefined || sender.reference === territory.cell

/** The id of what the prescriber is asked for the sake of a request: one, whatever is missing at the time. */
export const askedIdOf = (request: string): string => derivedId('asked', request)

/**
 * What the prescriber is asked, in words and by codes; nothing where nothing is missing and nothing was.
 *
 * It is kept until all is answered, and is then completed. Beside the questions always stands where to turn in danger.
 */
export function askedFor(
  request: Identified,
  judgement: Judgement | undefined,
  before: CommunicationRequest | undefined,
  at: Moment,
): CommunicationRequest | undefined {
  if (!judgement) return undefined
  if (!isIncomplete(judgement))
    return before?.status === 'active' ? { ...before, status: 'completed' } : undefined
  const { fr, en } = whatIsMissing(judgement)
  return {
    resourceType: 'CommunicationRequest',
    id: askedIdOf(request.id),
    ...(before?.meta && { meta: before.meta }),
    status: 'active',
    category: [typeOf('missing')],
    ...(request.priority && { priority: request.priority }),
    subject: request.subject as NonNullable<CommunicationRequest['subject']>, // a patient, which it takes
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    about: [{ reference: `ServiceRequest/${request.id}` }],
    payload: [
      { contentString: `${fr}\n${judgement.emergency.fr}` },
      { contentString: `${en}\n${judgement.emergency.en}` },
    ],
    ...(judgement.missing.length > 0 && {
      reasonCode: judgement.missing.map(({ question }) => conceptOf(question)),
    }),
    authoredOn: before?.authoredOn ?? at.now,
    sender: { reference: at.territory.cell },
    ...(request.requester && {
      recipient: [request.requester as NonNullable<CommunicationRequest['recipient']>[number]],
    }), // a requester may receive
  }
}

/** In words what is missing, in the order in which it is asked. */
function whatIsMissing({ missing, reasons }: Judgement): Texts {
  const others = reasons.filter(
    ({ code, verdict }) => verdict === 'blocked' || (verdict === 'incomplete' && !code.startsWith('answer-')),
  )
  const texts = [...others.map(({ text }) => text), ...missing.map(askedAs)]
  return { fr: texts.map(({ fr }) => fr).join('\n'), en: texts.map(({ en }) => en).join('\n') }
}

const askedAs = ({ question: { text }, because }: Missing): Texts =>
  because === 'unanswered'
    ? text
    : { fr: `${text.fr} (« inconnu » a été répondu)`, en: `${text.en} (“unknown” was answered)` }
