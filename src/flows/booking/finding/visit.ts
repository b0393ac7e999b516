import { instantIn } from '../../../fhir/zone.ts'
import { type Candidate, earliest, endOf, type Search, type Span } from './candidates.ts'
import type { Reason } from './words.ts'

/** Two exams of one visit, and how they stand to each other. */
export interface Pair {
  first: Candidate
  second: Candidate
  how: Extract<Reason, 'visit-adjacent' | 'visit-same-day' | 'visit-split'>
}

/** As much time as there may be between two exams that are one after the other. */
const adjacentMs = 15 * 60_000
/** So many places of the other exam are looked at. */
const looked = 100

const order = ['visit-adjacent', 'visit-same-day', 'visit-split'] as const

/**
 * Each of the best places for one exam with the place for the other that suits it best: one after the other, else on the
 * same day at the same centre, else apart. The visits that are least apart come first; else the order stays.
 */
export async function pairsOf(best: readonly Candidate[], other: Search, span: Span): Promise<Pair[]> {
  const found = await Promise.all(
    [true, false].map((reserved) => earliest(other, span, { reserved, inWindow: true }, looked)),
  )
  const pairs = best.flatMap((first) => pairWith(first, found.flat()) ?? [])
  return pairs
    .map((pair, n) => [pair, n] as const)
    .sort(([a, n], [b, m]) => order.indexOf(a.how) - order.indexOf(b.how) || n - m)
    .map(([pair]) => pair)
}

function pairWith(first: Candidate, others: readonly Candidate[]): Pair | undefined {
  const free = others.filter((second) => gapMs(first, second) >= 0 && second.slot.id !== first.slot.id)
  const ranked = free
    .map((second) => ({ first, second, how: howFar(first, second) }))
    .sort(
      (a, b) =>
        order.indexOf(a.how) - order.indexOf(b.how) || gapMs(first, a.second) - gapMs(first, b.second),
    )
  return ranked[0]
}

/** The time between two places; below nothing when they overlap. */
function gapMs(a: Candidate, b: Candidate): number {
  const after = (one: Candidate, other: Candidate) => Date.parse(other.slot.start) - Date.parse(endOf(one))
  return Math.max(after(a, b), after(b, a))
}

function howFar(first: Candidate, second: Candidate): Pair['how'] {
  const day = ({ slot, diary }: Candidate) => instantIn(diary.zone, slot.start).slice(0, 10)
  if (first.diary.centre !== second.diary.centre || day(first) !== day(second)) return 'visit-split'
  return gapMs(first, second) <= adjacentMs ? 'visit-adjacent' : 'visit-same-day'
}
