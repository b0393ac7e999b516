import { failure } from '../../fhir/outcome.ts'
import type { Step } from '../step.ts'
import { cancelling, type Given, givenAlone } from './cancelled.ts'
import { heldUntil, isHeld, whyExpired } from './states.ts'
import { aroundGiven } from './trails.ts'
import { waitingAgain, waitsSince } from './waiting.ts'

/** A hold that has lasted its time gives the place back; what it was offered to waits again. */
export const expired: Step<{ appointment: string }, Given> = {
  name: 'booking.expired',

  async facts({ appointment }, store) {
    await store.around(aroundGiven(appointment))
    const kept = await store.read('Appointment', appointment)
    if (!kept) throw failure('not-found', 'There is no such Appointment.', 'Appointment')
    return givenAlone(kept, store)
  },

  decide(_, given, at) {
    const until = heldUntil(given.appointment)
    if (!isHeld(given.appointment) || !until || Date.parse(until) > Date.parse(at.now)) return {}
    const plan = cancelling(given, whyExpired, at)
    if (waitsSince(given.appointment) === undefined) return plan
    const others = (plan.write ?? []).filter(({ id }) => id !== given.appointment.id)
    return { ...plan, write: [waitingAgain(given.appointment, given.slots), ...others] }
  },
}
