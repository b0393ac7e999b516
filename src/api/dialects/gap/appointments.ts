import type { Appointment, Resource } from '@medplum/fhirtypes'
import { Failure, failure, failures } from '../../../fhir/outcome.ts'
import { type Booking, bookOnce } from '../../../flows/booking/index.ts'
import { saidIn } from '../../../flows/booking/said.ts'
import { isLive } from '../../../flows/booking/states.ts'
import { type Answer, answer, headersOf } from '../../answer.ts'
import type { Call } from '../../call.ts'
import { answerChanged, changed } from '../../changed.ts'
import { create } from '../../interactions/create.ts'
import { keyIn } from '../../once.ts'
import { expectOnly } from '../../parameters.ts'
import { resourceOf } from '../../resource.ts'
import { gathered } from '../gathered.ts'
import { slotsIn, whomIn, wishedIn } from '../named.ts'

/** Flow 6a: an appointment that is asked for is booked in its slot; one that a centre has made is declared. */
export async function createAppointment(call: Call): Promise<Answer> {
  expectOnly(call.query, [])
  const sent = appointmentIn(await call.resource())
  if (sent.status !== 'proposed' && sent.status !== 'pending')
    return create.handle({ ...call, resource: async () => sent })
  refuseInvalid(sent, call)
  return requested(sent, call)
}

/** Flow 6b: what is known by its number is changed; what is not is made, as by flow 6a. */
export async function updateAppointment(call: Call): Promise<Answer> {
  expectOnly(call.query, ['identifier'])
  const sent = appointmentIn(await call.resource())
  const number = call.query.get('identifier')
  if (!number?.includes('|'))
    throw failure('required', 'Say which appointment: identifier=system|value.', 'identifier')
  refuseInvalid(sent, call)
  try {
    const target = { query: new URLSearchParams({ identifier: number }).toString() }
    const patch = (before: Resource) => asSaid(before as Appointment, sent) // of the type that is searched
    return answerChanged(call, await changed(call, [{ verb: 'patch', type: 'Appointment', target, patch }]))
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.case !== 'not-found') throw thrown
    return createAppointment({ ...call, query: new URLSearchParams(), resource: async () => sent })
  }
}

const appointmentIn = (sent: unknown): Appointment => resourceOf(sent, 'Appointment') as Appointment // just looked at

function refuseInvalid(resource: Appointment, { house, permit }: Call): void {
  const faults = house
    .desk(permit.actor)
    .validate(resource)
    .filter(({ severity = 'error' }) => severity === 'error' || severity === 'fatal')
  if (faults.length > 0) throw failures(faults)
}

/** Asks the centre for the place. The numbers that are sent name it from then on; sent again, it is the same one. */
async function requested(sent: Appointment, call: Call): Promise<Answer> {
  const { house, permit, base } = call
  const booking: Booking = {
    target: { ...(await placeOf(sent, call)), ...whomIn(sent, call) },
    waitMs: house.settings.bookWaitMs,
    ...wishedIn(sent),
    ...keyIn(call, sent),
  }
  const { id, meta, ...rest } = await bookOnce(booking, house.desk(permit.actor))
  const location = `${base}/Appointment/${id}/_history/${meta.versionId}`
  const versions = headersOf({ version: Number(meta.versionId), lastUpdated: meta.lastUpdated })
  return answer({ ...rest, id, meta }, 201, { ...versions, location })
}

/** The slot, or the time in the one diary of those who are to take part. Fails: required, business-rule. */
async function placeOf(sent: Appointment, call: Call) {
  const slots = slotsIn(sent, call)
  if (slots) return slots
  const { start, end, participant } = sent
  const asked = participant
    .flatMap(({ actor }) => actor?.reference ?? [])
    .filter((reference) => !reference.startsWith('Patient/'))
  if (start === undefined || end === undefined || asked.length === 0)
    throw failure('required', 'Say which slot, or when and with whom.', 'Appointment.slot')
  const diaries = await gathered(call, 'Schedule', [
    ...asked.map((reference): [string, string] => ['actor', reference]),
    ['active:not', 'false'],
    ['_count', '2'],
  ])
  const [diary, second] = diaries.matches
  if (diary && !second) return { schedule: diary.id, start, end }
  throw failure(
    'business-rule',
    diary
      ? 'Those who take part have several diaries: say which slot.'
      : 'Those who take part have no diary together.',
    'Appointment.participant',
  )
}

/**
 * The kept appointment with what is newly said, and with whom it newly names: who may come along is for the booking to
 * say. Fails: business-rule for another time.
 */
function asSaid(before: Appointment, sent: Appointment): Appointment {
  refuseMoved(before, sent)
  // Sent again, it was asked of its centre by the first time, and may have been answered since.
  const isAsked = sent.status === 'proposed' || sent.status === 'pending'
  const { participant: known } = before
  const added = sent.participant.filter(
    ({ actor }) =>
      actor?.reference !== undefined && !known.some((one) => one.actor?.reference === actor.reference),
  )
  const { cancelationReason } = sent
  const { identifier: numbers = [] } = before
  const more = (sent.identifier ?? []).filter(
    ({ system, value }) => !numbers.some((one) => one.system === system && one.value === value),
  )
  return {
    ...before,
    ...saidIn(sent),
    ...(cancelationReason && { cancelationReason }),
    status: isAsked && isLive(before) ? before.status : sent.status,
    identifier: [...numbers, ...more],
    participant: [...known, ...added],
  }
}

function refuseMoved(before: Appointment, sent: Appointment): void {
  const place = (['start', 'end'] as const).find(
    (name) => sent[name] !== undefined && Date.parse(sent[name]) !== Date.parse(before[name] ?? ''),
  )
  if (place === undefined) return
  throw failure(
    'business-rule',
    'When an appointment is follows from its slot. To move one, cancel it and book another.',
    `Appointment.${place}`,
  )
}
