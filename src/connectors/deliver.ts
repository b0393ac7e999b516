import { randomUUID } from 'node:crypto'
import type { Resource } from '@medplum/fhirtypes'
import { Failure, failure } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import { tellingOf } from '../hl7v2/acknowledge.ts'
import type { Log } from '../log.ts'
import type { DepartureRow, Settlement, Store } from '../store/index.ts'
import type { Incoming, Link, Receive, Rendered, Sent } from './connector.ts'
import { delayMs, type Retry, usualRetry } from './retry.ts'

/** A line by which departures leave. */
export interface Outlet {
  /** Name of the connector: the `peer` of a departure. */
  name: string
  link: Link
  /** Takes what the peer answers, when the answer itself says something. */
  receive: Receive
  /** When it is tried again, where it differs from what is usual. */
  retry?: Partial<Retry>
}

/** How a departure ended. */
export interface Ended {
  departure: DepartureRow
  /** `sent`; `dead`: refused, or given up; `parked`: it waits for a person, as we cannot say it. */
  status: 'sent' | 'dead' | 'parked'
  /** Code and place, never a patient. */
  reason?: string
}

export interface DeliverOptions {
  store: Pick<Store, 'outbox' | 'read' | 'vread' | 'onChange'>
  links: readonly Outlet[]
  log: Log
  clock: () => Date
  /** Told before the end is noted, and again if we stop between the two. */
  onEnd?: (ended: Ended) => Promise<void>
  /** How many leave at once to one peer. There is no other bound: peers that are dead must not use up those of others. */
  atOncePerPeer?: number
  /** A try that takes longer is given up, and another gateway may take the departure. */
  leaseMs?: number
  /** How long what is in hand may take when we close. */
  drainMs?: number
}

/**
 * Empties the outbox: from now on, whatever is due leaves by the line of its peer.
 *
 * Those of one lane leave in order; lanes leave side by side, only so many to one peer, so that a dead one delays
 * none. What is sent is made once and kept before the first try: each try has the same bytes. What a peer refuses is
 * dead; what it cannot take now is tried again, ever later, until it is given up. Several gateways share one outbox by
 * leases. A peer may get a message twice, under the same id, if we stop between its acceptance and our note of it.
 *
 * On close nothing more is begun; what is in hand is finished, or put back.
 */
export function deliver(options: DeliverOptions): AsyncDisposable {
  return new Delivery(options)
}

class Delivery implements AsyncDisposable {
  readonly #options: DeliverOptions
  readonly #outlets: ReadonlyMap<string, Outlet>
  readonly #holder = randomUUID()
  readonly #inHand = new Map<Promise<void>, string>()
  readonly #stopping = new AbortController()
  readonly #watching: Disposable
  readonly #done: Promise<void>
  #isStopped = false
  #wake: () => void = () => {}

  constructor(options: DeliverOptions) {
    this.#options = options
    this.#outlets = new Map(
      options.links.filter(({ link }) => link.send !== undefined).map((outlet) => [outlet.name, outlet]),
    )
    this.#watching = options.store.onChange(({ departures }) => departures && this.#wake())
    this.#done = this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#watching[Symbol.dispose]()
    this.#wake()
    const late = setTimeout(() => this.#stopping.abort(), this.#options.drainMs ?? 10_000)
    await this.#done
    await Promise.all(this.#inHand.keys())
    clearTimeout(late)
  }

  async #run(): Promise<void> {
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
    const { store, clock, log, leaseMs = defaultLeaseMs } = this.#options
    const rooms = this.#rooms()
    const peers = [...rooms.keys()]
    if (peers.length === 0) return longestRestMs
    try {
      const now = clock()
      const until = new Date(now.getTime() + leaseMs).toISOString()
      const least = Math.min(...rooms.values()) // they may all be of one peer
      const due = await store.outbox.claim(this.#holder, peers, now.toISOString(), until, least)
      for (const departure of due) this.#take(departure)
      if (due.length > 0) return 0
      const next = await store.outbox.nextAt(peers)
      return next === undefined ? longestRestMs : restUntil(next, clock())
    } catch (thrown) {
      log.failed('outbox.unread', thrown)
      return 1_000
    }
  }

  /** The peers that more may leave to now, and how many. */
  #rooms(): Map<string, number> {
    const { atOncePerPeer = 4 } = this.#options
    const busy = Map.groupBy(this.#inHand.values(), (peer) => peer)
    const rooms = [...this.#outlets.keys()].map((peer): [string, number] => [
      peer,
      atOncePerPeer - (busy.get(peer)?.length ?? 0),
    ])
    return new Map(rooms.filter(([, room]) => room > 0))
  }

  #take(departure: DepartureRow): void {
    const work = this.#leave(departure).finally(() => {
      this.#inHand.delete(work)
      this.#wake()
    })
    this.#inHand.set(work, departure.peer)
  }

  /** One try, from the resources to the note of how it ended. */
  async #leave(departure: DepartureRow): Promise<void> {
    const { log } = this.#options
    const started = performance.now()
    try {
      const settlement = await this.#tried(departure)
      const { status, reason } = settlement
      await this.#options.store.outbox.settle(settlement, this.#options.clock().toISOString())
      const { row, peer, kind, attempts } = departure
      const ms = Math.round(performance.now() - started)
      log.event('departure.tried', { row, peer, kind, attempts: attempts + 1, status, reason, ms })
    } catch (thrown) {
      // Not noted: the lease ends, and it is tried again.
      log.failed('departure.unsettled', thrown, { row: departure.row, peer: departure.peer })
    }
  }

  async #tried(departure: DepartureRow): Promise<Settlement> {
    const outlet = this.#outlets.get(departure.peer)
    if (!outlet) throw new Error(`There is no line to ${departure.peer}`)
    const now = this.#options.clock()
    if (departure.giveUpAt !== undefined && departure.giveUpAt <= now.toISOString()) {
      return this.#ended(departure, 'dead', departure.lastError ?? 'given up before it was tried')
    }
    let sent: Sent
    try {
      sent = await this.#send(departure, outlet)
    } catch (thrown) {
      return this.#failed(departure, outlet, thrown)
    }
    return this.#settled(departure, outlet, sent)
  }

  async #send(departure: DepartureRow, outlet: Outlet): Promise<Sent> {
    const rendered = await this.#rendered(departure, outlet.link)
    if (!outlet.link.send) throw new Error(`Nothing can be sent to ${outlet.name}`)
    const { leaseMs = defaultLeaseMs } = this.#options
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(leaseMs * 0.8)])
    if (signal.aborted) return stopped // whoever is told only of what comes would wait for ever
    let sent: Sent
    try {
      sent = await outlet.link.send({ ...departure, ...rendered }, signal)
    } catch (thrown) {
      if (signal.aborted) return stopped
      throw thrown
    }
    // Before the note: a reply that was not taken comes again with the next try.
    if (sent.reply) await taken(sent.reply, outlet)
    return sent
  }

  async #rendered(departure: DepartureRow, link: Link): Promise<Rendered> {
    const { raw, contentType, row } = departure
    if (raw && contentType !== undefined) return { raw, contentType }
    if (!link.render) throw new Error(`Nothing can be made for ${departure.peer}`)
    const about = await Promise.all(departure.about.map((reference) => this.#resource(reference)))
    const rendered = await link.render(departure, about)
    await this.#options.store.outbox.rendered(row, rendered.raw, rendered.contentType)
    return rendered
  }

  async #resource(reference: string): Promise<Resource> {
    const [type = '', id = '', , version] = reference.split('/')
    const { store } = this.#options
    const stored = await (version === undefined
      ? store.read(type, id, 'all')
      : store.vread(type, id, Number(version), 'all'))
    if (!stored || stored.body === '') throw failure('not-found', `${reference} is not there to be told of.`)
    return JSON.parse(stored.body) as Resource // it was validated when it was kept
  }

  async #settled(departure: DepartureRow, outlet: Outlet, sent: Sent): Promise<Settlement> {
    if (sent.end === 'sent') return this.#ended(departure, 'sent')
    if (sent.end === 'refused') return this.#ended(departure, 'dead', sent.reason)
    return this.#later(departure, outlet, sent)
  }

  /** Ours, not the peer's: what may pass is tried again; what will not waits for a person. */
  async #failed(departure: DepartureRow, outlet: Outlet, thrown: unknown): Promise<Settlement> {
    const { row, peer, attempts } = departure
    const what = thrown instanceof Failure ? thrown.case : 'exception'
    const { retry } = outlet
    this.#options.log.failed('departure.failed', thrown, { row, peer })
    const isHopeless =
      tellings[what].job === 'give-up' ||
      (tellings[what].job === 'again-a-few-times' && attempts + 1 >= { ...usualRetry, ...retry }.fewTimes)
    if (isHopeless) return this.#ended(departure, 'parked', reasonOf(thrown))
    return this.#later(departure, outlet, { end: 'later', reason: reasonOf(thrown) })
  }

  async #later(departure: DepartureRow, outlet: Outlet, sent: Sent): Promise<Settlement> {
    const retry = { ...usualRetry, ...outlet.retry }
    const asked = (sent.retryAfterSeconds ?? 0) * 1000
    const now = this.#options.clock().getTime()
    const next = new Date(now + Math.max(asked, delayMs(departure.attempts, retry))).toISOString()
    const last =
      departure.giveUpAt ?? new Date(Date.parse(departure.queuedAt) + retry.giveUpAfterMs).toISOString()
    if (Date.parse(next) > Date.parse(last)) return this.#ended(departure, 'dead', sent.reason)
    return { row: departure.row, status: 'queued', notBefore: next, ...reason(sent.reason) }
  }

  async #ended(departure: DepartureRow, status: Ended['status'], why?: string): Promise<Settlement> {
    await this.#options.onEnd?.({ departure, status, ...reason(why) })
    return { row: departure.row, status, ...reason(why) }
  }
}

/** Hands in what a peer answered. Fails: transient when it could not be taken now. */
async function taken(reply: Incoming, outlet: Outlet): Promise<void> {
  const { outcome } = await outlet.receive(reply)
  const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
  if (fault && tellingOf(fault).job !== 'give-up') {
    throw failure('transient', 'The answer of the peer could not be taken now.')
  }
}

/** Put back, and tried again by whoever comes next. */
const stopped: Sent = { end: 'later', reason: 'no answer before we had to stop' }

const defaultLeaseMs = 120_000
const longestRestMs = 5_000

const reason = (text: string | undefined) => (text === undefined ? {} : { reason: text })

/** Texts of failures are ours; of what else was thrown only the kind is told. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Failure) {
    return thrown.issues
      .map(({ text, expression }) => [text, expression].filter(Boolean).join(' '))
      .join('; ')
  }
  return thrown instanceof Error ? thrown.name : 'exception'
}

function restUntil(next: string, now: Date): number {
  return Math.min(longestRestMs, Math.max(50, Date.parse(next) - now.getTime()))
}

async function slept(ms: number, woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, woken])
  clearTimeout(timer)
}
