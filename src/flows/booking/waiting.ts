import type {
  Appointment,
  AppointmentParticipant,
  Period,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { extensions } from '../../fhir/canonical.ts'
import { parseDate } from '../../fhir/dates.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept } from '../../store/index.ts'
import type { Moment } from '../step.ts'
import { businessStatus, isOpen } from '../task.ts'
import { placerOf } from './hold.ts'
import { isWaiting, operatorExtension } from './states.ts'

/*
 * The waiting list. A request waits as an Appointment of status `waitlist`, which says when it may be (requestedPeriod)
 * and since when it waits (extension `waiting`). A place that fits is offered to the first in order: the appointment is
 * then held in it, as any other, for as long as the territory says. It is booked by $book. When the time is over it
 * waits again, the place is not offered to it a second time, and goes to the next. It leaves the list when it is cancelled,
 * with its request, and when its window is over.
 */

export { isWaiting }

/** Since when it waits, and what was offered in vain. */
export const waitingIn = ({ extension = [] }: Appointment) =>
  extension.find(({ url }) => url === extensions.waiting)

/** Instant; undefined for one that never waited. */
export const waitsSince = (appointment: Appointment): string | undefined =>
  waitingIn(appointment)?.extension?.find(({ url }) => url === 'since')?.valueInstant

/** `Slot/<id>` of the places that were offered in vain. */
export const passedBy = (appointment: Appointment): string[] =>
  (waitingIn(appointment)?.extension ?? []).flatMap(({ url, valueReference }) =>
    url === 'passed' && valueReference?.reference ? [valueReference.reference] : [],
  )

/** Why the one comes before the other: urgency, then the deadline, then how long it waits; then the id, to be sure. */
export function inOrder(a: Kept<Appointment>, b: Kept<Appointment>): number {
  const keys = [urgencyOf, deadlineOf, ageOf] as const
  for (const key of keys) if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1
  return a.id < b.id ? -1 : 1
}

/** iCal priorities: 1 is the highest, 0 says nothing. Source: RFC 5545, 3.8.1.9. */
const urgencyOf = ({ priority = 0 }: Appointment) => (priority === 0 ? 10 : priority)
const deadlineOf = (one: Appointment) => Date.parse(windowOf(one)?.end ?? '9999-12-31T00:00:00Z')
const ageOf = (one: Kept<Appointment>) => Date.parse(waitsSince(one) ?? one.meta.lastUpdated)

/** Whether it waits at this instant: until its window is over. */
export const waitsStill = (appointment: Appointment, now: string): boolean =>
  isWaiting(appointment) && !isWindowOver(appointment, now)

/** Whether nothing can be offered to it any more. */
export const isWindowOver = (appointment: Appointment, now: string): boolean =>
  Date.parse(windowOf(appointment)?.end ?? '') <= Date.parse(now)

/** When it may be. */
export const windowOf = ({ requestedPeriod = [] }: Appointment): Period | undefined => requestedPeriod[0]

/** A place on the list for a request, from now on for so many days: iCal priority 1 when it is urgent, else 5. */
export function waitingFor(
  { id, subject }: Kept<ServiceRequest>,
  { priority }: Pick<Task, 'priority'>,
  days: number,
  now: string,
): Appointment {
  const end = new Date(Date.parse(now) + days * 86_400_000).toISOString()
  return {
    resourceType: 'Appointment',
    status: 'waitlist',
    priority: priority === undefined || priority === 'routine' ? 5 : 1,
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    requestedPeriod: [{ start: now, end }],
    participant: [{ actor: subject as AppointmentParticipant['actor'] & object, status: 'needs-action' }], // a patient
  }
}

/** A request that is put on the list, as it is kept. Fails: required. */
export function listed(
  said: Appointment & { id: string },
  at: Moment,
  { organization }: Pick<Actor, 'organization'>,
): Appointment & { id: string } {
  if (!said.basedOn?.[0]?.reference?.startsWith('ServiceRequest/'))
    throw failure('required', 'What waits is a request: name it.', 'Appointment.basedOn')
  const { start, end } = windowOf(said) ?? {}
  if (!start || !end)
    throw failure('required', 'Say from when until when it may be.', 'Appointment.requestedPeriod')
  const { start: _, end: __, slot: ___, extension = [], ...rest } = said
  const { zone } = at.territory
  return {
    ...rest,
    requestedPeriod: [{ start: momentOf(start, 'low', zone), end: momentOf(end, 'high', zone) }],
    identifier: [...(said.identifier ?? []), placerOf(said.id)],
    extension: [
      ...extension.filter(({ url }) => url !== extensions.waiting && url !== extensions.heldUntil),
      ...operatorExtension(organization),
      { url: extensions.waiting, extension: [{ url: 'since', valueInstant: at.now }] },
    ],
    created: at.now,
  }
}

/** A day of a window is one of the territory, the last one included; what names an hour stays as it was said. */
function momentOf(text: string, edge: 'low' | 'high', zone: string): string {
  const ms = text.includes('T') ? undefined : parseDate(text, zone)?.[edge]
  return ms === undefined ? text : new Date(ms).toISOString()
}

/** Its request's Task, once it is on the list no more: there is still no place for it, and somebody goes on. */
export const offList = (task: Kept<Task> | undefined, at: Moment): Task[] => {
  const isListed = task?.businessStatus?.coding?.some(({ code }) => code === 'waitlist') ?? false
  if (!task || !isListed || !isOpen(task)) return []
  return [{ ...task, businessStatus: businessStatus('no-capacity'), lastModified: at.now }]
}

/** Back on the list, when an offer was not taken. */
export function waitingAgain(appointment: Kept<Appointment>, slots: readonly Slot[]): Appointment {
  const { start: _, end: __, slot: ___, extension = [], ...rest } = appointment
  const passed = slots.map(({ id }) => ({
    url: 'passed',
    valueReference: { reference: `Slot/${id}` },
  }))
  const waiting = waitingIn(appointment)
  return {
    ...rest,
    status: 'waitlist',
    extension: [
      ...extension.filter(({ url }) => url !== extensions.waiting && url !== extensions.heldUntil),
      { url: extensions.waiting, extension: [...(waiting?.extension ?? []), ...passed] },
    ],
  }
}
