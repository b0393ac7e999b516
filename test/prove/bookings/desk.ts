import type { Place } from '../../../src/demo/partners/diary.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import type { Gateways, Reached } from './asking.ts'
import type { Centre, Telling } from './centres.ts'
import type { History } from './history.ts'

export interface DeskWork {
  centre: Centre
  /** The gateway's slot for a place, `Slot/<id>`. */
  slotOf(place: Place): string | undefined
  gateways: Gateways
  history: History
  /** Whether it is looked how long changes take to be seen. */
  isMeasured: boolean
  chance: Chance
}

/** How long a change at the desk is waited for: what takes longer counts as this. */
const longestMs = 90_000

/** How long a desk rests between two things that it does; who pushes costs the gateway no more for doing more. */
const restMs = { pushed: [400, 2_000], polled: [500, 3_500] } as const

/** The desk of a centre books and cancels for itself until the signal; how long each change takes to be seen is recorded. */
export async function serveDesk(desk: DeskWork, signal: AbortSignal): Promise<void> {
  const looking: Promise<void>[] = []
  while (!signal.aborted) {
    const [least, most] = restMs[desk.centre.way]
    await rest(desk.chance.between(least, most))
    const change = await act(desk)
    if (change && desk.isMeasured) looking.push(seen(change, desk))
  }
  await Promise.all(looking)
}

/** What a desk has done, and how it is seen. */
interface Change {
  /** A search that finds something from then on. */
  search: string
  /** Whether nobody has changed it again. */
  isStill(): boolean
  began: number
  telling: Telling
}

/** One thing that a desk does; undefined when it would be seen by what somebody else does as well. */
async function act(desk: DeskWork): Promise<Change | undefined> {
  const dice = desk.chance.next()
  if (dice < 0.2) return cancelOne(desk)
  return dice < 0.65 ? takeOne(desk) : giveOneBack(desk)
}

/** Cancels what was asked for through the gateway. */
async function cancelOne({ centre, chance }: DeskWork): Promise<Change | undefined> {
  const booked = [...centre.diary.bookings.values()].filter(({ status }) => status === 'booked')
  const booking = chance.one(booked)
  if (!booking) return undefined
  const began = performance.now()
  const telling = await centre.cancel(booking)
  return { search: `Appointment?_id=${booking.placer}&status=cancelled`, isStill: () => true, began, telling }
}

/** Gives a place to somebody of its own. */
async function takeOne(desk: DeskWork): Promise<Change | undefined> {
  const { centre } = desk
  const place = onePlace(desk, ({ status }) => status === 'free')
  const slot = place && desk.slotOf(place)
  if (!slot || !(await isShown(slotIn(offered, slot), desk)) || place.status !== 'free') return undefined
  return changed(slotIn(given, slot), place, () => centre.take(place))
}

/** Takes back what it has given to somebody of its own. */
async function giveOneBack(desk: DeskWork): Promise<Change | undefined> {
  const { centre } = desk
  const place = onePlace(desk, (one) => centre.diary.isOwn(one))
  const slot = place && desk.slotOf(place)
  if (!slot || !(await isShown(slotIn(given, slot), desk)) || !centre.diary.isOwn(place)) return undefined
  return changed(slotIn(offered, slot), place, () => centre.giveBack(place))
}

function onePlace({ centre, chance }: DeskWork, isFit: (place: Place) => boolean): Place | undefined {
  const soonest = Date.now() + 3_600_000
  return chance.one(centre.diary.places.filter((one) => Date.parse(one.start) > soonest && isFit(one)))
}

function changed(search: string, place: Place, change: () => Telling): Change {
  const began = performance.now()
  const telling = change()
  const { status } = place
  return { search, isStill: () => place.status === status, began, telling }
}

/** States of a slot that is not the desk's, and of one that nobody is offered. */
const offered = 'free,busy-tentative'
const given = 'busy,busy-tentative'

const slotIn = (states: string, slot: string) => `Slot?_id=${slot.replace('Slot/', '')}&status=${states}`

/** Looks by search until it is so, and records how long that took; forgets it when the place has changed again. */
async function seen(change: Change, desk: DeskWork): Promise<void> {
  const { began, telling } = change
  const { centre, history } = desk
  const since = (at: number) => Math.round(at - began)
  let isOver = false
  const goesOn = () => !isOver && change.isStill() && since(performance.now()) < longestMs
  // Each gateway is looked at by itself: one that hangs delays no look at the other.
  await Promise.race([0, 1].map((number) => shown(change.search, number, goesOn, desk)))
  isOver = true
  if (!change.isStill()) return
  const { triedAt } = telling
  history.add({
    event: 'seen',
    at: history.now(),
    centre: centre.name,
    way: centre.way,
    ms: since(performance.now()),
    ...(triedAt !== undefined && { toldMs: since(triedAt) }),
  })
}

/** Comes back when a gateway shows it, or when there is no sense in looking on. */
async function shown(search: string, number: number, goesOn: () => boolean, desk: DeskWork): Promise<void> {
  while (goesOn()) {
    const gateway = desk.gateways().find((one) => one.number === number)
    if (gateway && (await isShownBy(gateway, search))) return
    await rest(100)
  }
}

/** Whether a search finds anything, at any gateway. */
const isShown = (search: string, { gateways }: DeskWork): Promise<boolean> =>
  Promise.any(
    gateways().map(
      async (gateway) => (await isShownBy(gateway, search)) || Promise.reject(new Error(search)),
    ),
  ).catch(() => false)

/** Whether a search finds anything; a gateway that does not answer shows nothing. */
async function isShownBy({ as }: Reached, search: string): Promise<boolean> {
  const found = as('cell')
    .search(search)
    .catch(() => [])
  return (await Promise.race([found, rest(3_000).then(() => [])])).length > 0
}
