import type { Reference } from '@medplum/fhirtypes'
import { canonical, extensions } from '../../fhir/canonical.ts'
import { Failure, failure, issue } from '../../fhir/outcome.ts'
import { hold as holdAppointment, renew } from '../../flows/booking/index.ts'
import { keyIn } from '../once.ts'
import { answerAppointments, appointmentIdOf } from './found.ts'
import { operation } from './operation.ts'

interface Input {
  'appointment-reference': Reference
  'hold-seconds'?: number
  renew?: boolean
}

/** A place is kept for a while. Source: IHE ITI Scheduling, ITI-116, with the end of the hold told. */
export const hold = operation<Input>({
  fatal: true,
  definition: {
    resourceType: 'OperationDefinition',
    id: 'appointment-hold',
    url: `${canonical}/OperationDefinition/appointment-hold`,
    base: 'https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-hold',
    name: 'Hold',
    title: 'Hold an appointment',
    status: 'active',
    kind: 'operation',
    affectsState: true,
    code: 'hold',
    resource: ['Appointment'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'appointment-reference', type: 'Reference', min: 1, max: '1' },
      {
        use: 'in',
        name: 'hold-seconds',
        type: 'positiveInt',
        min: 0,
        max: '1',
        documentation: 'A wish for a shorter hold than the gateway gives. Unit: s.',
      },
      {
        use: 'in',
        name: 'renew',
        type: 'boolean',
        min: 0,
        max: '1',
        documentation: 'The appointment is held already: hold it for longer. That is done once.',
      },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    try {
      const appointment = appointmentIdOf(call, input['appointment-reference'])
      if (appointment === undefined)
        throw failure('value', 'Give a reference to an Appointment.', 'Parameters.parameter')
      const desk = call.house.desk(call.permit.actor)
      const held = input.renew
        ? await renew(appointment, input['hold-seconds'], desk)
        : await holdAppointment({ appointment }, input['hold-seconds'], desk, keyIn(call, input).key)
      const until = held.extension?.find(({ url }) => url === extensions.heldUntil)?.valueDateTime
      const said = issue('informational', `Held until ${until}.`, 'Appointment', 'information')
      return answerAppointments(call, [held], [said])
    } catch (thrown) {
      throw thrown instanceof Failure ? asIheTells(thrown) : thrown
    }
  },
})

/** IHE wants a fatal not-found with whatever keeps a place from being held; the status stays that of the reason. */
function asIheTells({ issues: [first, ...rest], retryAfterSeconds }: Failure): Failure {
  const fatal = issue('not-found', 'The appointment cannot be had.', 'Appointment', 'fatal')
  return new Failure([first, ...rest, fatal], retryAfterSeconds)
}
