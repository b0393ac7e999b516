import type { Appointment, CodeableConcept, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { systems } from '../../fhir/canonical.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import type { Moment, Plan } from '../step.ts'
import { capacityOf, centreOf, placesIn, recounted } from './states.ts'

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
  if (!slot) return { filtered: whyNone(own) }
  if (said.status === 'booked') return given(slot, taken)
  return said.status === 'cancelled' || said.status === 'entered-in-error' ? givenBack(slot, taken) : {}
}

/** Instead of an appointment: the desk has given a place away that was held here, or asked for. */
const byDesk = ({ id }: Kept<Slot>) => `Slot/${id}`

/**
 * The desk has given a slot away. One that is held here, or asked for, meanwhile, is remembered as taken by the desk
 * beside that, so that it is not offered again when that has come to nothing. Says nothing new of one that is booked.
 */
function given(slot: Kept<Slot>, taken: readonly Occupancy[]): Plan {
  if (slot.status === 'free') return { write: [{ ...slot, status: 'busy' }] }
  if (slot.status !== 'busy-tentative' || isByDesk(slot, taken)) return {}
  const { id, start, end } = slot
  const occupancy: Occupancy = {
    slot: id,
    place: capacityOf(slot) + 1,
    appointment: byDesk(slot),
    resources: [],
    start,
    end,
  }
  return { write: [slot], take: [occupancy] } // its next version keeps this apart from a hold that ends just now
}

function givenBack(slot: Kept<Slot>, taken: readonly Occupancy[]): Plan {
  const ours = taken.filter(({ appointment }) => appointment !== byDesk(slot))
  if (isByDesk(slot, taken)) {
    const [next = slot] = slot.status === 'busy' ? recounted([slot], ours) : []
    return { write: [next], release: [byDesk(slot)] }
  }
  return slot.status === 'busy' && placesIn(slot, ours) === 0 ? { write: [{ ...slot, status: 'free' }] } : {}
}

const isByDesk = (slot: Kept<Slot>, taken: readonly Occupancy[]) =>
  taken.some(({ appointment }) => appointment === byDesk(slot))

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
