import type { Appointment } from '@medplum/fhirtypes'
import { gateway } from '../auth/actor.ts'
import type { DeliverOptions } from '../connectors/deliver.ts'
import { systems } from '../fhir/canonical.ts'
import { notTaken } from '../flows/booking/not-taken.ts'
import { perform } from '../flows/perform.ts'
import { settling } from '../flows/plan.ts'
import type { Desk } from '../flows/step.ts'
import type { DepartureRow, Settlement } from '../store/index.ts'

/** Departures that ask the centre whether it will. */
export const questions: readonly string[] = ['appointment.requested', 'appointment.moved']

/**
 * A question that the centre has refused, or that never got through, is answered with no: the place is free again. Both
 * are written at once, so that a gateway that has lost the departure to another cancels nothing.
 */
export function onEnd(desk: Desk): NonNullable<DeliverOptions['onEnd']> {
  return async ({ departure, status, reason, settlement }) => {
    if (status !== 'dead') return 'open'
    const why = `The centre's system did not take the request (${reason ?? 'no reason'}).`
    return (await unasked(departure, why, settlement, desk)) ? 'noted' : 'open'
  }
}

/** Ends a question without its yes, together with the note of it. False, and nothing is done, where it was none. */
export async function unasked(
  { kind, about, peer }: Pick<DepartureRow, 'kind' | 'about' | 'peer'>,
  why: string,
  settlement: Settlement,
  desk: Desk,
): Promise<boolean> {
  const id = /^Appointment\/([^/]+)/.exec(about[0] ?? '')?.[1]
  if (!questions.includes(kind) || !id) return false
  const step = settling(notTaken, [settlement])
  await perform(step, { appointment: cancelled(id, why), peer }, { ...desk, actor: gateway })
  return true
}

/** What a centre would say that has cancelled. */
const cancelled = (id: string, why: string): Appointment => ({
  resourceType: 'Appointment',
  identifier: [
    {
      type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
      system: systems.appointment,
      value: id,
    },
  ],
  status: 'cancelled',
  cancelationReason: { text: why },
  participant: [],
})
