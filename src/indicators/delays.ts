/**
 * Delays, counted by the minute: as many numbers as there are different ones, however many delays.
 *
 * A quantile is the shortest of them that so large a share does not exceed. Source: PostgreSQL, percentile_disc.
 */
export class Delays {
  #byMinute = new Map<number, number>()
  #count = 0
  #sum = 0

  add(ms: number): void {
    const minutes = Math.round(ms / 60_000)
    this.#byMinute.set(minutes, (this.#byMinute.get(minutes) ?? 0) + 1)
    this.#count++
    this.#sum += minutes
  }

  get count(): number {
    return this.#count
  }

  /** Minutes; undefined when there are no delays. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count
  }

  /** Minutes; undefined when there are no delays. */
  quantile(share: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(share * this.#count))
    let seen = 0
    for (const minutes of [...this.#byMinute.keys()].sort((a, b) => a - b)) {
      seen += this.#byMinute.get(minutes) ?? 0
      if (seen >= wanted) return minutes
    }
    return undefined
  }
}
