import type { Appointment, Slot } from '@medplum/fhirtypes'
import { issue } from '../../fhir/outcome.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import type { Moment, Plan } from '../step.ts'
import type { AnswerFacts } from './answer.ts'
import { freed } from './cancelled.ts'
import { slotsMeant } from './during.ts'
import { capacityOf, centreOf, freePlace, placesIn, recounted, referenceTo, slotWith } from './states.ts'

/** Where an appointment is when the centre has said its time, and what that changes. */
export interface Place {
  slot?: Appointment['slot']
  plan: Plan
}

/** Its slot is sure now. */
export function stayed({ slot }: Appointment, { slots, taken, old }: AnswerFacts): Place {
  const left = taken.filter(({ appointment }) => appointment !== old?.appointment.id)
  const sure = recounted(slots, left).filter(
    ({ id, status }) => !slots.some((before) => before.id === id && before.status === status),
  )
  return { ...(slot && { slot }), plan: { write: sure, rely: slots.map(referenceTo) } }
}

/** A few minutes more or less within its slot are no move. */
export function isElsewhere({ start }: Appointment, known: Appointment, slots: readonly Slot[]): boolean {
  if (!start || !known.start || Date.parse(start) === Date.parse(known.start)) return false
  const isWithin = (slot: Slot) =>
    Date.parse(slot.start) <= Date.parse(start) && Date.parse(start) < Date.parse(slot.end)
  return !slots.some(isWithin)
}

/** The centre has moved it: its former place is free again, and the one at the new time, if there is one here, is taken. */
export function moved(known: Kept<Appointment>, said: Appointment, facts: AnswerFacts, at: Moment): Place {
  const { slots, during } = facts
  const centre = centreOf(slots[0] ?? known, at.territory)
  const own = during.filter((slot) => centre && centreOf(slot, at.territory) === centre)
  const meant = slotsMeant({ ...said, serviceType: said.serviceType ?? known.serviceType ?? [] }, own, at)
  const taken = facts.taken.filter(({ appointment }) => appointment !== known.id)
  const next = meant.filter((slot) => placesIn(slot, taken) < capacityOf(slot))
  const left = slots.filter(({ id }) => !next.some((slot) => slot.id === id))
  const plan: Plan = {
    release: [known.id],
    rely: slots.map(referenceTo),
    write: freed({ slots: left, taken }, known.id),
  }
  if (next.length === 0) return { plan: { ...plan, remarks: [nowhere] } }
  return {
    slot: next.map((slot) => ({ reference: referenceTo(slot) })),
    plan: {
      ...plan,
      take: next.map((slot) => occupied(slot, known.id, taken)),
      write: [...(plan.write ?? []), ...next.map((slot) => slotWith(slot, placesIn(slot, taken) + 1, true))],
    },
  }
}

/** A fact at the centre, whatever else we believe of its people and machines. */
const occupied = (slot: Kept<Slot>, appointment: string, taken: readonly Occupancy[]): Occupancy => ({
  slot: slot.id,
  place: freePlace(slot, taken),
  appointment,
  resources: [],
  start: slot.start,
  end: slot.end,
})

const nowhere = issue(
  'informational',
  'The appointment is now at a time for which no free slot of this centre is known. Its former place is free again.',
  'Appointment.start',
  'warning',
)
