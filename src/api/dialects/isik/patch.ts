import type { Appointment, Resource } from '@medplum/fhirtypes'
import { failures, issue } from '../../../fhir/outcome.ts'
import type { Answer } from '../../answer.ts'
import { type Call, idOf, typeOf } from '../../call.ts'
import { patch } from '../../interactions/patch.ts'
import { current } from '../../kept.ts'
import { patchOf } from '../../patch.ts'

/**
 * An appointment changed in part, save where and when and for whom it is: that is for `$book`.
 *
 * Fails: value, with each such element. Source: ISiK Terminplanung 4.0.0, updates after booking.
 */
export async function patchAppointment(call: Call): Promise<Answer> {
  const sent = await call.resource()
  const kept = await current(call, typeOf(call), idOf(call))
  const before = JSON.parse(kept.body) as Resource // the store keeps resources
  const [was, is] = [fixedIn(before), fixedIn(patchOf(sent)(before))]
  const changed = Object.keys(was).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
  if (changed.length > 0) {
    throw failures(
      changed.map((name) =>
        issue('value', 'This is not patched: book again to move an appointment.', `Appointment.${name}`),
      ),
    )
  }
  return patch.handle({ ...call, resource: async () => sent })
}

/** Where, when and for whom an appointment is. */
function fixedIn(resource: Resource): Record<string, unknown> {
  const { slot, start, end, participant = [] } = resource as Appointment // by the address
  const patients = participant.flatMap(({ actor }) =>
    actor?.reference?.startsWith('Patient/') ? [actor.reference] : [],
  )
  return { slot: slot?.map(({ reference }) => reference), start, end, participant: patients }
}
