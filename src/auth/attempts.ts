import { OAuthFault } from './oauth.ts'

/** Counts attempts that failed, so that guessing is slow. */
export interface Attempts {
  /** Fails: OAuthFault slow_down when there were too many. */
  check(by: string): void
  failed(by: string): void
}

export interface AttemptLimits {
  /** Failures that are let pass in one window. */
  most: number
  windowMs: number
}

/** So many are counted; the oldest goes first. */
const counted = 20_000

/**
 * Failed attempts in the memory of this gateway, bounded: a limit on load and guessing, not a promise, so
 * several gateways need not share it. Each window starts with its first failure.
 */
export function openAttempts(clock: () => Date, { most, windowMs }: AttemptLimits): Attempts {
  const windows = new Map<string, { failures: number; until: number }>()

  const current = (key: string) => {
    const window = windows.get(key)
    return window && clock().getTime() < window.until ? window : undefined
  }

  return {
    check(by) {
      const window = current(by)
      if (!window || window.failures < most) return
      const waitSeconds = Math.ceil((window.until - clock().getTime()) / 1000)
      throw new OAuthFault('slow_down', 'Too many failed attempts. Try again later.', {}, waitSeconds)
    },

    failed(by) {
      const window = current(by) ?? { failures: 0, until: clock().getTime() + windowMs }
      windows.delete(by)
      windows.set(by, { ...window, failures: window.failures + 1 })
      for (const oldest of windows.keys()) {
        if (windows.size <= counted) break
        windows.delete(oldest)
      }
    },
  }
}
