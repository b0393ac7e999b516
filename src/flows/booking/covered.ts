import type { Resource, Slot } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { dayIn } from '../../fhir/zone.ts'
import { isAgreed, isOpenOn } from '../slots/conventions.ts'
import { readDiaries } from '../slots/diaries.ts'
import type { Desk, Moment } from '../step.ts'
import type { Agreed } from './facts.ts'
import { centreOf, zoneOf } from './states.ts'

/** What a step that takes places has to know of conventions. */
export const agreedNow = async (desk: Desk): Promise<Agreed> => ({
  conventions: (await (desk.diaries ?? readDiaries(desk)).now()).conventions,
})

/** Passes when what is agreed with the centre speaks of these places today. Fails: business-rule. */
export function refuseUncovered(slots: readonly Slot[], wish: Agreed, at: Moment): void {
  for (const slot of slots) {
    refuseLapsed(slot, wish, at)
    if (!isAgreed(slot, conventionsOf(slot, wish, at), zoneOf(slot, at.territory))) refuse()
  }
}

/** Passes when the centre of a slot or a diary takes part today. Fails: business-rule. */
export function refuseLapsed(of: Resource, wish: Agreed, at: Moment): void {
  if (!isOpenOn(dayIn(at.territory.zone, at.now), conventionsOf(of, wish, at))) refuse()
}

function conventionsOf(of: Resource, { conventions }: Agreed, { territory }: Moment) {
  const centre = centreOf(of, territory)?.organization
  return (centre !== undefined && conventions?.get(centre)) || []
}

function refuse(): never {
  throw failure(
    'business-rule',
    'The convention with this centre does not cover this place: it is not in force, or not for this exam or hour. Look for another with Appointment/$find.',
    'Appointment.slot',
  )
}
