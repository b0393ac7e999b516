import type { Appointment } from '@medplum/fhirtypes'
import { gateway } from '../auth/actor.ts'
import type { Ended } from '../connectors/deliver.ts'
import { systems } from '../fhir/canonical.ts'
import { answered } from '../flows/booking/answered.ts'
import { perform } from '../flows/perform.ts'
import type { Desk } from '../flows/step.ts'

/** A question that the centre has refused, or that never got through, is answered with no: the place is free again. */
export function onEnd(desk: Desk): (ended: Ended) => Promise<void> {
  return async ({ departure: { kind, about, peer }, status, reason }) => {
    if (kind !== 'appointment.requested' || status !== 'dead') return
    const id = /^Appointment\/([^/]+)/.exec(about[0] ?? '')?.[1]
    if (!id) return
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
    await perform(answered, { appointment: said, peer }, { ...desk, actor: gateway })
  }
}
