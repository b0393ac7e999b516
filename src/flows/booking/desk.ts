import type { Appointment, CodeableConcept, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { systems } from '../../fhir/canonical.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import type { Moment, Plan } from '../step.ts'
import { centreOf, placesIn } from './states.ts'

interface Facts {
  begin: readonly Kept<Slot>[]
  taken: readonly Occupancy[]
}

/** The desk has given one of its own slots to somebody: it is not offered any more, or it is again. */
export function deskBooking(
  said: Appointment,
  { begin, taken }: Facts,
  peer: string,
  at: Moment,
  { organization }: Actor,
): Plan {
  const own = begin.filter((slot) => {
    const centre = centreOf(slot, at.territory)
    return centre !== undefined && (centre.name === peer || centre.organization === organization)
  })
  const slot = slotAt(said, own, at)
  const next = slot && deskStatus(slot, said, taken)
  if (next) return { write: [{ ...slot, status: next }] }
  return slot ? {} : { filtered: whyNone(own) }
}

/** What the desk makes of a slot; nothing when it says no more than is known, or when an appointment of ours is there. */
function deskStatus(slot: Kept<Slot>, { status }: Appointment, taken: readonly Occupancy[]) {
  if (status === 'booked' && slot.status === 'free') return 'busy'
  const isGivenBack = status === 'cancelled' || status === 'entered-in-error'
  return isGivenBack && slot.status === 'busy' && placesIn(slot, taken) === 0 ? 'free' : undefined
}

const whyNone = (slots: readonly Slot[]) =>
  slots.length === 0
    ? 'No appointment and no slot of this centre fits the message.'
    : 'Several slots of this centre begin then, and the message does not tell which: it names no exam of just one.'

/** The slot that is meant, of those that begin then: the only one, or the only one for this exam or its modality. */
export function slotAt(
  { serviceType = [] }: Appointment,
  slots: readonly Kept<Slot>[],
  at: Moment,
): Kept<Slot> | undefined {
  if (slots.length === 1) return slots[0]
  const wanted = examsOf(serviceType, at)
  const fitting = slots.filter((slot) =>
    examsOf(slot.serviceType ?? [], at).some((exam) => wanted.includes(exam)),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Codes of exams, and of the modalities they are made with: `system|code`. */
function examsOf(concepts: readonly CodeableConcept[], { territory }: Moment): string[] {
  const codes = concepts.flatMap(({ coding = [] }) => coding.map(({ system, code }) => `${system}|${code}`))
  const modalities = codes.flatMap((code) => territory.modalities.get(code) ?? [])
  return [...codes, ...modalities.map((code) => `${systems.dicom}|${code}`)]
}
