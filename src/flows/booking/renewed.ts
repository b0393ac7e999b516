import type { Appointment } from '@medplum/fhirtypes'
import { extensions } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import type { Moment, Step } from '../step.ts'
import { refuseOthers } from './cancelled.ts'
import { visible } from './facts.ts'
import { heldFor, withHold } from './hold.ts'
import { rulesOf } from './rules.ts'
import { heldUntil, isExpired, isHeld } from './states.ts'
import { waitsSince } from './waiting.ts'

/** A hold that is to last for longer. */
export interface Renewal {
  appointment: string
  /** How long from now, in seconds; as long as the territory holds such a place, at most. */
  seconds?: number
}

/** A hold is renewed by its holder, once: it lasts for longer then, never less. */
export const renewed: Step<Renewal, { hold: Kept<Appointment> }> = {
  name: 'booking.renewed',
  facts: async ({ appointment }, store, actor) => ({
    hold: await visible('Appointment', appointment, store, actor),
  }),
  decide({ seconds }, { hold }, at, actor) {
    refuseOthers(hold, actor)
    if (isExpired(hold, at.now))
      throw failure('hold-expired', 'The hold has expired. Look for the slot again.', 'Appointment')
    if (!isHeld(hold))
      throw failure(
        'business-rule',
        `The appointment is ${hold.status}, and is not held any more.`,
        'Appointment.status',
      )
    if (hold.extension?.some(({ url, valueBoolean }) => url === extensions.holdRenewed && valueBoolean))
      throw failure('business-rule', 'A hold is renewed once. Book the place, or release it.', 'Appointment')
    const longer = withHold(hold, laterOf(heldFor(seconds, at, longestOf(hold, at)), heldUntil(hold)))
    const mark = { url: extensions.holdRenewed, valueBoolean: true }
    return { write: [{ ...longer, extension: [...(longer.extension ?? []), mark] }] }
  },
}

/** In seconds; what is offered to one of the waiting list is held for as long again as an offer is. */
function longestOf(hold: Appointment, { territory }: Moment): number {
  const { holdSeconds, offerMinutes } = rulesOf(territory)
  return waitsSince(hold) === undefined ? holdSeconds : offerMinutes * 60
}

/** Renewing never makes a hold shorter. */
const laterOf = (one: string, other = one) => (Date.parse(one) > Date.parse(other) ? one : other)
