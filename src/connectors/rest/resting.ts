import type { OutboundResponse } from '../../auth/outbound.ts'

/** A partner has asked to be left alone for a while: it was not called. */
export class RestingError extends Error {
  readonly seconds: number

  constructor(seconds: number) {
    super(`The partner has asked not to be called for ${seconds} s`)
    this.name = 'RestingError'
    this.seconds = seconds
  }
}

/** However long a partner says: after so long it is asked again. */
const longestSeconds = 3600

/** The seconds that an answer asks to wait: a number, or a date. Source: RFC 9110, 10.2.3. */
export function retryAfterOf({ headers }: Pick<OutboundResponse, 'headers'>, now: Date): number | undefined {
  const text = headers['retry-after']?.trim()
  if (!text) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now.getTime()) / 1000)
  return seconds > 0 ? Math.min(seconds, longestSeconds) : undefined
}

export interface RestingDesk {
  clock: () => Date
  /** Small state that gateways share. */
  recall(key: string): Promise<string | undefined>
  remember(key: string, value: string): Promise<void>
}

const restsUntil = 'rests-until'

/**
 * Keeps from calling a partner for as long as it asks, whoever wants to: what is read and what is sent go by one limit,
 * by whichever gateway.
 */
export function restingFor({ clock, recall, remember }: RestingDesk) {
  return {
    /** Fails: RestingError while the partner is to be left alone. */
    async refuse(): Promise<void> {
      const until = await recall(restsUntil)
      const seconds = until === undefined ? 0 : Math.ceil((Date.parse(until) - clock().getTime()) / 1000)
      if (seconds > 0) throw new RestingError(seconds)
    },
    /** Looks at an answer: 429 and 503 may ask to wait. */
    async note(answer: OutboundResponse): Promise<void> {
      if (answer.status !== 429 && answer.status !== 503) return
      const seconds = retryAfterOf(answer, clock())
      if (seconds === undefined) return
      await remember(restsUntil, new Date(clock().getTime() + seconds * 1000).toISOString())
    },
  }
}
