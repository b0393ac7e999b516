import type { Appointment, Slot } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Step } from '../step.ts'
import { refuseOthers } from './cancelled.ts'
import { visible } from './facts.ts'
import type { Said } from './said.ts'
import { centreOf, currentOf, isLive, referenceTo, versionOf } from './states.ts'

/** What is said anew of an appointment that stays where it is. */
export interface Amendment extends Said {
  appointment: string
}

interface Facts {
  before: Kept<Appointment>
  slots: readonly Kept<Slot>[]
  others: readonly Kept[]
}

/** The details of an appointment are changed by whoever made it; a centre whose system takes such news is told. */
export const amended: Step<Amendment, Facts> = {
  name: 'booking.amended',

  async facts({ appointment }, store, actor) {
    const before = await visible('Appointment', appointment, store, actor)
    const [slots, others] = await Promise.all([slotsOf(before, store), whomOf(before, store)])
    return { before, slots, others }
  },

  decide({ appointment: _, ...details }, { before, slots, others }, at, actor) {
    refuseOthers(before, actor)
    if (!isLive(before))
      throw failure(
        'business-rule',
        `The appointment is ${before.status}: book a new one.`,
        'Appointment.status',
      )
    const next: Appointment = { ...before, ...details }
    const peer = centreOf(before, at.territory)
    const about = [versionOf(next, before), ...others.map(currentOf), ...slots.map(referenceTo)]
    const isTold = peer?.takes.includes('appointment.changed') ?? false
    return {
      write: [next],
      send: peer && isTold ? [{ peer: peer.name, kind: 'appointment.changed', about }] : [],
    }
  },
}

async function slotsOf({ slot = [] }: Appointment, store: Reader): Promise<Kept<Slot>[]> {
  const found = await Promise.all(slot.map(({ reference }) => store.follow(reference)))
  return found.filter((one): one is Kept<Slot> => one?.resourceType === 'Slot')
}

/** The request, and whose it is. */
async function whomOf({ basedOn = [] }: Appointment, store: Reader): Promise<Kept[]> {
  const request = await store.follow(basedOn[0]?.reference)
  const patient =
    request?.resourceType === 'ServiceRequest' ? await store.follow(request.subject.reference) : undefined
  return [request, patient].filter((one) => one !== undefined)
}
