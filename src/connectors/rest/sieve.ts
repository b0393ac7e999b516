import { createHash } from 'node:crypto'
import { usualRetry } from '../retry.ts'
import type { Handed } from './handed.ts'

/** Hands in some of a list. `isAll`: nothing else is there. */
type Hand<T> = (items: readonly T[], isAll: boolean) => Promise<Handed>

/** Hands in what can be taken of what a partner says, whatever else it says. */
export interface Sieve {
  /**
   * A list, as one thing, or what is good of it. By halves: one bad entry of a thousand is found with twenty tries.
   * Fails, after the others were handed in, when one failed that is to be tried again.
   */
  whole<T>(items: readonly T[], hand: Hand<T>): Promise<void>
  /** Each by itself. Fails, after all were handed in, when some could not be taken now. */
  each<T>(items: readonly T[], hand: (item: T) => Promise<Handed>): Promise<void>
}

/** How long what was refused is left out before it is tried again: rules and maps may have changed. */
const againMs = 3_600_000
/** So many that were not taken are remembered; the oldest are forgotten, and tried again. */
const mostRemembered = 10_000
/** When so many of one list fail by a fault of ours, it is not for what they say: the others are left for the next look. */
const mostFaults = 3

/**
 * A sieve that remembers: what a partner says wrongly is refused, and told, once, and not again at each look until it
 * says something else there. What fails by a fault of ours is tried a few times, and then left out as long.
 */
export function openSieve(clock: () => Date): Sieve {
  const refusedAt = new Map<string, number>()
  const failures = new Map<string, number>()
  const isRefused = (item: unknown) =>
    clock().getTime() - (refusedAt.get(digestOf(item)) ?? -Infinity) < againMs

  /** Leaves one out that was not taken. Fails when it failed, and is to be tried again. */
  const leaveOut = (item: unknown, handed: Handed) => {
    const digest = digestOf(item)
    const tries = (failures.get(digest) ?? 0) + 1
    if (handed === 'failed' && tries < usualRetry.fewTimes) {
      remember(failures, digest, tries)
      throw new Error('What the partner said could not be taken: it is tried again')
    }
    failures.delete(digest)
    remember(refusedAt, digest, clock().getTime())
  }

  /** The good ones of a list that was not taken as a whole; notes why others must be tried again. */
  const sifted = async <T>(
    left: readonly T[],
    handed: Handed,
    hand: Hand<T>,
    again: unknown[],
  ): Promise<readonly T[]> => {
    const [only] = left
    if (left.length === 1 && only !== undefined) noting(() => leaveOut(only, handed), again)
    if (again.length === mostFaults) refuseUnheard(again)
    if (left.length <= 1) return []
    const middle = Math.ceil(left.length / 2)
    const good: T[] = []
    for (const half of [left.slice(0, middle), left.slice(middle)]) {
      const end = await hand(half, false)
      good.push(...(end === 'taken' ? half : await sifted(half, end, hand, again)))
    }
    return good
  }

  return {
    async whole(items, hand) {
      const left = items.filter((item) => !isRefused(item))
      const handed = await hand(left, true)
      if (handed === 'taken') return
      const again: unknown[] = []
      const good = await sifted(left, handed, hand, again)
      // What is to be tried again is there: nothing is said of what else is.
      if (again.length === 0) await hand(good, true)
      refuseUnheard(again)
    },
    async each(items, hand) {
      const again: unknown[] = []
      for (const item of items.filter((one) => !isRefused(one))) {
        const handed = await hand(item).catch((thrown) => void again.push(thrown))
        if (handed && handed !== 'taken') noting(() => leaveOut(item, handed), again)
      }
      refuseUnheard(again)
    },
  }
}

function noting(step: () => void, troubles: unknown[]): void {
  try {
    step()
  } catch (thrown) {
    troubles.push(thrown)
  }
}

function refuseUnheard(troubles: readonly unknown[]): void {
  if (troubles.length > 0)
    throw new AggregateError(troubles, 'Some of what the partner said could not be taken now')
}

function remember(map: Map<string, number>, digest: string, value: number): void {
  map.delete(digest)
  map.set(digest, value)
  for (const oldest of map.keys()) {
    if (map.size <= mostRemembered) break
    map.delete(oldest)
  }
}

const digestOf = (item: unknown) => createHash('sha256').update(JSON.stringify(item)).digest('base64')
