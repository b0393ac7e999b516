import type { Appointment } from '@medplum/fhirtypes'

/** What whoever books says of an appointment beside its place: it is kept, and goes before what its request says. */
export const sayable = [
  'comment',
  'description',
  'patientInstruction',
  'reasonCode',
  'priority',
  'appointmentType',
] as const

export type Said = Partial<Pick<Appointment, (typeof sayable)[number]>>

/** What an appointment that is sent says of itself. */
export function saidIn(appointment: Said): Said {
  return Object.fromEntries(
    sayable.flatMap((name) => (appointment[name] === undefined ? [] : [[name, appointment[name]]])),
  )
}
