import type { Slot } from '@medplum/fhirtypes'
import type { Place } from '../../../src/demo/partners/diary.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import type { Gateways } from './asking.ts'
import type { Centre } from './centres.ts'
import type { History } from './history.ts'

export interface DeskWork {
  centre: Centre
  /** The gateway's slot for a place, `Slot/<id>`. */
  slotOf(place: Place): string | undefined
  gateways: Gateways
  history: History
  chance: Chance
}

/** How long a change at the desk is waited for: what takes longer counts as this. */
const longestMs = 90_000

/** The desk of a centre books and cancels for itself until the signal; how long each change takes to be seen is recorded. */
export async function serveDesk(desk: DeskWork, signal: AbortSignal): Promise<void> {
  const looking: Promise<void>[] = []
  while (!signal.aborted) {
    await rest(desk.chance.between(500, 3_500))
    const looks = await act(desk)
    if (looks) looking.push(looks())
  }
  await Promise.all(looking)
}

/** One thing that a desk does; comes back with how to wait until it is seen, when nobody else can be meant. */
async function act(desk: DeskWork): Promise<(() => Promise<void>) | undefined> {
  const { centre, chance } = desk
  const dice = chance.next()
  if (dice < 0.2) {
    const booked = [...centre.diary.bookings.values()].filter(({ status }) => status === 'booked')
    const booking = chance.one(booked)
    if (booking) await centre.cancel(booking)
    return undefined
  }
  const isTaking = dice < 0.65
  const place = chance.one(
    centre.diary.places.filter(
      (one) =>
        Date.parse(one.start) > Date.now() + 3_600_000 &&
        (isTaking ? one.status === 'free' : centre.diary.isOwn(one)),
    ),
  )
  const slot = place && desk.slotOf(place)
  if (!place || !slot) return undefined
  const [before, after] = isTaking ? [offered, given] : [given, offered]
  const isShown = await shows(before, slot, desk)
  if (isTaking && place.status === 'free') centre.take(place)
  else if (!isTaking && centre.diary.isOwn(place)) centre.giveBack(place)
  else return undefined
  const { status } = place
  return isShown ? () => seen(after, slot, () => place.status === status, desk) : undefined
}

/** States of a slot that is not the desk's, and of one that nobody is offered. */
const offered = 'free,busy-tentative'
const given = 'busy,busy-tentative'

/** Looks by search until it is so, and records how long that took; forgets it when the place has changed again. */
async function seen(states: string, slot: string, isStill: () => boolean, desk: DeskWork): Promise<void> {
  const { centre, history } = desk
  const began = performance.now()
  const tookMs = () => Math.round(performance.now() - began)
  while (tookMs() < longestMs && !(await shows(states, slot, desk))) {
    if (!isStill()) return
    await rest(200)
  }
  history.add({ event: 'seen', at: history.now(), centre: centre.name, way: centre.way, ms: tookMs() })
}

/** Whether a search finds the slot in one of these states; a gateway that does not answer shows nothing. */
async function shows(states: string, slot: string, { gateways, chance }: DeskWork): Promise<boolean> {
  const cell = chance.one(gateways())?.as('cell')
  if (!cell) return false
  const query = `Slot?_id=${slot.replace('Slot/', '')}&status=${states}`
  const late = rest(3_000).then(() => [])
  const found = await Promise.race([cell.search<Slot>(query).catch(() => []), late])
  return found.length > 0
}
