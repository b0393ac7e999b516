import type { CodeableConcept } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Step } from '../step.ts'
import { cancelling, type Given, givenUp } from './cancelled.ts'
import { aroundGiven } from './trails.ts'
import { isWaiting, isWindowOver } from './waiting.ts'

/** The reason of a place on the waiting list for which nothing came free in its window. */
const whyLapsed: CodeableConcept = { text: 'No place came free in the time that it could wait for.' }

/** The window of one of the waiting list is over: it leaves the list, and somebody goes on with its request. */
export const lapsed: Step<{ appointment: string }, Given> = {
  name: 'booking.lapsed',

  async facts({ appointment }, store) {
    await store.around(aroundGiven(appointment))
    const kept = await store.read('Appointment', appointment)
    if (!kept) throw failure('not-found', 'There is no such Appointment.', 'Appointment')
    return givenUp(kept, store)
  },

  decide(_, given, at) {
    const { appointment } = given
    return isWaiting(appointment) && isWindowOver(appointment, at.now) ? cancelling(given, whyLapsed, at) : {}
  },
}
