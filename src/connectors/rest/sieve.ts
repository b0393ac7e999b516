import { createHash } from 'node:crypto'

/** Hands in some of a list: true when they were taken, false when they are refused for good. `isAll`: nothing else is there. */
export type Hand<T> = (items: readonly T[], isAll: boolean) => Promise<boolean>

/** Hands in what can be taken of a list, whatever else is in it. */
export type Sieve<T> = (items: readonly T[], hand: Hand<T>) => Promise<void>

/** How long what was refused is left out before it is tried again: rules and maps may have changed. */
const againMs = 3_600_000
/** So many refused ones are remembered; the oldest are forgotten, and tried again. */
const mostRefused = 10_000

/**
 * A sieve that remembers: what a partner says wrongly is refused, and told, once, and not again at each look until it
 * says something else there. By halves: one bad entry of a thousand is found with twenty tries.
 */
export function openSieve<T>(clock: () => Date): Sieve<T> {
  const refusedAt = new Map<string, number>()
  const isRefused = (item: T) => clock().getTime() - (refusedAt.get(digestOf(item)) ?? -Infinity) < againMs

  const refuse = (item: T) => {
    refusedAt.set(digestOf(item), clock().getTime())
    for (const oldest of refusedAt.keys()) {
      if (refusedAt.size <= mostRefused) break
      refusedAt.delete(oldest)
    }
  }

  /** The good ones of a list that was refused as a whole. */
  const sifted = async (refused: readonly T[], hand: Hand<T>): Promise<readonly T[]> => {
    const [only] = refused
    if (refused.length === 1 && only !== undefined) refuse(only)
    if (refused.length <= 1) return []
    const middle = Math.ceil(refused.length / 2)
    const good: T[] = []
    for (const half of [refused.slice(0, middle), refused.slice(middle)]) {
      good.push(...((await hand(half, false)) ? half : await sifted(half, hand)))
    }
    return good
  }

  return async (items, hand) => {
    const left = items.filter((item) => !isRefused(item))
    if (await hand(left, true)) return
    await hand(await sifted(left, hand), true)
  }
}

const digestOf = (item: unknown) => createHash('sha256').update(JSON.stringify(item)).digest('base64')
