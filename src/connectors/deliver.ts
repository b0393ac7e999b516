import { randomUUID } from 'node:crypto'
import type { Log } from '../log.ts'
import type { Departure, DepartureRow, Lease, Room, Settlement, Store } from '../store/index.ts'
import { attempt, type Outlet, type Tried } from './attempt.ts'
import { Fuse } from './fuse.ts'
import { Owning } from './owning.ts'
import { usualRetry } from './retry.ts'

export type { Outlet } from './attempt.ts'

/** How a departure ended. */
export interface Ended {
  departure: DepartureRow
  /** `sent`; `dead`: refused, or given up; `parked`: it waits for a person, as we cannot say it. */
  status: 'sent' | 'dead' | 'parked'
  /** Code and place, never a patient. */
  reason?: string
  /** The note of it, for whoever writes that together with what follows from it. */
  settlement: Settlement
}

export interface DeliverOptions {
  store: Pick<Store, 'outbox' | 'onChange' | 'lines'>
  links: readonly Outlet[]
  log: Log
  clock: () => Date
  /** Told before the end is noted, and again if we stop between the two. `noted`: it has written the note itself. */
  onEnd?: (ended: Ended) => Promise<'noted' | 'open'>
  /** Told of each try, once its end has been noted. */
  onTried?: (tried: TriedOnce) => void
  /** How many leave at once to one peer. There is no other bound: peers that are dead must not use up those of others. */
  atOncePerPeer?: number
  /** What is in hand is another gateway's to take so long after this one was last heard of. */
  leaseMs?: number
  /** A try that takes longer is given up. */
  tryMs?: number
  /** True once the gateway ends: what requests in hand still write leaves, of what waits nothing more is begun. */
  isStopping?: () => boolean
  /** How long what is in hand may take when we close. */
  drainMs?: number | (() => number)
}

/** A try that has been made. */
export interface TriedOnce {
  departure: DepartureRow
  status: Settlement['status']
  /** How long it took. */
  ms: number
}

/**
 * Empties the outbox: from now on, whatever is due leaves by the line of its peer.
 *
 * Those of one lane leave in order; lanes leave side by side, only so many to one peer, so that a dead one delays
 * none. What a peer refuses is dead; what it cannot take now is tried again, ever later, until it is given up. While
 * nothing gets through to a peer, one message finds out whether it is back. A peer may get a message twice, under the
 * same id, if we stop between its acceptance and our note of it.
 *
 * Several gateways share one outbox by leases, renewed in one statement while something is in hand. What this gateway
 * writes is in its hand with the write, and what is next in a lane comes with the note of the one before it: the outbox
 * is looked through only for what waits, or was left by others. Whoever has lost a lease (it was paused for longer) stops
 * what it tries; of that, only what has gone out is noted.
 *
 * A line that takes one connection is one gateway's at a time; the lines are shared out among the gateways.
 *
 * On close nothing more is begun; what is in hand is finished, or handed back for others to take at once.
 */
export function deliver(options: DeliverOptions): Delivering {
  return new Delivery(options)
}

/** The outbox's way out, while it is open. */
export interface Delivering extends AsyncDisposable {
  /** Whether something may be said on a line now: of several gateways it is this one's, and nobody has held it. */
  maySpeak(peer: string): Promise<boolean>
}

/** A departure that is being tried. */
interface InHand {
  departure: DepartureRow
  outlet: Outlet
  /** Aborted when it is another's by now. */
  lost: AbortController
  /** Its end is on the way to the database: what comes into its lane meanwhile may not be seen there. */
  isEnding: boolean
  done: Promise<void>
}

class Delivery implements Delivering {
  readonly #options: DeliverOptions
  readonly #outlets: ReadonlyMap<string, Outlet>
  readonly #holder = randomUUID()
  readonly #inHand = new Map<string, InHand>()
  readonly #fuses: ReadonlyMap<string, Fuse>
  readonly #owning: Owning
  readonly #stopping = new AbortController()
  readonly #open = new DisposableStack()
  readonly #done: Promise<void>
  /** Where each peer's lanes were looked through last. */
  readonly #after = new Map<string, string>()
  #isStopped = false
  /** Somebody had no room when it was last looked: more may be due. */
  #isShort = false
  #wake: () => void = () => {}

  constructor(options: DeliverOptions) {
    this.#options = options
    const outlets = options.links.filter(({ link }) => link.send !== undefined)
    this.#outlets = new Map(outlets.map((outlet) => [outlet.name, outlet]))
    this.#fuses = new Map(outlets.map(({ name, retry }) => [name, new Fuse({ ...usualRetry, ...retry })]))
    const { store, log, clock, leaseMs = defaultLeaseMs } = options
    this.#owning = new Owning(
      outlets.filter(({ link }) => link.isOneOwners).map(({ name }) => name),
      {
        lines: store.lines,
        log,
        clock,
        holder: this.#holder,
        leaseMs,
        isBusy: (peer) => this.#under(peer).length > 0,
        lost: (peer) => {
          for (const { lost } of this.#under(peer)) lost.abort()
        },
        left: (peer) => this.#outlets.get(peer)?.link.rest?.(),
      },
    )
    this.#open.use(store.onChange(({ departures }) => departures && this.#wake()))
    this.#open.use(
      store.outbox.handTo({
        lease: (peer) => (this.#room(peer) > 0 ? this.#lease() : undefined),
        take: (leased, waiting) => this.#handed(leased, waiting),
      }),
    )
    const renewing = setInterval(() => void this.#renew(), leaseMs / renewals)
    this.#open.defer(() => clearInterval(renewing))
    this.#done = this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#wake()
    const { drainMs = defaultDrainMs, log } = this.#options
    const late = setTimeout(() => this.#stopping.abort(), typeof drainMs === 'number' ? drainMs : drainMs())
    await this.#done
    while (this.#inHand.size > 0) await Promise.all([...this.#inHand.values()].map(({ done }) => done))
    this.#open[Symbol.dispose]()
    clearTimeout(late)
    await this.#owning.end().catch((thrown) => log.failed('outbox.not-given-back', thrown)) // its leases end by themselves
  }

  async maySpeak(peer: string): Promise<boolean> {
    if (this.#isEnding() || !this.#owning.may(peer)) return false
    const held = await this.#options.store.lines.held()
    return !held.some((line) => line.peer === peer)
  }

  #lease(): Lease {
    const { clock, leaseMs = defaultLeaseMs } = this.#options
    return { holder: this.#holder, until: new Date(clock().getTime() + leaseMs).toISOString() }
  }

  #isEnding(): boolean {
    return this.#isStopped || (this.#options.isStopping?.() ?? false)
  }

  /** What is in hand for a peer. */
  #under(peer: string): InHand[] {
    return [...this.#inHand.values()].filter(({ departure }) => departure.peer === peer)
  }

  /** How many more may leave to a peer now. */
  #room(peer: string): number {
    const [outlet, fuse] = [this.#outlets.get(peer), this.#fuses.get(peer)]
    if (this.#isStopped || !outlet || !fuse || fuse.restMs > 0 || !this.#owning.may(peer)) return 0
    const most = fuse.isBlown ? 1 : (outlet.atOnce ?? this.#options.atOncePerPeer ?? usualAtOnce)
    return Math.max(0, most - this.#under(peer).length)
  }

  async #run(): Promise<void> {
    await this.#renew()
    while (!this.#isStopped) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const restMs = await this.#round()
      if (restMs > 0) await slept(restMs, woken)
    }
  }

  /** Takes what is due; comes back with how long nothing more will be. */
  async #round(): Promise<number> {
    const { store, clock, log } = this.#options
    if (this.#isEnding()) return longestRestMs
    const rooms = [...this.#outlets.keys()]
      .map((peer) => ({ peer, most: this.#room(peer), after: this.#after.get(peer) ?? '' }))
      .filter(({ most }) => most > 0)
    this.#isShort = rooms.length < this.#outlets.size
    if (rooms.length === 0) return this.#restMs()
    try {
      const due = await store.outbox.claim(this.#lease(), rooms, clock().toISOString())
      for (const departure of due) this.#take(departure)
      if (this.#isToBeContinued(rooms, due)) return 0
      const now = clock()
      const next = await store.outbox.nextAt(
        rooms.map(({ peer }) => peer),
        now.toISOString(),
      )
      return Math.min(this.#restMs(), next === undefined ? longestRestMs : restUntil(next, now))
    } catch (thrown) {
      log.failed('outbox.unread', thrown)
      return 1_000
    }
  }

  /** Goes on after the last lane that gave something; true when a peer's lanes are to be looked through from the first. */
  #isToBeContinued(rooms: readonly Room[], due: readonly DepartureRow[]): boolean {
    let again = false
    for (const { peer, most, after } of rooms) {
      const lanes = due.filter((one) => one.peer === peer).map(({ lane = peer }) => lane)
      if (lanes.length >= most) {
        this.#isShort = true
        this.#after.set(
          peer,
          lanes.reduce((a, b) => (a > b ? a : b)),
        )
      } else {
        this.#after.delete(peer)
        again ||= after !== ''
      }
    }
    return again
  }

  /** How long it is until a peer that rests is to be tried again. */
  #restMs(): number {
    const rests = [...this.#fuses.values()].map(({ restMs }) => restMs).filter((ms) => ms > 0)
    return Math.min(longestRestMs, ...rests)
  }

  /** Written here a moment ago. True when somebody should look for what waits. */
  #handed(leased: readonly DepartureRow[], waiting: readonly Departure[]): boolean {
    for (const departure of leased) this.#take(departure)
    return waiting.some((departure) => !this.#comesNext(departure))
  }

  /** Whether one of its lane is in hand, and will take it along when it ends. */
  #comesNext({ peer, lane = peer }: Departure): boolean {
    return [...this.#inHand.values()].some(
      ({ departure, isEnding }) => !isEnding && departure.peer === peer && departure.lane === lane,
    )
  }

  #take(departure: DepartureRow): void {
    const outlet = this.#outlets.get(departure.peer)
    if (!outlet) throw new Error(`There is no line to ${departure.peer}`)
    const hand: InHand = {
      departure,
      outlet,
      lost: new AbortController(),
      isEnding: false,
      done: Promise.resolve(),
    }
    this.#inHand.set(departure.row, hand)
    hand.done = this.#leave(hand)
  }

  /** One try, to the note of how it ended; and on to the next of its lane. */
  async #leave(hand: InHand): Promise<void> {
    const { log, onTried } = this.#options
    const { row, peer, kind, attempts } = hand.departure
    const started = performance.now()
    let next: readonly DepartureRow[] = []
    let isPassedOn = false
    try {
      const settlement = await this.#tried(hand)
      hand.isEnding = true
      const noted = await this.#noted(settlement, hand)
      if (noted !== 'elsewhere') next = noted
      isPassedOn = noted !== 'elsewhere' && settlement.status !== 'queued'
      const { status, reason } = settlement
      const ms = Math.round(performance.now() - started)
      onTried?.({ departure: hand.departure, status, ms })
      log.event('departure.tried', { row, peer, kind, attempts: attempts + 1, status, reason, ms })
    } catch (thrown) {
      // Not noted: the lease ends, and it is tried again.
      log.failed('departure.unsettled', thrown, { row, peer })
    }
    this.#inHand.delete(row)
    for (const departure of next) this.#take(departure)
    if (this.#isShort || !isPassedOn) this.#wake()
  }

  async #tried({ departure, outlet, lost }: InHand): Promise<Settlement> {
    const { store, log, clock, tryMs = defaultTryMs } = this.#options
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal, AbortSignal.timeout(tryMs)])
    const tried = await attempt(departure, outlet, { outbox: store.outbox, log, clock }, signal)
    return this.#seen(tried, departure)
  }

  /** What a try has shown of the line: one that is down rests, with whatever waits for it; one that is stopped is held. */
  async #seen({ settlement, line, askedMs }: Tried, { peer, row }: DepartureRow): Promise<Settlement> {
    const { store, log, clock } = this.#options
    const fuse = this.#fuses.get(peer)
    if (line === 'up' || line === 'stopped') fuse?.mend()
    if (line === 'stopped') {
      const { reason = 'no reason' } = settlement
      log.warn('connector.stopped', { peer, row, reason })
      await store.lines.hold({ peer, state: 'stopped', reason, by: 'gateway', since: clock().toISOString() })
    }
    if (line !== 'down' || !fuse) return settlement
    const restMs = fuse.blow(askedMs)
    if (settlement.status !== 'queued') return settlement
    return { ...settlement, notBefore: new Date(clock().getTime() + restMs).toISOString() }
  }

  /** Notes an end, and comes back with what is next in the lane; `elsewhere` when whoever was told has noted it. */
  async #noted(
    settlement: Settlement,
    { departure }: InHand,
  ): Promise<readonly DepartureRow[] | 'elsewhere'> {
    const { store, clock, onEnd } = this.#options
    const own = { ...settlement, holder: this.#holder }
    const { status, reason } = settlement
    if (isEnd(status)) {
      const told = { departure, status, settlement: own, ...(reason !== undefined && { reason }) }
      if ((await onEnd?.(told)) === 'noted') return 'elsewhere'
    }
    return store.outbox.settle(own, clock().toISOString(), this.#isEnding() ? undefined : this.#lease())
  }

  /** We are still here: nobody else takes what is in hand. What somebody has taken is given up. */
  async #renew(): Promise<void> {
    try {
      if (!this.#isStopped && (await this.#owning.ask())) this.#wake()
      if (!this.#isStopped) await this.#options.store.lines.drained()
      const rows = [...this.#inHand.keys()]
      if (rows.length === 0) return
      const held = new Set(await this.#options.store.outbox.renew(this.#lease(), rows))
      for (const row of rows) {
        const hand = this.#inHand.get(row)
        if (hand && !hand.isEnding && !held.has(row)) hand.lost.abort()
      }
    } catch (thrown) {
      this.#options.log.failed('outbox.unrenewed', thrown)
    }
  }
}

const isEnd = (status: Settlement['status']): status is Ended['status'] =>
  status === 'sent' || status === 'dead' || status === 'parked'

/** A gateway that is killed delays what it had in hand by no more. */
const defaultLeaseMs = 15_000
/** Two renewals may be lost. */
const renewals = 3
const defaultTryMs = 96_000
const defaultDrainMs = 30_000
const usualAtOnce = 4
const longestRestMs = 5_000
/** While something waits that another may have in hand, or have left. */
const longestWaitMs = 1_000

function restUntil(next: string, now: Date): number {
  return Math.min(longestWaitMs, Math.max(50, Date.parse(next) - now.getTime()))
}

async function slept(ms: number, woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, woken])
  clearTimeout(timer)
}
