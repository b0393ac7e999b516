import { parseDate, untilOf } from '../../../fhir/dates.ts'
import { dayIn } from '../../../fhir/zone.ts'
import { type Candidate, earliest, endOf, type Search, type Span } from './candidates.ts'

/** One exam of a visit, with the other where it can be had, and how they stand to each other. */
export interface Visit {
  first: Candidate
  second?: Candidate
  how: (typeof order)[number]
}

/** As much time as there may be between two exams that are one after the other. */
const adjacentMs = 15 * 60_000
/** So many places of the other exam are looked at: of one day at one centre, where there are hardly more, and beyond it. */
const looked = { inDay: 500, apart: 100 }

const order = ['visit-adjacent', 'visit-same-day', 'visit-split', 'visit-incomplete'] as const

/**
 * Each of the best places for one exam with the place for the other that suits it best: one after the other, else on the
 * same day at the same centre, else apart; alone where there is none. The visits that are least apart come first; else the
 * order stays.
 */
export async function visitsOf(best: readonly Candidate[], other: Search, span: Span): Promise<Visit[]> {
  const days = Map.groupBy(best, keyOf)
  const together = await Promise.all(
    [...days.values()].map(async (firsts) => {
      const others = await placesOnDayOf(firsts[0] as Candidate, other, span) // groups are not empty
      return firsts.map((first) => visitWith(first, others))
    }),
  )
  const near = together.flat()
  const isApart = near.some(({ second }) => !second)
  const far = isApart ? await placesOf(other, span, looked.apart) : []
  const visits = near.map((visit) => (visit.second ? visit : visitWith(visit.first, far)))
  const rankOf = new Map(best.map((first, n) => [first, n]))
  const place = ({ first }: Visit) => rankOf.get(first) ?? 0
  return visits.sort((a, b) => order.indexOf(a.how) - order.indexOf(b.how) || place(a) - place(b))
}

const dayOf = ({ slot, diary }: Candidate) => dayIn(diary.zone, slot.start)
const keyOf = (candidate: Candidate) => `${candidate.diary.centre} ${dayOf(candidate)}`

/** Places for the other exam at the centre of a place, on its day. */
function placesOnDayOf(first: Candidate, other: Search, { from, to }: Span): Promise<Candidate[]> {
  const { centre, zone } = first.diary
  const day = parseDate(dayOf(first), zone)
  if (!day) throw new Error('A day of the calendar is none')
  const diaries = other.diaries.filter((diary) => diary.centre === centre)
  const span = {
    from: new Date(Math.max(Date.parse(from), day.low)).toISOString(),
    to: new Date(Math.min(Date.parse(to), untilOf(day))).toISOString(),
  }
  return placesOf({ ...other, diaries }, span, looked.inDay)
}

async function placesOf(search: Search, span: Span, count: number): Promise<Candidate[]> {
  const kinds = [true, false].map((reserved) => earliest(search, span, { reserved, inWindow: true }, count))
  return (await Promise.all(kinds)).flat()
}

function visitWith(first: Candidate, others: readonly Candidate[]): Visit {
  const free = others.filter((second) => gapMs(first, second) >= 0 && second.slot.id !== first.slot.id)
  const ranked = free
    .map((second) => ({ first, second, how: howFar(first, second) }))
    .sort(
      (a, b) =>
        order.indexOf(a.how) - order.indexOf(b.how) || gapMs(first, a.second) - gapMs(first, b.second),
    )
  return ranked[0] ?? { first, how: 'visit-incomplete' }
}

/** The time between two places; below nothing when they overlap. */
function gapMs(a: Candidate, b: Candidate): number {
  const after = (one: Candidate, other: Candidate) => Date.parse(other.slot.start) - Date.parse(endOf(one))
  return Math.max(after(a, b), after(b, a))
}

function howFar(first: Candidate, second: Candidate): Visit['how'] {
  if (keyOf(first) !== keyOf(second)) return 'visit-split'
  return gapMs(first, second) <= adjacentMs ? 'visit-adjacent' : 'visit-same-day'
}
