import type { Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../../auth/actor.ts'
import { dayIn } from '../../../fhir/zone.ts'
import type { Kept, Offer, OfferQuery } from '../../../store/index.ts'
import type { Diary } from '../../slots/diaries.ts'
import { limitsOf } from '../../slots/limits.ts'
import { reservationOf } from '../../slots/rules.ts'
import type { Desk } from '../../step.ts'
import { isOpen, isTaken, isTimed, minutesNeeded } from './eligible.ts'
import { type Beginnings, byBeginning, chainFrom, isJoinable, minutesOf } from './joined.ts'
import type { Needs } from './needs.ts'
import type { Wish } from './wish.ts'

/** A place that could be had: its slot, whose diary it is in, and what it is ranked by. */
export interface Candidate {
  slot: Kept<Slot>
  /** Those that are joined to it, in order: it is too short alone. */
  joined?: readonly Kept<Slot>[]
  diary: Diary
  reserved: boolean
  inWindow: boolean
}

/** When a place ends: instant. */
export const endOf = ({ slot, joined = [] }: Candidate): string => joined.at(-1)?.end ?? slot.end

/** Instants, end exclusive. */
export interface Span {
  from: string
  to: string
}

export interface Search {
  wish: Wish
  needs: Needs
  diaries: readonly Diary[]
  desk: Pick<Desk, 'store' | 'actor' | 'territory'>
}

/** Slots in one look: more than are wanted, for some may not do. */
const margin = 4
const mostAtOnce = 200

/** The earliest slots of a kind in a span, at most so many. */
export interface Look {
  slots: readonly Kept<Slot>[]
  most: number
}

/** A first look for so many places of each kind, reserved and not, in one statement. */
export async function firstLook(
  search: Search,
  span: Span,
  count: number,
): Promise<Readonly<Record<'reserved' | 'open', Look>>> {
  const most = count + margin
  const offers = await offersFor(search, { ...span, reserved: 'each', count: most })
  const slotsOf = (kind: boolean) => offers.filter(({ reserved }) => reserved === kind).map(slotIn)
  return { reserved: { slots: slotsOf(true), most }, open: { slots: slotsOf(false), most } }
}

/**
 * The earliest places of one kind that can be had in a span: so many, and all that begin together with the last of them.
 * Of what is not eligible nobody says how much there is, so it is looked on until there are enough. All slots of a place
 * begin in the span. `first`: what has been looked at already.
 */
export async function earliest(
  search: Search,
  span: Span,
  kind: { reserved: boolean; inWindow: boolean },
  count: number,
  first?: Look,
): Promise<Candidate[]> {
  const found: Candidate[] = []
  let after: OfferQuery['after']
  let undecided: Kept<Slot>[] = []
  for (let most = first?.most ?? count + margin; ; most = Math.min(most * 2, mostAtOnce)) {
    const slots =
      first && !after
        ? first.slots
        : await offered(search, { ...span, reserved: kind.reserved, count: most, ...(after && { after }) })
    const read = [...undecided, ...slots]
    const last = slots.length < most ? undefined : slots.at(-1)
    const decided = candidatesIn(read, search, kind.inWindow, last)
    found.push(...decided.candidates)
    undecided = decided.rest
    if (!last) return found
    const [enough, next = last] = [found[count - 1], undecided[0]]
    if (enough && Date.parse(next.start) > Date.parse(enough.slot.start)) return found
    after = { start: last.start, id: last.id }
  }
}

/** The first places of each diary, whatever they are: to know where there are any. */
export async function anyOf(search: Search, span: Span): Promise<Candidate[]> {
  const { diaries, needs } = search
  if (diaries.length === 0) return []
  const slots = await offered(search, { ...span, reserved: 'either', count: diaries.length * 2, each: 1 })
  const { candidates } = candidatesIn(slots, search, true, undefined)
  const found = new Set(candidates.map(({ diary }) => diary))
  // One slot that does not do says nothing of those after it: its diary is looked at by itself.
  const undecided = diaries.filter(
    (diary) =>
      !found.has(diary) &&
      slots.some((slot) => slot.schedule.reference === diary.reference && mayBeFollowed(slot, diary, needs)),
  )
  const more = undecided.flatMap((diary) =>
    [true, false].map((reserved) =>
      earliest({ ...search, diaries: [diary] }, span, { reserved, inWindow: true }, 1),
    ),
  )
  return [...candidates, ...(await Promise.all(more)).flat()]
}

/** Whether it may be this slot alone that does not do: what its diary does not take, it takes at no time. */
const mayBeFollowed = (slot: Slot, diary: Diary, needs: Needs): boolean =>
  Object.keys(limitsOf(slot)).length > 0 || isTaken(diary.limits, needs, dayIn(diary.zone, slot.start))

const offered = async (search: Search, query: Omit<OfferQuery, 'diaries' | 'exams'>): Promise<Kept<Slot>[]> =>
  (await offersFor(search, query)).map(slotIn)

async function offersFor(
  { desk: { store, actor }, diaries, needs }: Search,
  query: Omit<OfferQuery, 'diaries' | 'exams'>,
): Promise<Offer[]> {
  if (diaries.length === 0 || Date.parse(query.from) >= Date.parse(query.to)) return []
  const asked = diaries.map((diary) => ({ reference: diary.reference, ...keysTo(diary, actor) }))
  return store.offers({ ...query, diaries: asked, exams: needs.exams })
}

/** Bodies are what the store keeps: Slots, complete. */
const slotIn = ({ body }: Offer) => JSON.parse(body) as Kept<Slot>

/** Of an actor's keys, those that may open something in a diary. */
function keysTo({ peer }: Diary, { sight }: Actor): { keys?: readonly string[] } {
  if (sight === 'all') return {}
  return { keys: sight.filter((key) => !key.includes('@') || key.endsWith(`@${peer}`)) }
}

/**
 * The places that slots in order of time make up. `last` is the last that was read, when there is more behind it: from
 * the first slot on that something behind it may be joined to, they come back as the rest.
 */
function candidatesIn(
  slots: readonly Kept<Slot>[],
  search: Search,
  inWindow: boolean,
  last: Kept<Slot> | undefined,
): { candidates: Candidate[]; rest: Kept<Slot>[] } {
  const byReference = new Map(search.diaries.map((diary) => [diary.reference, diary]))
  const beginnings = byBeginning(slots)
  const candidates: Candidate[] = []
  for (const [n, slot] of slots.entries()) {
    const diary = byReference.get(slot.schedule.reference ?? '')
    if (!diary || !isTimed(slot, diary, search.wish)) continue
    const place = placeFrom(slot, diary, beginnings, search)
    if (place === undefined) continue
    const [, ...joined] = place.chain
    if (place.isLong) {
      const reserved = reservationOf(slot) !== undefined
      candidates.push({ slot, diary, reserved, inWindow, ...(joined.length > 0 && { joined }) })
    } else if (last && isJoinable(slot, diary) && Date.parse(place.end) >= Date.parse(last.start)) {
      return { candidates, rest: slots.slice(n) }
    }
  }
  return { candidates, rest: [] }
}

/** What begins with a slot: with what is joined to it, and whether that is long enough. Undefined when it cannot be had. */
function placeFrom(slot: Kept<Slot>, diary: Diary, beginnings: Beginnings, { needs }: Search) {
  const needed = minutesNeeded(diary, needs, { ...diary.limits, ...limitsOf(slot) })
  const chain = chainFrom(slot, needed, beginnings, diary)
  if (!chain.every((one) => isOpen(one, diary, needs))) return undefined
  return { chain, isLong: minutesOf(chain) >= needed, end: (chain.at(-1) ?? slot).end }
}
