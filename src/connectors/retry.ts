/** When something that could not leave is tried again, and when it is given up. */
export interface Retry {
  /** Wait after the first try. */
  firstMs: number
  /** Each wait is so many times the one before. */
  factor: number
  /** No wait is longer. */
  mostMs: number
  /** From when it was queued; what it waits for a line that is held comes on top. */
  giveUpAfterMs: number
  /** How often we try when the fault is ours. */
  fewTimes: number
}

export const usualRetry: Retry = {
  firstMs: 1_000,
  factor: 2,
  mostMs: 300_000,
  giveUpAfterMs: 3 * 86_400_000,
  fewTimes: 5,
}

/** The wait after a try; `attempts` were before it. Up to a quarter more or less, so that not all come back at once. */
export function delayMs(attempts: number, { firstMs, factor, mostMs }: Retry, random = Math.random): number {
  const plain = Math.min(mostMs, firstMs * factor ** Math.min(attempts, 64))
  return Math.round(plain * (0.75 + random() / 2))
}
