/** A clock that goes on as clocks do, from now or from an instant, and that a test turns forward. */
export interface TurnableClock {
  (): Date
  turn(span: { seconds?: number; minutes?: number; hours?: number; days?: number }): void
}

export function turnableClock(from?: string): TurnableClock {
  let aheadMs = from === undefined ? 0 : Date.parse(from) - Date.now()
  const clock = () => new Date(Date.now() + aheadMs)
  return Object.assign(clock, {
    turn: ({ seconds = 0, minutes = 0, hours = 0, days = 0 }) => {
      aheadMs += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    },
  })
}

/** Looks again and again until it is so. Fails, with what was seen last, when it does not come true in time. */
export async function until<T>(
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean = Boolean,
  withinMs = 60_000,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > end) {
      throw new Error(`It did not come true in time; seen last: ${JSON.stringify(seen)?.slice(0, 1500)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}
