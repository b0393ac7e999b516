import type { Appointment } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { parseReference } from '../../fhir/reference.ts'
import type { Details } from '../../flows/booking/requested.ts'
import { saidIn } from '../../flows/booking/said.ts'
import type { Call } from '../call.ts'

/** The id in a reference of this type, relative or by the address that was called. */
export function localId(type: string, reference: string | undefined, { base }: Call): string | undefined {
  const parsed = reference === undefined ? undefined : parseReference(reference, base)
  return parsed?.kind === 'literal' && parsed.type === type ? parsed.id : undefined
}

/** For whom an appointment is wished: its request, its patient. Ids. */
export function whomIn({ basedOn, participant }: Appointment, call: Call) {
  const request = localId('ServiceRequest', basedOn?.[0]?.reference, call)
  const patient = participant.map(({ actor }) => localId('Patient', actor?.reference, call)).find(Boolean)
  return { ...(request !== undefined && { request }), ...(patient !== undefined && { patient }) }
}

/** What an appointment that is wished says beside its place: words, its own numbers, and when it is to be. */
export function wishedIn(appointment: Appointment): Details {
  const { identifier, start, end } = appointment
  return {
    ...saidIn(appointment),
    ...(identifier && { identifier }),
    at: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
  }
}

/** The slots that are named, all or none of which are wanted. Undefined: none is. Fails: value for what is no slot here. */
export function slotsIn({ slot = [] }: Appointment, call: Call) {
  const [first, ...others] = slot.map(({ reference }) => {
    const id = localId('Slot', reference, call)
    if (id === undefined) throw failure('value', 'A slot is a reference to a Slot here.', 'Appointment.slot')
    return id
  })
  return first === undefined ? undefined : { slot: first, ...(others.length > 0 && { with: others }) }
}
