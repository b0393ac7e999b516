import type { Appointment, Reference, Slot } from '@medplum/fhirtypes'
import { failure, failures } from '../../../fhir/outcome.ts'
import { parseReference } from '../../../fhir/reference.ts'
import { book as bookAppointment } from '../../../flows/booking/index.ts'
import type { Kept } from '../../../store/index.ts'
import { type Answer, answer, headersOf } from '../../answer.ts'
import type { Call } from '../../call.ts'
import { operation } from '../../operations/operation.ts'
import { preferenceOf } from '../../prefer.ts'
import { gathered } from '../gathered.ts'
import { formed } from '../in-form.ts'
import { asIsik } from './forms.ts'

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
    await refuseMove(input, call)
    const slot = await slotFor(resource, schedule, call)
    const [request, patient] = [
      localId('ServiceRequest', resource.basedOn?.[0]?.reference, call),
      resource.participant.map(({ actor }) => localId('Patient', actor?.reference, call)).find(Boolean),
    ]
    const wanted = {
      slot,
      ...(request !== undefined && { request }),
      ...(patient !== undefined && { patient }),
    }
    const waitMs = preferenceOf(call.header('prefer')).async ? 0 : house.settings.bookWaitMs
    return told(await bookAppointment(wanted, resource.comment, waitMs, house.desk(permit.actor)), call)
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
  const faults = house
    .desk(permit.actor)
    .validate(resource)
    .filter(({ severity = 'error' }) => severity === 'error' || severity === 'fatal')
  if (faults.length > 0) throw failures(faults)
  if (resource.status !== 'proposed')
    throw failure('business-rule', 'What is to be booked is proposed.', 'Appointment.status')
  const missing = (['start', 'end'] as const).find((name) => resource[name] === undefined)
  if (missing) throw failure('required', 'An appointment has a start and an end.', `Appointment.${missing}`)
}

/** A move keeps the former place until the centre has confirmed the next one, which two bookings would not. */
async function refuseMove({ 'appt-resource': { id }, 'cancelled-appt-id': cancelled }: Input, call: Call) {
  const { house, permit } = call
  const known = id === undefined ? undefined : await house.store.read('Appointment', id, permit.actor.sight)
  if (cancelled === undefined && !known) return
  throw failure(
    'unsupported-value',
    'Appointments are not moved here yet: cancel the one, and book the other.',
    cancelled === undefined ? 'Appointment.id' : 'Parameters.parameter',
  )
}

/** The slot that is named and has room for the time, or else the free one of the diary. Fails: value, required, conflict, business-rule. */
async function slotFor(resource: Appointment, schedule: Reference | undefined, call: Call): Promise<string> {
  const named = resource.slot?.[0]?.reference
  if (named === undefined) return slotIn(schedule, resource, call)
  const id = localId('Slot', named, call)
  if (id === undefined) throw failure('value', 'The slot is a reference to a Slot here.', 'Appointment.slot')
  const kept = await call.house.store.read('Slot', id, call.permit.actor.sight)
  // One that is not there is told by whoever books it.
  if (kept && !kept.deleted && !isWithin(resource, JSON.parse(kept.body) as Slot))
    // of this type
    throw failure('business-rule', 'The appointment is within its slot.', 'Appointment.start')
  return id
}

async function slotIn(schedule: Reference | undefined, { start = '', end = '' }: Appointment, call: Call) {
  const id = localId('Schedule', schedule?.reference, call)
  if (id === undefined)
    throw failure('required', 'Name a slot, or in the parameter schedule a diary.', 'Appointment.slot')
  const { matches } = await gathered(call, 'Slot', [
    ['schedule', `Schedule/${id}`],
    ['status', 'free'],
    ['start', `le${start}`],
    ['_sort', '-start'],
    ['_count', '20'],
  ])
  const slot = matches.find((one) => one.resourceType === 'Slot' && isWithin({ start, end }, one))
  if (slot) return slot.id
  throw failure('conflict', 'Nothing is free in this diary then. Look for another time.', 'Appointment.start')
}

const isWithin = ({ start = '', end = '' }: Pick<Appointment, 'start' | 'end'>, slot: Slot): boolean =>
  Date.parse(slot.start) <= Date.parse(start) &&
  Date.parse(start) < Date.parse(end) &&
  Date.parse(end) <= Date.parse(slot.end)

/** The id in a reference of this type, relative or by our address. */
function localId(type: string, reference: string | undefined, { base }: Call): string | undefined {
  const parsed = reference === undefined ? undefined : parseReference(reference, base)
  return parsed?.kind === 'literal' && parsed.type === type ? parsed.id : undefined
}
