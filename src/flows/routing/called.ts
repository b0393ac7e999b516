import type { Task } from '@medplum/fhirtypes'
import { organizationKey } from '../../auth/gate.ts'
import { systems } from '../../fhir/canonical.ts'
import { derivedId } from '../../fhir/id.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { grants } from '../referral/admit.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { isCapacityCall, isOpen } from '../task.ts'
import { noCapacityRules } from './capacity-rules.ts'

/** How many requests wait for a modality without a place, and which centres do its exams. */
export interface Shortage {
  modality: string
  waiting: number
  /** `Organization/<id>` */
  centres: readonly string[]
}

/** What a call is kept as: one open at a time for each centre and modality. */
const callIdOf = (centre: string, modality: string, n: number) =>
  derivedId('capacity-call', centre, modality, String(n))

interface Facts {
  /** Of this modality, the newest first. */
  calls: readonly Kept<Task>[]
}

/**
 * Centres are called for more places while a modality is short, and the calls end when it is short no more.
 *
 * A call is a Task of the centre, of code `capacity-call`: it answers `completed` once it has opened places in its diary,
 * or `rejected`. A centre that has only a telephone is called by the cell, which then owns the Task.
 */
export const called: Step<Shortage, Facts> = {
  name: 'capacity.called',
  facts: async ({ modality }, store) => ({ calls: await callsFor(modality, store) }),

  decide({ modality, waiting, centres }, { calls }, at) {
    const { shortFrom, callEveryHours } = at.territory.capacity ?? noCapacityRules
    const open = calls.filter(isOpen)
    if (waiting < shortFrom) return { write: open.map((call) => ended(call, at)) }
    const since = Date.parse(at.now) - callEveryHours * 3_600_000
    const isCalled = (centre: string) =>
      calls.some((call) => isFor(call, centre) && (isOpen(call) || Date.parse(call.authoredOn ?? '') > since))
    const fresh = centres
      .filter((centre) => !isCalled(centre))
      .map((centre) => {
        const number = calls.filter((call) => isFor(call, centre)).length
        return callTo(centre, callIdOf(centre, modality, number), { modality, waiting }, at)
      })
    return asked(fresh, at)
  },
}

const callsFor = async (modality: string, store: Reader) =>
  (await store.search('Task', 'code=capacity-call&_sort=-_lastUpdated&_count=1000')).filter(
    (task) => isCapacityCall(task) && modalityOf(task) === modality,
  )

const isFor = ({ focus }: Task, centre: string) => focus?.reference === centre

/** The modality that a centre is called for: DICOM code. */
export const modalityOf = ({ reasonCode }: Task): string | undefined =>
  reasonCode?.coding?.find(({ system }) => system === systems.dicom)?.code

function callTo(
  centre: string,
  id: string,
  { modality, waiting }: Omit<Shortage, 'centres'>,
  at: Moment,
): Task & { id: string } {
  const isManual = at.territory.peers.find(({ organization }) => organization === centre)?.manual ?? false
  return {
    resourceType: 'Task',
    id,
    status: 'requested',
    intent: 'proposal',
    priority: 'urgent',
    code: { coding: [{ system: systems.task, code: 'capacity-call' }] },
    description: `${waiting} demandes attendent une place (${modality}) : pouvez-vous en ouvrir ? / ${waiting} requests wait for a place (${modality}): can you open some?`,
    reasonCode: { coding: [{ system: systems.dicom, code: modality }] },
    focus: { reference: centre },
    input: [{ type: { text: 'waiting' }, valueUnsignedInt: waiting }],
    authoredOn: at.now,
    lastModified: at.now,
    requester: { reference: at.territory.cell },
    owner: { reference: isManual ? at.territory.cell : centre },
  }
}

/** The centre sees its call; its system hears of it, if it takes such a thing. */
function asked(calls: readonly (Task & { id: string })[], at: Moment): Plan {
  const told = calls.flatMap((call) =>
    at.territory.peers
      .filter((peer) => isFor(call, peer.organization) && peer.takes.includes('capacity.called'))
      .map(({ name }) => ({ peer: name, kind: 'capacity.called', about: [`Task/${call.id}/_history/1`] })),
  )
  const seen = calls.map((call) => grants([call], [organizationKey(call.focus?.reference ?? '')]))
  return { write: calls, grant: Object.assign({}, ...seen), send: told }
}

const ended = (call: Kept<Task>, at: Moment): Task => ({
  ...call,
  status: 'cancelled',
  statusReason: { text: 'Assez de places / enough places' },
  lastModified: at.now,
})
