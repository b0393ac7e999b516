import type { Appointment, Reference } from '@medplum/fhirtypes'
import { failure, failures } from '../../../fhir/outcome.ts'
import { type Booking, bookOnce } from '../../../flows/booking/index.ts'
import type { Kept } from '../../../store/index.ts'
import { type Answer, answer, headersOf } from '../../answer.ts'
import type { Call } from '../../call.ts'
import { keyIn } from '../../once.ts'
import { operation } from '../../operations/operation.ts'
import { preferenceOf } from '../../prefer.ts'
import { formed } from '../in-form.ts'
import { localId, slotsIn, whomIn, wishedIn } from '../named.ts'
import { asIsik } from './forms.ts'
import { urgencyIn } from './priorities.ts'

interface Input {
  'appt-resource': Appointment
  'cancelled-appt-id'?: string
  schedule?: Reference
}

/** A place is booked: the slot that is named, or the one that is free in a diary then. Source: ISiK Terminplanung 4.0.0, AppointmentBook. */
export const book = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'isik-appointment-book',
    url: 'https://gematik.de/fhir/isik/OperationDefinition/AppointmentBook',
    name: 'Book',
    title: 'Book an appointment, as ISiK does',
    status: 'active',
    kind: 'operation',
    affectsState: true,
    code: 'book',
    resource: ['Appointment'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'appt-resource', type: 'Appointment', min: 1, max: '1' },
      { use: 'in', name: 'cancelled-appt-id', type: 'uri', min: 0, max: '1' },
      { use: 'in', name: 'schedule', type: 'Reference', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'Appointment', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    const { house, permit } = call
    const { 'appt-resource': resource, schedule } = input
    refuseInvalid(resource, call)
    await refuseKnown(resource, call)
    const replaces = replacedBy(input, call)
    const waitMs = preferenceOf(call.header('prefer')).async ? 0 : house.settings.bookWaitMs
    const booking: Booking = {
      target: { ...placeOf(resource, schedule, call), ...whomIn(resource, call) },
      waitMs,
      ...wishedIn(resource),
      ...urgencyIn(resource),
      ...keyIn(call, input),
      ...(replaces !== undefined && { replaces }),
    }
    return told(await bookOnce(booking, house.desk(permit.actor)), call)
  },
})

/** 201 once the centre has said yes; until then 202, and where to look. Source: FHIR R4, asynchronous requests. */
function told(appointment: Kept<Appointment>, call: Call): Promise<Answer> {
  const { id, status, meta } = appointment
  const address = `${call.base}/Appointment/${id}`
  const location = `${address}/_history/${meta.versionId}`
  const version = headersOf({ version: Number(meta.versionId), lastUpdated: meta.lastUpdated })
  const isSettled = status === 'booked'
  const headers = { ...version, location, ...(!isSettled && { 'content-location': address }) }
  return formed(answer(appointment, isSettled ? 201 : 202, headers), asIsik, call)
}

/** What is sent is an appointment that is wished for, with its beginning and end. Fails with all faults at once. */
function refuseInvalid(resource: Appointment, { house, permit }: Call): void {
  const missing = (['start', 'end'] as const).find((name) => resource[name] === undefined)
  if (missing) throw failure('required', 'An appointment has a start and an end.', `Appointment.${missing}`)
  const faults = house
    .desk(permit.actor)
    .validate(resource)
    .filter(({ severity = 'error' }) => severity === 'error' || severity === 'fatal')
  if (faults.length > 0) throw failures(faults)
  if (resource.status !== 'proposed')
    throw failure('business-rule', 'What is to be booked is proposed.', 'Appointment.status')
}

/** Who moves an appointment names the one that is given up: the next one has an id of its own. */
async function refuseKnown({ id }: Appointment, { house, permit }: Call): Promise<void> {
  if (id === undefined || !(await house.store.read('Appointment', id, permit.actor.sight))) return
  throw failure(
    'unsupported-value',
    'An appointment is not moved under its own id: send the new one without it, and this id as cancelled-appt-id.',
    'Appointment.id',
  )
}

/** The appointment that is given up once the new one is confirmed. Fails: value. */
function replacedBy({ 'cancelled-appt-id': said }: Input, call: Call): string | undefined {
  if (said === undefined) return undefined
  const id = /^[A-Za-z0-9.-]{1,64}$/.test(said) ? said : localId('Appointment', said, call)
  if (id !== undefined) return id
  throw failure('value', 'cancelled-appt-id names an Appointment here.', 'Parameters.parameter')
}

/** The slot that is named, or else the time in a diary. Fails: value, required. */
const placeOf = (resource: Appointment, schedule: Reference | undefined, call: Call) =>
  slotsIn(resource, call) ?? timeIn(schedule, resource, call)

function timeIn(named: Reference | undefined, { start = '', end = '' }: Appointment, call: Call) {
  const schedule = localId('Schedule', named?.reference, call)
  if (schedule === undefined)
    throw failure('required', 'Name a slot, or in the parameter schedule a diary.', 'Appointment.slot')
  return { schedule, start, end }
}
