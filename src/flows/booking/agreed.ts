import type { Appointment, Schedule } from '@medplum/fhirtypes'
import { extensions } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import { grants, senderKeys } from '../referral/admit.ts'
import type { Moment, Peer, Step } from '../step.ts'
import { type AskingFacts, askingPlan, refuseUnmovable, refuseUnready } from './asking.ts'
import { refuseLapsed } from './covered.ts'
import { type Agreed, type ForWhom, visible, whomFacts } from './facts.ts'
import { pendingFor, refuseInactive } from './hold.ts'
import { type Details, detailed } from './requested.ts'
import { rulesOf } from './rules.ts'
import { centreOf, referenceTo } from './states.ts'
import { toldWith } from './told.ts'
import { aroundReplaced, aroundWhom } from './trails.ts'

/** A time beside a centre's diary, by agreement with it. Ids, instants. */
export interface AgreedTime extends ForWhom {
  schedule: string
  start: string
  end: string
  agreed: true
}

interface Facts extends AskingFacts {
  schedule: Kept<Schedule>
  old: Kept<Appointment> | undefined
}

/** An appointment without a slot (surnuméraire) is asked of a centre that takes such; it is marked. */
export const agreed: Step<AgreedTime & Details & Agreed, Facts> = {
  name: 'booking.agreed',

  async facts(wish, store, actor) {
    await store.around([
      { from: `Schedule/${wish.schedule}` },
      ...aroundWhom(wish, true),
      ...(wish.replaces === undefined ? [] : aroundReplaced(wish.replaces)),
    ])
    const [schedule, whom, old] = await Promise.all([
      visible('Schedule', wish.schedule, store, actor),
      whomFacts(wish, store, actor),
      wish.replaces === undefined ? undefined : visible('Appointment', wish.replaces, store, actor),
    ])
    return { schedule, ...whom, told: await toldWith(whom.request, store), old }
  },

  decide(wish, facts, at, actor) {
    const { schedule, request, old } = facts
    const peer = agreeing(schedule, at)
    refuseLapsed(schedule, wish, at)
    refuseTime(wish, at)
    if (request) refuseInactive(request)
    refuseUnready(facts, examOf(schedule), [old?.id], at)
    if (old) refuseUnmovable(old)
    const actors = schedule.actor.flatMap(({ reference }) => reference ?? [])
    const pending = pendingFor({ ...facts, actors }, schedule, at, actor)
    const appointment = {
      ...pending,
      extension: [...(pending.extension ?? []), { url: extensions.byAgreement, valueBoolean: true }],
      ...(schedule.serviceType && { serviceType: schedule.serviceType }),
      start: wish.start,
      end: wish.end,
    }
    const plan = {
      grant: grants([appointment], senderKeys(actor)),
      rely: [...(request ? [referenceTo(request)] : []), ...(old ? [referenceTo(old)] : [])],
    }
    const asked = { appointment: detailed(appointment, wish), before: undefined, slots: [], old }
    return askingPlan(asked, facts, peer, plan, at)
  },
}

/** The centre of a diary, if it takes appointments beside it. Fails: business-rule. */
function agreeing(schedule: Schedule, { territory }: Moment): Peer {
  const peer = centreOf(schedule, territory)
  if (peer && rulesOf(territory).byAgreement.includes(peer.organization)) return peer
  throw failure(
    'business-rule',
    'This centre takes no appointments beside its diary. Book one of its slots.',
    'Appointment.slot',
  )
}

function refuseTime({ start, end }: AgreedTime, { now }: Moment): void {
  if (Date.parse(start) <= Date.parse(now))
    throw failure('business-rule', 'The appointment begins in the past.', 'Appointment.start')
  if (Date.parse(end) <= Date.parse(start))
    throw failure('value', 'An appointment ends after it starts.', 'Appointment.end')
}

/** What the rules of an exam are asked of, in place of a slot. */
const examOf = ({ serviceType, ...schedule }: Schedule) => ({
  resourceType: 'Slot' as const,
  schedule: { reference: `Schedule/${schedule.id}` },
  status: 'free' as const,
  start: '',
  end: '',
  ...(serviceType && { serviceType }),
})
