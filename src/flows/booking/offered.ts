import type { Appointment } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import type { Step } from '../step.ts'
import { isOpen } from '../task.ts'
import { refuseUncovered } from './covered.ts'
import { type Agreed, type BookingFacts, bookingFacts, visible } from './facts.ts'
import { placed, withHold } from './hold.ts'
import { rulesOf } from './rules.ts'
import { aroundWanted } from './trails.ts'
import { isWaiting } from './waiting.ts'

/** A place for one of the waiting list. Ids. */
export interface Offer extends Agreed {
  appointment: string
  slot: string
  /** Those that are joined to it. */
  with: readonly string[]
  request: string
}

interface Facts extends BookingFacts {
  waiting: Kept<Appointment>
}

/** A place is held for the first of the waiting list that it fits. */
export const offered: Step<Offer, Facts> = {
  name: 'booking.offered',
  async facts({ appointment, ...wanted }, store, actor) {
    await store.around([{ from: `Appointment/${appointment}` }, ...aroundWanted(wanted, false)])
    const waiting = await visible('Appointment', appointment, store, actor)
    return { ...(await bookingFacts(wanted, store, actor)), waiting }
  },
  decide(offer, facts, at, actor) {
    const { waiting } = facts
    if (!isWaiting(waiting))
      throw failure('conflict', `The appointment is ${waiting.status}.`, 'Appointment.status')
    if (facts.task && !isOpen(facts.task))
      throw failure('business-rule', `The request’s Task is ${facts.task.status}.`, 'Appointment.basedOn')
    refuseUncovered(facts.slots, offer, at)
    const until = new Date(Date.parse(at.now) + rulesOf(at.territory).offerMinutes * 60_000).toISOString()
    const { appointment, slots, plan } = placed(facts, at, actor, waiting.id)
    const { extension: _, created: __, identifier: ___, ...place } = appointment
    const meta = { ...waiting.meta, ...(place.meta?.source && { source: place.meta.source }) }
    return { ...plan, write: [withHold({ ...waiting, ...place, meta }, until), ...slots] }
  },
}
