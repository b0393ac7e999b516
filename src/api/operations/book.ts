import type { Appointment, Reference } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { failure, type Issue, issue } from '../../fhir/outcome.ts'
import { idOf } from '../../fhir/reference.ts'
import { book as bookAppointment, cancel, type Target } from '../../flows/booking/index.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { answerAppointments, appointmentIdOf } from './found.ts'
import { operation } from './operation.ts'

interface Input {
  'appointment-reference'?: Reference
  'appointment-resource'?: Appointment
  comment?: string
}

/** A place is booked, by the centre's yes; or given back. Source: IHE ITI Scheduling, ITI-117. */
export const book = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'appointment-book',
    url: `${canonical}/OperationDefinition/appointment-book`,
    base: 'https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-book',
    name: 'Book',
    title: 'Book or cancel an appointment',
    status: 'active',
    kind: 'operation',
    affectsState: true,
    code: 'book',
    resource: ['Appointment'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'appointment-reference', type: 'Reference', min: 0, max: '1' },
      { use: 'in', name: 'appointment-resource', type: 'Appointment', min: 0, max: '1' },
      { use: 'in', name: 'comment', type: 'string', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    const { comment, 'appointment-resource': resource } = input
    if (resource?.status === 'cancelled') return cancelled(resource, call)
    const { house, permit } = call
    const target = targetOf(input, call)
    const kept = await bookAppointment(target, comment, house.settings.bookWaitMs, house.desk(permit.actor))
    return kept.status === 'booked'
      ? answerAppointments(call, [kept])
      : answerAppointments(call, [kept], [unanswered], 202)
  },
})

const unanswered: Issue = issue(
  'informational',
  'The centre has not answered yet. The appointment stays pending until it does: read it again.',
  'Appointment.status',
  'information',
)

async function cancelled({ id, cancelationReason }: Appointment, call: Call): Promise<Answer> {
  if (id === undefined) throw failure('required', 'Say which appointment by its id.', 'Appointment.id')
  return answerAppointments(call, [await cancel(id, cancelationReason, call.house.desk(call.permit.actor))])
}

/** What is to be booked: found or held before, or a slot named in the resource. Fails: value, unsupported-value. */
function targetOf(
  { 'appointment-reference': reference, 'appointment-resource': resource }: Input,
  call: Call,
): Target {
  if ((reference === undefined) === (resource === undefined)) {
    throw failure(
      'value',
      'Give appointment-reference or appointment-resource, one of them.',
      'Parameters.parameter',
    )
  }
  if (resource) return targetIn(resource)
  const appointment = reference && appointmentIdOf(call, reference)
  if (appointment === undefined)
    throw failure('value', 'Give a reference to an Appointment.', 'Parameters.parameter')
  return { appointment }
}

function targetIn(resource: Appointment): Target {
  if (resource.status !== 'pending' && resource.status !== 'proposed') {
    const text = 'A new appointment is pending or proposed. To move one, cancel it and book another.'
    throw failure('unsupported-value', text, 'Appointment.status')
  }
  if (resource.id !== undefined) return { appointment: resource.id, afresh: true }
  const slot = idOf('Slot', resource.slot?.[0]?.reference)
  if (slot === undefined)
    throw failure('required', 'Say which slot, or use an id from $find.', 'Appointment.slot')
  const request = idOf('ServiceRequest', resource.basedOn?.[0]?.reference)
  const patient = resource.participant?.map(({ actor }) => idOf('Patient', actor?.reference)).find(Boolean)
  return { slot, ...(request !== undefined && { request }), ...(patient !== undefined && { patient }) }
}
