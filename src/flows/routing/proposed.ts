import type { Appointment, Communication, ServiceRequest, Task, TaskOutput } from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import { derivedId } from '../../fhir/id.ts'
import type { Kept } from '../../store/index.ts'
import { waitsStill } from '../booking/waiting.ts'
import type { Texts } from '../protocol/protocol.ts'
import { grants } from '../referral/admit.ts'
import { told } from '../results/commented.ts'
import type { Step } from '../step.ts'
import { businessStatus, isOpen } from '../task.ts'
import { type Overflowing, overflowing } from './overflow.ts'

/** Places for a request, best first, each with the reason for its rank; none: no centre has one. */
export interface Proposals {
  task: string
  proposals: readonly Appointment[]
  /** The Task as it was when places were looked for. */
  version: string
}

interface Facts {
  task: Kept<Task> | undefined
  request: Kept<ServiceRequest> | undefined
  /** `org:<id>` of all who see the request. */
  keys: readonly string[]
  /** Its appointments, its place on the waiting list among them. */
  appointments: readonly Kept<Appointment>[]
}

/**
 * Places are proposed to the prescriber: they stand on the Task, and a word of it goes to whoever takes part. Where there
 * is none, that is said instead: the request stays in force.
 */
export const proposed: Step<Proposals, Facts> = {
  name: 'request.proposed',

  async facts({ task: id }, store) {
    const task = await store.read('Task', id)
    const request = await store.follow(task?.focus?.reference)
    const keys = request ? await store.sight(`ServiceRequest/${request.id}`) : []
    const appointments = request
      ? await store.search('Appointment', `based-on=ServiceRequest/${request.id}`)
      : []
    return {
      task,
      request: request?.resourceType === 'ServiceRequest' ? request : undefined,
      keys: keys.filter((key) => key.startsWith('org:')),
      appointments,
    }
  },

  decide({ proposals, version }, { task, request, keys, appointments }, at, actor) {
    if (!task || !request || !isOpen(task) || task.meta.versionId !== version) return {}
    const overflow = proposals.length === 0 ? overflowing(task, request, at) : undefined
    const others = (task.output ?? []).filter(({ type }) => !isProposal(type))
    const next: Task = {
      ...task,
      ...stateAfter(task, overflow),
      output: [...others, ...proposals.map(outputOf)],
      lastModified: at.now,
    }
    if (next.output?.length === 0) delete next.output
    const word: Communication = {
      resourceType: 'Communication',
      id: derivedId('proposed', task.id, version),
      status: 'completed',
      sender: { reference: at.territory.cell },
      payload: [{ contentString: wordsFor(proposals, overflow, at.territory.zone) }],
    }
    const plan = told([word], { request, keys }, [], at, { ...actor, organization: at.territory.cell })
    const isListed = appointments.some((one) => waitsStill(one, at.now))
    const listed = isListed ? undefined : overflow?.waiting
    return {
      ...plan,
      write: [next, ...(plan.write ?? []), ...(listed ? [listed] : [])],
      grant: { ...plan.grant, ...grants(listed ? [listed] : [], keys) },
    }
  },
}

/**
 * While a centre's answer is waited for, that is what stands; beside it, that the next places were proposed, or that there
 * is none: its silence has been told, and the prescriber answered.
 */
function stateAfter(
  { status, businessStatus: before }: Task,
  overflow: Overflowing | undefined,
): Partial<Task> {
  const isAwaited = before?.coding?.some(({ code }) => code === 'awaiting-confirmation') ?? false
  if (isAwaited)
    return { businessStatus: businessStatus('awaiting-confirmation', overflow ? 'no-capacity' : 'proposed') }
  const begun = status === 'requested' || status === 'received' ? { status: 'accepted' as const } : {}
  if (overflow) return { businessStatus: businessStatus(overflow.stage) }
  return { ...begun, businessStatus: businessStatus('proposed') }
}

const proposalType = { coding: [{ system: systems.judgement, code: 'proposal' }] }
const isProposal = ({ coding = [] }: TaskOutput['type']) =>
  coding.some(({ system, code }) => system === systems.judgement && code === 'proposal')

const whyOf = ({ extension = [] }: Appointment) =>
  extension.find(({ url }) => url === extensions.rank)?.valueString ?? ''

const outputOf = (proposal: Appointment): TaskOutput => ({
  type: proposalType,
  valueReference: {
    reference: `Appointment/${proposal.id}`,
    display: [proposal.start, whyOf(proposal)].filter(Boolean).join(' · '),
  },
})

function wordsFor(
  proposals: readonly Appointment[],
  overflow: Overflowing | undefined,
  timeZone: string,
): string {
  if (overflow) return [nothing, ...overflow.words].flatMap(({ fr, en }) => [fr, en]).join('\n')
  const when = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeStyle: 'short', timeZone })
  const lines = proposals.map((one, n) => `${n + 1}. ${when.format(new Date(one.start ?? ''))}`)
  return ['Places proposées / Places proposed:', ...lines].join('\n')
}

const nothing: Texts = {
  fr: 'Aucun centre n’a de place pour le moment ; la demande reste en cours.',
  en: 'No centre has a place at present; the request stays in force.',
}
