import type { Log } from '../log.ts'
import type { Lines } from '../store/index.ts'

export interface OwningDesk {
  lines: Pick<Lines, 'share' | 'giveBack'>
  log: Log
  clock: () => Date
  /** Who asks: one name a process. */
  holder: string
  leaseMs: number
  /** Whether something is under way by a line. */
  isBusy(name: string): boolean
  /** Told of each line that has become another's while something was under way by it. */
  lost(name: string): void
}

/**
 * Which lines are this gateway's: of several on one store, one at a time sends by a line that takes one connection.
 *
 * Lines are shared out evenly, on leases that are renewed. A gateway that cannot renew them has none when they end; one
 * that has more than its part, since another has come, gives back what is idle.
 */
export class Owning {
  readonly #names: readonly string[]
  readonly #desk: OwningDesk
  #own: ReadonlySet<string> = new Set()
  #until = 0

  constructor(names: readonly string[], desk: OwningDesk) {
    this.#names = names
    this.#desk = desk
  }

  /** Whether something may begin on a line now. Lines that take any number of connections are everybody's. */
  may(name: string): boolean {
    if (!this.#names.includes(name)) return true
    return this.#own.has(name) && performance.now() < this.#until
  }

  /** Asks for this gateway's part, until a lease from now. True when it has got lines that it had not. */
  async ask(): Promise<boolean> {
    if (this.#names.length === 0) return false
    const { lines, holder, leaseMs, clock, isBusy, lost } = this.#desk
    const [asked, at] = [performance.now(), clock().getTime()]
    const busy = this.#names.filter(isBusy)
    const { own, ending } = await lines.share({
      names: this.#names,
      busy,
      holder,
      at: new Date(at).toISOString(),
      until: new Date(at + leaseMs).toISOString(),
    })
    const isMore = own.some((name) => !this.#own.has(name))
    this.#own = new Set(own)
    this.#until = asked + leaseMs
    for (const name of busy) if (!own.includes(name) && !ending.includes(name)) lost(name)
    return isMore
  }

  /** Gives all lines back, for others to take at once. */
  async end(): Promise<void> {
    this.#own = new Set()
    if (this.#names.length > 0) await this.#desk.lines.giveBack(this.#desk.holder)
  }
}
