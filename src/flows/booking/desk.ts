import type { Appointment, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { businessKeys } from '../../fhir/business-key.ts'
import { issue } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import type { Moment, Plan } from '../step.ts'
import type { Answer } from './answer.ts'
import { slotsDuring, slotsMeant } from './during.ts'
import { centreOf, placesIn, slotWith, sourceOf } from './states.ts'

/*
 * An appointment that a desk has made for somebody of its own is not kept, but its places are: under its number, beside
 * ours, over all slots that it overlaps. One that is held or booked here meanwhile stays so; what the desk has is then
 * one place more than there are, so that the slot is not offered again when ours has come to nothing.
 */

/** What is known of an appointment that is none of ours. */
export interface DeskFacts {
  /** Slots of whoever says so that overlap the time it gives. */
  during: readonly Kept<Slot>[]
  /** Those that it has now. */
  before: readonly Kept<Slot>[]
  /** What is taken of all these. */
  taken: readonly Occupancy[]
}

/** Under which names a centre's desk has places: by its numbers of the appointment. */
export const deskNames = (said: Appointment, centre: string): string[] =>
  businessKeys(said).map(({ system, value }) => `${prefix}${centre}:${system}|${value}`)

/** Where it has no number. */
const nameIn = ({ id }: Kept<Slot>) => `${prefix}Slot/${id}`

const prefix = 'desk:'

/** Whether a place is one that a desk has given to somebody of its own. */
export const isByDesk = ({ appointment }: Occupancy): boolean => appointment.startsWith(prefix)

export async function deskFacts(
  { appointment, peer, peers = [peer] }: Answer,
  store: Reader,
  { organization = peer }: Actor,
): Promise<DeskFacts> {
  const [during, had] = await Promise.all([
    slotsDuring(appointment, peers.map(sourceOf), store),
    store.takenBy(deskNames(appointment, organization)),
  ])
  const before = await Promise.all(had.map(({ slot }) => store.read('Slot', slot)))
  const known = before.filter((slot) => slot !== undefined)
  const ids = new Set([...during, ...known].map(({ id }) => id))
  return { during, before: known, taken: await store.occupancies([...ids]) }
}

/** The desk has given one of its own slots to somebody: it is not offered any more, or it is again. */
export function deskBooking(
  said: Appointment,
  facts: DeskFacts,
  peer: string,
  at: Moment,
  actor: Actor,
): Plan {
  const { organization = peer } = actor
  const own = facts.during.filter((slot) => {
    const centre = centreOf(slot, at.territory)
    return centre !== undefined && (centre.name === peer || centre.organization === organization)
  })
  const meant = slotsMeant(said, own, at)
  const names = deskNames(said, organization)
  const nameOf = (slot: Kept<Slot>) => names[0] ?? nameIn(slot)
  const held = facts.taken.filter(
    ({ appointment }) => names.includes(appointment) || meant.some((slot) => nameOf(slot) === appointment),
  )
  if (meant.length === 0 && held.length === 0) return { filtered: whyNone(own) }
  if (said.status === 'booked') return given(meant, held, facts, nameOf)
  return said.status === 'cancelled' || said.status === 'entered-in-error'
    ? givenBack(meant, held, facts)
    : {}
}

/** It has places in these slots now, and in no others. */
function given(
  meant: readonly Kept<Slot>[],
  held: readonly Occupancy[],
  facts: DeskFacts,
  nameOf: (slot: Kept<Slot>) => string,
): Plan {
  const places = new Set(held.map(({ slot }) => slot))
  if (meant.length === places.size && meant.every(({ id }) => places.has(id))) return {}
  const left = facts.taken.filter((one) => !held.includes(one))
  const gone = facts.before.filter(({ id }) => !meant.some((slot) => slot.id === id))
  const take = meant.map((slot): Occupancy => {
    const { id, start, end } = slot
    return { slot: id, place: nextPlace(slot, left), appointment: nameOf(slot), resources: [], start, end }
  })
  return {
    // The next version of each keeps this apart from a hold that ends just now.
    write: [...meant.map((slot) => taken(slot, left)), ...gone.map((slot) => withPlaces(slot, left))],
    take,
    release: namesOf(held),
    remarks: meant.length === 0 ? [nowhere] : [],
  }
}

/** What it had is free again, also where only the diary has told that it was taken. */
function givenBack(meant: readonly Kept<Slot>[], held: readonly Occupancy[], facts: DeskFacts): Plan {
  const left = facts.taken.filter((one) => !held.includes(one))
  const slots = held.length === 0 ? meant : [...facts.before, ...meant.filter((slot) => isIn(slot, held))]
  const its = [...new Map(slots.map((slot) => [slot.id, slot])).values()]
  const isBusy = (slot: Kept<Slot>) => slot.status === 'busy' && placesIn(slot, left) === 0
  return {
    write: its.filter((slot) => held.length > 0 || isBusy(slot)).map((slot) => withPlaces(slot, left)),
    release: namesOf(held),
  }
}

const isIn = ({ id }: Kept<Slot>, held: readonly Occupancy[]) => held.some(({ slot }) => slot === id)

const namesOf = (held: readonly Occupancy[]) => [...new Set(held.map(({ appointment }) => appointment))]

/** The lowest place that nobody has, beyond those there are when all are taken. */
function nextPlace({ id }: Kept<Slot>, taken: readonly Occupancy[]): number {
  const used = new Set(taken.filter(({ slot }) => slot === id).map(({ place }) => place))
  let place = 1
  while (used.has(place)) place++
  return place
}

/** With one place fewer: what its diary calls busy is full, whatever we know of it. */
const taken = (slot: Kept<Slot>, left: readonly Occupancy[]): Slot =>
  slot.status === 'busy' ? slot : slotWith(slot, placesIn(slot, left) + 1, slot.status !== 'busy-tentative')

const withPlaces = (slot: Kept<Slot>, left: readonly Occupancy[]): Slot =>
  slotWith(slot, placesIn(slot, left), slot.status !== 'busy-tentative')

const nowhere = issue(
  'informational',
  'The appointment is now at a time for which no slot of this centre is known. Its former place is free again.',
  'Appointment.start',
  'warning',
)

const whyNone = (slots: readonly Slot[]) =>
  slots.length === 0
    ? 'No appointment and no slot of this centre fits the message.'
    : 'Several slots of this centre begin then, and the message does not tell which: it names no exam of just one.'
