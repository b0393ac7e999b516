/** That the gateway is stopping, and how long what is in hand may still take. */
export interface Stopping {
  readonly isAsked: boolean
  /** From now on nothing new is begun. */
  ask(): void
  /** Milliseconds until whatever is not finished is broken off. */
  readonly leftMs: () => number
}

/** What is in hand when a gateway is told to stop has so long, all together. */
const graceMs = 30_000

export function stopping(): Stopping {
  let askedAt: number | undefined
  return {
    get isAsked() {
      return askedAt !== undefined
    },
    ask() {
      askedAt ??= performance.now()
    },
    leftMs: () => Math.max(0, graceMs - (askedAt === undefined ? 0 : performance.now() - askedAt)),
  }
}
