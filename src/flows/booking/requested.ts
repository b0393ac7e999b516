import type { Appointment, Identifier, Resource } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { failure } from '../../fhir/outcome.ts'
import { idOf } from '../../fhir/reference.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { type AskingFacts, askingPlan, refuseUnmovable, refuseUnready, replacing } from './asking.ts'
import { refuseOthers } from './cancelled.ts'
import { refuseUncovered } from './covered.ts'
import { type Agreed, type BookingFacts, bookingFacts, type ForWhom, visible, type Wanted } from './facts.ts'
import { participantsOf, placed } from './hold.ts'
import { quotaPlacesOf } from './quotas.ts'
import { holdOf } from './rules.ts'
import { type Said, saidIn } from './said.ts'
import {
  isExpired,
  isHeld,
  isLive,
  patientOf,
  peerOf,
  referenceTo,
  wasExpired,
  withoutHold,
} from './states.ts'
import { toldWith } from './told.ts'
import { aroundHeld, aroundReplaced, aroundWanted, aroundWhom } from './trails.ts'

/** A booking that is wished for: of a place that is held, or of one that is free. */
export type BookWish = (HeldPlace | Wanted) & Details & Agreed

/** A place that is held, by its appointment's id. */
export interface HeldPlace {
  appointment: string
  /** Also when the hold is over, if the place is still free. */
  afresh?: boolean
  /** For whom, when it was held for nobody yet. */
  whom?: ForWhom
}

/** What goes with an appointment, whatever its place. */
export interface Details extends Said {
  /** When the caller takes it to be: its place is then, or it is refused. Instants. */
  at?: Pick<Appointment, 'start' | 'end'>
  /** The caller's own numbers for it. */
  identifier?: readonly Identifier[]
  /** Id of the appointment that it is to take the place of: kept until the centre has confirmed this one. */
  replaces?: string
}

interface Facts extends BookingFacts, AskingFacts {
  hold: Kept<Appointment> | undefined
  old: Kept<Appointment> | undefined
}

/** The RIS of the centre is asked: the place is ours meanwhile, and nothing is called booked before its yes. */
export const requested: Step<BookWish, Facts> = {
  name: 'booking.requested',

  async facts(wish, store, actor) {
    const facts = await factsOf(wish, store, actor)
    const { replaces } = wish
    const [told, old, had] = await Promise.all([
      toldWith(facts.request, store),
      replaces === undefined ? undefined : visible('Appointment', replaces, store, actor),
      replaces === undefined ? [] : quotaPlacesOf(replaces, store),
    ])
    return { ...facts, told, old, had }
  },

  decide(wish, facts, at, actor) {
    if (facts.hold) refuseWhom(wish, facts.hold)
    if (facts.hold && isAsked(facts.hold)) return {}
    refuseUncovered(facts.slots, wish, at)
    refuseUnready(facts, facts.slot, [facts.hold?.id, facts.old?.id], at)
    if (facts.old) refuseUnmovable(facts.old)
    const { appointment, plan, before } = begun(wish, facts, at, actor)
    refuseTime(wish, appointment)
    const asked = detailed(appointment, wish)
    return askingPlan(
      { appointment: asked, before, slots: facts.slots, old: facts.old },
      facts,
      peerOf(facts.slot, at.territory),
      { ...plan, rely: [...(plan.rely ?? []), ...(facts.old ? [referenceTo(facts.old)] : [])] },
      at,
    )
  },
}

async function factsOf(wish: BookWish, store: Reader, actor: Actor) {
  await store.around([
    ...('appointment' in wish
      ? [...aroundHeld(wish.appointment), ...aroundWhom(wish.whom ?? {}, true)]
      : aroundWanted(wish, true)),
    ...(wish.replaces === undefined ? [] : aroundReplaced(wish.replaces)),
  ])
  if (!('appointment' in wish)) return { ...(await bookingFacts(wish, store, actor)), hold: undefined }
  const hold = await visible('Appointment', wish.appointment, store, actor)
  return { ...(await bookingFacts({ ...wish.whom, ...wantedBy(hold) }, store, actor)), hold }
}

/** The appointment with what the caller says beside its place. */
export function detailed<A extends Appointment>(
  appointment: A,
  { identifier = [], replaces, ...said }: Details,
): A {
  const { identifier: known = [] } = appointment
  const more = identifier.filter(
    ({ system, value }) => !known.some((one) => one.system === system && one.value === value),
  )
  return replacing(
    { ...appointment, ...saidIn(said), ...(more.length > 0 && { identifier: [...known, ...more] }) },
    replaces,
  )
}

/** Passes when an appointment is when its caller takes it to be. Fails: business-rule. */
function refuseTime({ at = {} }: Details, { start = '', end = '' }: Appointment): void {
  const meant = { start, end }
  const other = (['start', 'end'] as const).find(
    (name) => at[name] !== undefined && Date.parse(at[name]) !== Date.parse(meant[name]),
  )
  if (other === undefined) return
  throw failure(
    'business-rule',
    `An appointment takes the whole of its slots, from ${start} to ${end}. Send these times, or name other slots.`,
    `Appointment.${other}`,
  )
}

/** Passes when a place is asked for whom it is held or booked. Fails: conflict. */
function refuseWhom(wish: BookWish, hold: Appointment): void {
  const { request, patient } = ('whom' in wish && wish.whom) || {}
  const isFor = (wanted: string | undefined, known: string | undefined) =>
    wanted === undefined || known === undefined || wanted === known
  const isSame =
    isFor(request && `ServiceRequest/${request}`, hold.basedOn?.[0]?.reference) &&
    isFor(patient && `Patient/${patient}`, patientOf(hold))
  if (isSame) return
  throw failure(
    'conflict',
    'This place is taken for another patient. Look for another one with Appointment/$find.',
    'Appointment.participant',
  )
}

interface Begun {
  appointment: Appointment & { id: string }
  /** What it was, if it was kept. */
  before: Kept<Appointment> | undefined
  plan: Plan
}

function begun(wish: BookWish, facts: Facts, at: Moment, actor: Actor): Begun {
  const { hold } = facts
  if (!hold) return fromFree(facts, at, actor)
  const isAfresh = 'afresh' in wish && wish.afresh === true && isExpired(hold, at.now)
  if (isAfresh && wasExpired(hold)) return fromFree(facts, at, actor)
  return fromHold(hold, facts, isAfresh, at, actor)
}

/** Asked already, or answered: to ask again changes nothing. */
const isAsked = (appointment: Kept<Appointment>) => isLive(appointment) && !isHeld(appointment)

/** The places that an appointment is in, and for whom it is. Fails: business-rule when it has none. */
export function wantedBy({ slot = [], basedOn = [], participant }: Appointment): Wanted {
  const [first, ...others] = slot.flatMap(({ reference }) => idOf('Slot', reference) ?? [])
  if (first === undefined)
    throw failure('business-rule', 'The appointment has no slot to be booked in.', 'Appointment.slot')
  const request = idOf('ServiceRequest', basedOn[0]?.reference)
  const patient = participant.map(({ actor }) => idOf('Patient', actor?.reference)).find(Boolean)
  return {
    slot: first,
    ...(others.length > 0 && { with: others }),
    ...(request && { request }),
    ...(patient && { patient }),
  }
}

function fromFree(facts: Facts, at: Moment, actor: Actor): Begun {
  const { appointment, slots, plan } = placed(facts, at, actor)
  return { appointment, before: undefined, plan: { ...plan, write: slots satisfies readonly Resource[] } }
}

/** Only the holder may book; the place is taken already. One whose time is over is the holder's until it is swept. */
function fromHold(hold: Kept<Appointment>, facts: Facts, isAfresh: boolean, at: Moment, actor: Actor): Begun {
  refuseOthers(hold, actor)
  if (isExpired(hold, at.now) && !isAfresh) {
    throw failure(
      'hold-expired',
      'The hold has expired. Look for the slot again with Appointment/$find.',
      'Appointment',
    )
  }
  if (!isHeld(hold)) throw failure('conflict', `The appointment is ${hold.status}.`, 'Appointment.status')
  const { request } = facts
  const plan = { release: [holdOf(hold.id)], ...(request && { rely: [referenceTo(request)] }) }
  const whose = hold.basedOn || !request ? {} : { basedOn: [{ reference: referenceTo(request) }] }
  const isNamed = hold.participant.some(({ actor }) => actor?.reference?.startsWith('Patient/'))
  const who = isNamed ? {} : { participant: participantsOf(facts) }
  return { appointment: { ...withoutHold(hold), ...whose, ...who, id: hold.id }, before: hold, plan }
}
