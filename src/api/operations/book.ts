import { isDeepStrictEqual } from 'node:util'
import type { Appointment, Patient, Reference } from '@medplum/fhirtypes'
import { canonical, extensions, systems } from '../../fhir/canonical.ts'
import { failure, failures, type Issue, issue } from '../../fhir/outcome.ts'
import { idOf } from '../../fhir/reference.ts'
import { type ForWhom, visible } from '../../flows/booking/facts.ts'
import { amend, type Booking, type BookTarget, bookOnce, cancel } from '../../flows/booking/index.ts'
import { saidIn, sayable } from '../../flows/booking/said.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { keyIn } from '../once.ts'
import { patientResource, patientTold } from './for-whom.ts'
import { answerAppointments, appointmentIdOf } from './found.ts'
import { operation } from './operation.ts'

interface Input {
  'appointment-reference'?: Reference
  'appointment-resource'?: Appointment
  'cancelled-appt-id'?: string
  schedule?: Reference
  comment?: string
  'patient-resource': Patient[]
}

/** A place is booked, by the centre's yes; or given back. Source: IHE ITI Scheduling, ITI-117. */
export const book = operation<Input>({
  fatal: true,
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
      {
        use: 'in',
        name: 'cancelled-appt-id',
        type: 'uri',
        min: 0,
        max: '1',
        documentation:
          'The appointment that this one takes the place of: kept until the centre has confirmed this one.',
      },
      {
        use: 'in',
        name: 'schedule',
        type: 'Reference',
        min: 0,
        max: '1',
        documentation: 'The diary in which the slots are looked for, by start and end, when none is named.',
      },
      {
        ...patientResource,
        documentation:
          'For whom, where neither the place nor its request says so: the patient of these identifiers, who is written down when nobody knows him. One at most.',
      },
      { use: 'in', name: 'comment', type: 'string', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'Bundle', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    const { 'appointment-resource': resource } = input
    if (resource?.status === 'cancelled') return cancelled(resource, call)
    if (resource?.status === 'booked') return changed(resource, input, call)
    const target = targetOf(input, call)
    const patient = await patientTold(input['patient-resource'], call)
    return booked({ ...detailsOf(input, call), target: forWhom(target, patient) }, input, call)
  },
})

type Wish = Omit<Booking, 'waitMs' | 'key'>

async function booked(wish: Wish, input: Input, call: Call): Promise<Answer> {
  const { house, permit } = call
  const booking = { ...wish, waitMs: house.settings.bookWaitMs, ...keyIn(call, input) }
  const kept = await bookOnce(booking, house.desk(permit.actor))
  return kept.status === 'pending'
    ? answerAppointments(call, [kept], [unanswered], 202)
    : answerAppointments(call, [kept])
}

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

/** Another place moves the appointment; other words change it where it is. */
async function changed(resource: Appointment, input: Input, call: Call): Promise<Answer> {
  const { id, comment = input.comment } = resource
  if (id === undefined) throw failure('required', 'Say which appointment by its id.', 'Appointment.id')
  const { actor } = call.permit
  const desk = call.house.desk(actor)
  const before = await visible('Appointment', id, desk.store.reader(), actor)
  const said = { ...saidIn(resource), ...(comment !== undefined && { comment }) }
  const other = differing(resource, before)
  const isMoved = other.includes('slot') || (!resource.slot && input.schedule && other.some(isTime))
  refuseOthers(isMoved ? other.filter((name) => name !== 'slot' && !isTime(name)) : other)
  if (!isMoved) return answerAppointments(call, [await amend({ appointment: id, ...said }, desk)])
  const at = Object.fromEntries(other.filter(isTime).map((name) => [name, resource[name]]))
  const { slot: _, ...rest } = { ...before, ...resource }
  const target = placeIn(resource.slot ? { ...rest, slot: resource.slot } : rest, input.schedule)
  return booked({ ...saidIn(before), ...said, at, replaces: id, target }, input, call)
}

const times = ['start', 'end'] as const
const isTime = (name: string): name is (typeof times)[number] => (times as readonly string[]).includes(name)

/** Elements of which a sent appointment says something else than the kept one; words that may be changed are left out. */
function differing(sent: Appointment, before: Appointment): string[] {
  const aside = new Set<string>(['resourceType', 'id', 'meta', 'text', 'status', ...sayable])
  const [said, known] = [new Map(Object.entries(sent)), new Map(Object.entries(before))]
  return [...said.keys()].filter((name) => {
    if (aside.has(name)) return false
    const [is, was] = [said.get(name), known.get(name)]
    return isTime(name) ? Date.parse(is) !== Date.parse(was) : !isDeepStrictEqual(is, was)
  })
}

/** Passes when nothing else is to be changed than can be. Fails: business-rule, for each such element. */
function refuseOthers(names: readonly string[]): void {
  if (names.length === 0) return
  const text =
    'This follows from the booking. To move the appointment, name its new slot, or give schedule with start and end.'
  throw failures(names.map((name) => issue('business-rule', text, `Appointment.${name}`)))
}

/** What goes with the appointment, beside its place. Fails: value when an id names none. */
function detailsOf(input: Input, call: Call): Omit<Wish, 'target'> {
  const { comment, 'appointment-resource': resource, 'cancelled-appt-id': old } = input
  const replaces = old === undefined ? undefined : (appointmentIdOf(call, { reference: old }) ?? bareId(old))
  const { identifier, start, end } = resource ?? {}
  const own = identifier?.filter(({ system }) => system !== systems.appointment)
  return {
    ...(resource && saidIn(resource)),
    ...(comment !== undefined && { comment }),
    ...(own && { identifier: own }),
    at: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
    ...(replaces !== undefined && { replaces }),
  }
}

function bareId(text: string): string {
  if (/^[A-Za-z0-9.-]{1,64}$/.test(text)) return text
  throw failure('value', 'Give the id of an Appointment, or a reference to it.', 'Parameters.parameter')
}

/** What is to be booked: found or held before, or a place named in the resource. Fails: value, unsupported-value. */
function targetOf(input: Input, call: Call): BookTarget {
  const { 'appointment-reference': reference, 'appointment-resource': resource, schedule } = input
  if ((reference === undefined) === (resource === undefined)) {
    throw failure(
      'value',
      'Give appointment-reference or appointment-resource, one of them.',
      'Parameters.parameter',
    )
  }
  if (resource) return targetIn(resource, schedule)
  const appointment = reference && appointmentIdOf(call, reference)
  if (appointment === undefined)
    throw failure('value', 'Give a reference to an Appointment.', 'Parameters.parameter')
  return { appointment }
}

/** The same place, for a patient who is told beside it; a place that says whose it is stays so. */
function forWhom(target: BookTarget, patient: string | undefined): BookTarget {
  if (patient === undefined) return target
  return 'appointment' in target ? { ...target, whom: { patient, ...target.whom } } : { patient, ...target }
}

function targetIn(resource: Appointment, schedule: Reference | undefined): BookTarget {
  if (resource.status !== 'pending' && resource.status !== 'proposed') {
    const text = 'A new appointment is pending or proposed; one that is changed is booked, with its id.'
    throw failure('unsupported-value', text, 'Appointment.status')
  }
  if (resource.id === undefined) return placeIn(resource, schedule)
  return { appointment: resource.id, afresh: true, whom: whomIn(resource) }
}

/** For whom an appointment is wished: its request, its patient. Ids. */
function whomIn({ basedOn, participant = [] }: Appointment): ForWhom {
  const request = idOf('ServiceRequest', basedOn?.[0]?.reference)
  const patient = participant.map(({ actor }) => idOf('Patient', actor?.reference)).find(Boolean)
  return { ...(request !== undefined && { request }), ...(patient !== undefined && { patient }) }
}

/** The slots that an appointment names; otherwise its time in a diary, or beside it when it is marked so. */
function placeIn(resource: Appointment, diary?: Reference): BookTarget {
  const { slot = [], start, end, extension = [] } = resource
  const whom = whomIn(resource)
  const [first, ...others] = slot.flatMap(({ reference }) => idOf('Slot', reference) ?? [])
  if (first !== undefined) return { slot: first, ...(others.length > 0 && { with: others }), ...whom }
  const schedule = idOf('Schedule', diary?.reference)
  if (schedule === undefined || start === undefined)
    throw failure(
      'required',
      'Say which slot, or use an id from $find, or give the schedule with start and end.',
      'Appointment.slot',
    )
  const isAgreed = extension.some(({ url, valueBoolean }) => url === extensions.byAgreement && valueBoolean)
  if (!isAgreed) return { schedule, start, ...(end !== undefined && { end }), ...whom }
  if (end === undefined) throw failure('required', 'Say when the appointment ends.', 'Appointment.end')
  return { schedule, start, end, agreed: true, ...whom }
}
