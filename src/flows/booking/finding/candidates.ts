import type { Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../../auth/actor.ts'
import type { Kept, OfferQuery } from '../../../store/index.ts'
import type { Diary } from '../../slots/diaries.ts'
import { limitsOf } from '../../slots/limits.ts'
import { reservationOf } from '../../slots/rules.ts'
import type { Desk } from '../../step.ts'
import { isOpen, minutesNeeded } from './eligible.ts'
import type { Needs } from './needs.ts'
import type { Wish } from './wish.ts'

/** A place that could be had: its slot, whose diary it is in, and what it is ranked by. */
export interface Candidate {
  slot: Kept<Slot>
  diary: Diary
  reserved: boolean
  inWindow: boolean
}

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

/**
 * The earliest places of one kind that can be had in a span: so many, and all that begin together with the last of them.
 * Of what is not eligible nobody says how much there is, so it is looked on until there are enough.
 */
export async function earliest(
  search: Search,
  span: Span,
  kind: { reserved: boolean; inWindow: boolean },
  count: number,
): Promise<Candidate[]> {
  const found: Candidate[] = []
  let after: OfferQuery['after']
  for (let most = count + margin; ; most = Math.min(most * 2, mostAtOnce)) {
    const slots = await offered(search, {
      ...span,
      reserved: kind.reserved,
      count: most,
      ...(after && { after }),
    })
    found.push(...candidatesIn(slots, search, kind.inWindow))
    const last = slots.at(-1)
    const enough = found[count - 1]
    if (slots.length < most || !last) return found
    if (enough && Date.parse(last.start) > Date.parse(enough.slot.start)) return found
    after = { start: last.start, id: last.id }
  }
}

/** The first places of each diary, whatever they are: to know where there are any. */
export async function anyOf(search: Search, span: Span): Promise<Candidate[]> {
  const { diaries } = search
  if (diaries.length === 0) return []
  const slots = await offered(search, { ...span, reserved: 'either', count: diaries.length * 2, each: 1 })
  return candidatesIn(slots, search, true)
}

async function offered(
  { desk: { store, actor }, diaries, needs }: Search,
  query: Omit<OfferQuery, 'diaries' | 'exams'>,
): Promise<Kept<Slot>[]> {
  if (diaries.length === 0 || Date.parse(query.from) >= Date.parse(query.to)) return []
  const asked = diaries.map((diary) => ({ reference: diary.reference, ...keysTo(diary, actor) }))
  const rows = await store.offers({ ...query, diaries: asked, exams: needs.exams })
  // Bodies are what the store keeps: Slots, complete.
  return rows.map(({ body }) => JSON.parse(body) as Kept<Slot>)
}

/** Of an actor's keys, those that may open something in a diary. */
function keysTo({ peer }: Diary, { sight }: Actor): { keys?: readonly string[] } {
  if (sight === 'all') return {}
  return { keys: sight.filter((key) => !key.includes('@') || key.endsWith(`@${peer}`)) }
}

function candidatesIn(slots: readonly Kept<Slot>[], search: Search, inWindow: boolean): Candidate[] {
  const { wish, needs } = search
  const byReference = new Map(search.diaries.map((diary) => [diary.reference, diary]))
  return slots.flatMap((slot) => {
    const diary = byReference.get(slot.schedule.reference ?? '')
    if (!diary || !isOpen(slot, diary, wish, needs)) return []
    if (minutesIn(slot) < minutesNeeded(diary, needs, { ...diary.limits, ...limitsOf(slot) })) return []
    return [{ slot, diary, reserved: reservationOf(slot) !== undefined, inWindow }]
  })
}

export const minutesIn = ({ start, end }: Slot) => (Date.parse(end) - Date.parse(start)) / 60_000
