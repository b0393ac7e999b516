import type { Appointment } from '@medplum/fhirtypes'
import type { Issue } from '../../fhir/outcome.ts'
import { type Answer, answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { fhirBase } from '../house.ts'
import { searchsetOf } from '../searchset.ts'

/** Appointments in the bundle that IHE has for them, and what is to be said of them. Source: IHE ITI Scheduling, ITI-115 to 117. */
export function answerAppointments(
  call: Call,
  appointments: readonly Appointment[],
  issues: readonly Issue[] = [],
  status = 200,
): Answer {
  const base = fhirBase(call.house)
  const self = `${base}/Appointment/$${call.path.operation}`
  return answer(searchsetOf(base, appointments, self, issues), status)
}

/** Id of a reference to an appointment of ours, by its short form or its full address. Undefined: it is none. */
export function appointmentIdOf(
  { house }: Call,
  { reference = '' }: { reference?: string },
): string | undefined {
  const own = `${fhirBase(house)}/`
  const short = reference.startsWith(own) ? reference.slice(own.length) : reference
  return /^Appointment\/([A-Za-z0-9.-]{1,64})$/.exec(short)?.[1]
}
