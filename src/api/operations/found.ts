import type { Appointment } from '@medplum/fhirtypes'
import type { Issue } from '../../fhir/outcome.ts'
import { parseReference } from '../../fhir/reference.ts'
import { type Answer, answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { searchsetOf } from '../searchset.ts'

/** Appointments in the bundle that IHE has for them, and what is to be said of them. Source: IHE ITI Scheduling, ITI-115 to 117. */
export function answerAppointments(
  call: Call,
  appointments: readonly Appointment[],
  issues: readonly Issue[] = [],
  status = 200,
): Answer {
  const { base } = call
  const self = `${base}/Appointment/$${call.path.operation}`
  return answer(searchsetOf(base, appointments, self, issues), status)
}

/** Id of a reference to an appointment of ours, by its short form or its full address. Undefined: it is none. */
export function appointmentIdOf(call: Call, { reference = '' }: { reference?: string }): string | undefined {
  const parsed = parseReference(reference, call.base)
  return parsed?.kind === 'literal' && parsed.type === 'Appointment' ? parsed.id : undefined
}
