import { delayMs, type Retry } from './retry.ts'

/** Nobody is left alone for longer: a partner that is back is noticed soon. */
const longestRestMs = 30_000
/** A line that has dropped once often stands again at once: it rests for this part of what a message would wait. */
const firstPart = 4

/**
 * Whether anything gets through to a peer. After a line has failed, nothing is tried for a while, ever longer; then one
 * message is, and what waits follows when that gets through. So a dead peer costs one try, whatever waits for it.
 */
export class Fuse {
  readonly #retry: Retry
  readonly #now: () => number
  #failures = 0
  #notBefore = 0

  /** `now`: milliseconds on a clock that only goes forward. */
  constructor(retry: Retry, now: () => number = () => performance.now()) {
    this.#retry = retry
    this.#now = now
  }

  /** For how long nothing need be tried, in milliseconds. */
  get restMs(): number {
    return Math.max(0, this.#notBefore - this.#now())
  }

  /** The last try did not get through: one at a time will do. */
  get isBlown(): boolean {
    return this.#failures > 0
  }

  /** Notes that nothing got through; comes back with how long to wait. `askedMs`: as the peer has asked. */
  blow(askedMs = 0): number {
    if (this.restMs > 0) return this.restMs // others were in hand when it failed
    const waitMs = Math.min(longestRestMs, delayMs(this.#failures, this.#retry) / firstPart)
    this.#failures++
    this.#notBefore = this.#now() + Math.max(askedMs, waitMs)
    return this.restMs
  }

  /** Notes that something got through, whatever was answered. */
  mend(): void {
    this.#failures = 0
    this.#notBefore = 0
  }
}
