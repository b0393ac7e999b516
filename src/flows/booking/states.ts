import type { Appointment, CodeableConcept, Resource, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Occupancy } from '../../store/index.ts'
import type { Peer, Territory } from '../step.ts'

/*
 * The states of a booking, in FHIR's own codes, and what moves it:
 *
 *   Appointment                                     Slot (when its last place goes, or comes back)
 *   proposed  ($find computes it; nothing is kept)  free
 *      │ booking.held                                  │
 *   pending + held-until                            busy-tentative
 *      │ booking.requested (the RIS is asked)          │
 *   pending                                         busy-tentative
 *      ├─ booking.answered  (the RIS says yes) → booked    busy
 *      ├─ booking.answered  (the RIS says no)  → cancelled free
 *      ├─ booking.not-taken (the RIS was not reached) → cancelled free
 *      └─ booking.cancelled (whoever asked)    → cancelled free
 *   held-until passed: booking.expired         → cancelled free
 *   waitlist  (nothing is free in its window)
 *      │ booking.offered (a place is held for it)
 *   pending + held-until                            busy-tentative
 *      └─ booking.expired                      → waitlist free (and offered to the next)
 *   taken off the list, or its window over (booking.lapsed) → cancelled
 *   booked: the centre moves it                → booked    busy, the former one free
 *   booked: the centre notices                 → arrived, checked-in, noshow, fulfilled
 *   noshow: the patient comes late             → arrived, checked-in, fulfilled
 *
 * A slot that its centre has withdrawn (busy-unavailable) stays so, whoever comes or goes.
 */

/** An appointment that still holds its place. */
export const isLive = ({ status }: Appointment) =>
  status === 'pending' || status === 'booked' || status === 'arrived' || status === 'checked-in'

const onTheDay: readonly Appointment['status'][] = ['arrived', 'checked-in', 'fulfilled', 'noshow']

/** What its centre may notice of an appointment on its day; nothing more when it is over. */
export const noticeable = (appointment: Appointment): Appointment['status'][] =>
  isLive(appointment) || appointment.status === 'noshow'
    ? onTheDay.filter((status) => status !== appointment.status)
    : []

/** The same, of what this actor may say: the centre itself, or the cell for one that has only a telephone, once it is booked. */
export function noticeableBy(
  appointment: Appointment,
  { role, organization }: Pick<Actor, 'role' | 'organization'>,
  territory: Territory,
): Appointment['status'][] {
  const centre = centreOf(appointment, territory)
  const isOwn = role === 'ris' && centre?.organization === organization
  const isTold = role === 'cell' && centre?.manual === true && appointment.status !== 'pending'
  return isOwn || isTold ? noticeable(appointment) : []
}

export function heldUntil({ extension = [] }: Appointment): string | undefined {
  return extension.find(({ url }) => url === extensions.heldUntil)?.valueDateTime
}

export const isHeld = (appointment: Appointment) =>
  appointment.status === 'pending' && heldUntil(appointment) !== undefined

/** Waits for a place, without having one. */
export const isWaiting = ({ status }: Appointment) => status === 'waitlist'

/** Whether no centre has heard of it: it waits for a place, or one is held for it. */
export const isUntold = (appointment: Appointment) => isHeld(appointment) || isWaiting(appointment)

/** The reason of an appointment whose hold nobody used in time. */
export const whyExpired: CodeableConcept = {
  coding: [{ system: systems.failure, code: 'hold-expired' }],
  text: 'The hold expired.',
}

/** The reason of an appointment that another has taken the place of. */
export const whyMoved: CodeableConcept = {
  coding: [{ system: systems.cancellation, code: 'moved' }],
  text: 'The appointment was moved.',
}

/** Whether its hold is over by this time, told already or not. */
export function isExpired(appointment: Appointment, now: string): boolean {
  const until = isHeld(appointment) ? heldUntil(appointment) : undefined
  return until === undefined ? wasExpired(appointment) : Date.parse(until) <= Date.parse(now)
}

/** Whether it was given up for that. */
export const wasExpired = ({ status, cancelationReason }: Appointment) =>
  status === 'cancelled' &&
  (cancelationReason?.coding?.some(
    ({ system, code }) => system === systems.failure && code === 'hold-expired',
  ) ??
    false)

const ofHolding: readonly string[] = [extensions.heldUntil, extensions.holdRenewed]

export function withoutHold(appointment: Appointment): Appointment {
  const extension = (appointment.extension ?? []).filter(({ url }) => !ofHolding.includes(url))
  const { extension: _, ...rest } = appointment
  return { ...rest, ...(extension.length > 0 && { extension }) }
}

/** `Organization/<id>` of whoever made the appointment here. */
export function operatorOf({ extension = [] }: Appointment): string | undefined {
  return extension.find(({ url }) => url === frCore.operator)?.valueReference?.reference
}

/** `Patient/<id>` of whom the appointment is for, once that is known. */
export const patientOf = ({ participant }: Appointment): string | undefined =>
  participant.map(({ actor }) => actor?.reference).find((one) => one?.startsWith('Patient/'))

export const operatorExtension = (organization: string | undefined) =>
  organization === undefined ? [] : [{ url: frCore.operator, valueReference: { reference: organization } }]

export const capacityOf = ({ extension = [] }: Slot) =>
  extension.find(({ url }) => url === extensions.capacity)?.valuePositiveInt ?? 1

/** What `Slot.meta.source` says of a slot that came from, or belongs to, this peer. */
export const sourceOf = (peer: string) => `urn:relais:source:${peer}`

/** The peer that a slot, or an appointment made in one, belongs to; undefined when it is not connected any more. */
export const centreOf = (resource: Resource | undefined, { peers }: Territory): Peer | undefined =>
  peers.find(({ name }) => sourceOf(name) === resource?.meta?.source)

/** IANA zone of the place that a slot or a diary is at. */
export const zoneOf = (resource: Resource | undefined, territory: Territory): string =>
  centreOf(resource, territory)?.zone ?? territory.zone

/** The peer that a slot is booked with. Fails: business-rule when its centre is no longer connected. */
export function peerOf(slot: Slot, territory: Territory): Peer {
  const peer = centreOf(slot, territory)
  if (peer) return peer
  throw failure(
    'business-rule',
    'The centre of this slot is not connected any more. Choose another slot.',
    'Slot.meta.source',
  )
}

/** The lowest place of a slot that nobody has. Fails: conflict when all are taken. */
export function freePlace(slot: Kept<Slot>, taken: readonly Occupancy[]): number {
  const used = new Set(taken.filter(({ slot: id }) => id === slot.id).map(({ place }) => place))
  for (let place = 1; place <= capacityOf(slot); place++) if (!used.has(place)) return place
  throw failure(
    'conflict',
    'The slot is taken. Look for another one with Appointment/$find.',
    'Appointment.slot',
  )
}

/** A slot as it is when so many of its places are taken, and whether the last one is sure. */
export function slotWith<S extends Slot>(slot: S, takenPlaces: number, sure: boolean): S {
  if (slot.status === 'busy-unavailable' || slot.status === 'entered-in-error') return slot
  if (takenPlaces < capacityOf(slot)) return { ...slot, status: 'free' }
  return { ...slot, status: sure ? 'busy' : 'busy-tentative' }
}

/**
 * The slots that change when these places are taken of them.
 *
 * A slot for several at once is written though it looks the same: its version keeps two changes of its places apart.
 */
export function recounted(slots: readonly Kept<Slot>[], taken: readonly Occupancy[]): Slot[] {
  return slots
    .map((slot) => [slot, slotWith(slot, placesIn(slot, taken), true)] as const)
    .flatMap(([slot, next]) => (next.status === slot.status && capacityOf(slot) === 1 ? [] : [next]))
}

/** How many places of a slot are taken. */
export const placesIn = ({ id }: Kept<Slot>, taken: readonly Occupancy[]): number =>
  new Set(taken.filter(({ slot }) => slot === id).map(({ place }) => place)).size

export const referenceTo = ({ resourceType, id }: Resource) => `${resourceType}/${id}`

/** `Type/id/_history/n`: the very version that something is about. */
export const versionOf = (resource: Resource, before?: Kept) =>
  `${referenceTo(resource)}/_history/${Number(before?.meta.versionId ?? 0) + 1}`

/** The version of a resource that is kept now. */
export const currentOf = (resource: Kept) => `${referenceTo(resource)}/_history/${resource.meta.versionId}`
