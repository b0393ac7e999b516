import { centreCount } from '../territory.ts'

/** A slot, and the request that it is for. Ids. */
export interface Wanted {
  slot: string
  request: string
}

type Slots = readonly (readonly string[])[]

/** So many bookings each of the scenarios may make; what they take is never the same. */
const bookings = 6_000
const holds = 10_000

/** From this slot of a diary on, every second one stays free. */
export const firstFree = (2 * bookings) / centreCount

/** For `booking`: every second slot, from the first. */
export const bookedSlot = (slots: Slots, requests: readonly string[], n: number): Wanted | undefined =>
  n < bookings ? wanted(slots, requests, n, 0, n) : undefined

/** For `hold-book`: those between. */
export const heldSlot = (slots: Slots, requests: readonly string[], n: number): Wanted | undefined =>
  n < holds ? wanted(slots, requests, n, 1, bookings + n) : undefined

/** The requests that nobody books. */
export const waiting = (requests: readonly string[]): readonly string[] => requests.slice(bookings + holds)

function wanted(
  slots: Slots,
  requests: readonly string[],
  n: number,
  offset: 0 | 1,
  at: number,
): Wanted | undefined {
  const slot = slots[n % centreCount]?.[2 * Math.floor(n / centreCount) + offset]
  const request = requests[at]
  return slot === undefined || request === undefined ? undefined : { slot, request }
}
