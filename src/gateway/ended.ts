import type { Appointment } from '@medplum/fhirtypes'
import { gateway } from '../auth/actor.ts'
import type { DeliverOptions } from '../connectors/deliver.ts'
import { systems } from '../fhir/canonical.ts'
import { answered } from '../flows/booking/answered.ts'
import { perform } from '../flows/perform.ts'
import { settling } from '../flows/plan.ts'
import type { Desk } from '../flows/step.ts'

/** Departures that ask the centre whether it will. */
const questions: readonly string[] = ['appointment.requested', 'appointment.moved']

/**
 * A question that the centre has refused, or that never got through, is answered with no: the place is free again. Both
 * are written at once, so that a gateway that has lost the departure to another cancels nothing.
 */
export function onEnd(desk: Desk): NonNullable<DeliverOptions['onEnd']> {
  return async ({ departure: { kind, about, peer }, status, reason, settlement }) => {
    if (!questions.includes(kind) || status !== 'dead') return 'open'
    const id = /^Appointment\/([^/]+)/.exec(about[0] ?? '')?.[1]
    if (!id) return 'open'
    const said: Appointment = {
      resourceType: 'Appointment',
      identifier: [
        {
          type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
          system: systems.appointment,
          value: id,
        },
      ],
      status: 'cancelled',
      cancelationReason: { text: `The centre's system did not take the request (${reason ?? 'no reason'}).` },
      participant: [],
    }
    const step = settling(answered, [settlement])
    await perform(step, { appointment: said, peer }, { ...desk, actor: gateway })
    return 'noted'
  }
}
