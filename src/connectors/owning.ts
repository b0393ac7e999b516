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
  /** Told of each line that this gateway had and has no longer, with nothing under way by it. */
  left(name: string): void
}

/**
 * Which lines are this gateway's: of several on one store, one at a time sends by a line that takes one connection.
 *
 * Lines are shared out evenly, on leases that are renewed. A gateway that cannot renew them has none when they end; one
 * that has more than its part, since another has come, gives back what is idle. Whoever gives a line back hangs up.
 */
export class Owning {
  readonly #names: readonly string[]
  readonly #desk: OwningDesk
  #own: ReadonlySet<string> = new Set()
  /** Its own, and those that it gives up once nothing is under way by them. */
  #held: ReadonlySet<string> = new Set()
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
    if (asked >= this.#until) this.#keep([])
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
    this.#keep([...own, ...ending])
    return isMore
  }

  #keep(held: readonly string[]): void {
    for (const name of this.#held) if (!held.includes(name)) this.#desk.left(name)
    this.#held = new Set(held)
  }

  /** Gives all lines back, for others to take at once. */
  async end(): Promise<void> {
    this.#own = new Set()
    this.#keep([])
    if (this.#names.length > 0) await this.#desk.lines.giveBack(this.#desk.holder)
  }
}
