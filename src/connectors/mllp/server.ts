import { once } from 'node:events'
import { createServer as createPlain, type Server, type Socket } from 'node:net'
import { createServer as createSecure, TLSSocket } from 'node:tls'
import { failure, outcomeOf } from '../../fhir/outcome.ts'
import { acknowledgment } from '../../hl7v2/acknowledge.ts'
import { writeMessage } from '../../hl7v2/message.ts'
import { Deframer, defaultMaxBytes, frame } from '../../hl7v2/mllp.ts'
import { type Log, silent } from '../../log.ts'
import type { Receive } from '../connector.ts'
import { Admission, type Refusal } from './admission.ts'
import { answersFor, headerIn, newControlId } from './answer.ts'
import type { Origin, Peer } from './peer.ts'

export interface ListenOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** PEM texts. Client certificates that `ca` signed are believed by their common name; without it, none is. */
  tls?: { cert: string; key: string; ca?: string }
  peers: readonly Peer[]
  /** Hands in a message of any of the peers, named in it; `?` when it is from nobody we know. */
  receive: Receive
  clock?: () => Date
  log?: Log
  /** Largest message of a peer. From where no peer sends, much less is read. */
  maxBytes?: number
  /** In all. Whom we do not know gets few of them, and one address at most half. */
  maxConnections?: number
  /** A connection on which nothing moves for so long is closed; sooner while nothing has come by it, and soon a stranger's. */
  idleMs?: number
  /** Told of each connection that is not let in. */
  onRefused?: (why: Refusal) => void
  /** How long a message in hand may take when we close. */
  drainMs?: () => number
}

export interface Listening extends AsyncDisposable {
  readonly address: { host: string; port: number }
  /** Connections that stand now. */
  readonly connections: number
}

/** Enough to read the header of a stranger's message and refuse it. */
const strangerMaxBytes = 64 * 1024

/** How long a connection may stand on which nothing moves. */
const waitsMs = { usually: 1_800_000, untilFirst: 60_000, stranger: 10_000, handshake: 10_000 }

/**
 * Listens for HL7 v2 over MLLP: one listener for all peers, told apart by MSH-3, MSH-4 and where they send from.
 *
 * On each connection one message at a time, in order: the next is not read before the answer is written, so a peer
 * that sends faster than we commit is slowed down by TCP. Closing finishes the messages in hand and answers them; what
 * was not answered will come again.
 *
 * Whoever is not known takes no room from whoever is: strangers share a few connections, and are soon hung up on.
 *
 * Source: HL7 MLLP Release 1; HL7 v2.8.2 chapter 2, section 2.9.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const room = { connections: new Set<Connection>(), isClosing: false }
  const server = serverOf(options)
  const { maxConnections = 256, log = silent } = options
  server.maxConnections = maxConnections
  const refused = refusing(maxConnections, options)
  const admission = new Admission({ maxConnections, onRefused: refused })
  server.on('connection', (socket: Socket) => admission.admits(socket))
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (socket.destroyed) return
    const origin = originOf(socket, options.tls?.ca !== undefined)
    const isPeer = options.peers.some((peer) => peer.isOrigin(origin))
    if (!isPeer && !admission.admitsStranger(socket)) return
    const connection = new Connection(socket, origin, isPeer, options)
    room.connections.add(connection)
    connection.done.finally(() => room.connections.delete(connection))
  })
  server.on('drop', () => refused('full'))
  server.listen(options.port, options.host)
  await once(server, 'listening')
  server.on('error', (thrown) => log.failed('mllp.listener', thrown))
  return {
    address: addressOf(server),
    get connections() {
      return room.connections.size
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      await Promise.all([...room.connections].map((connection) => connection.drain()))
      await closed
    },
  }
}

/** Each refusal is counted; the log tells of each reason now and then, however many come. */
function refusing(limit: number, { onRefused, log = silent }: ListenOptions): (why: Refusal) => void {
  const toldAt = new Map<Refusal, number>()
  return (why) => {
    onRefused?.(why)
    const now = performance.now()
    if (now - (toldAt.get(why) ?? Number.NEGATIVE_INFINITY) < 60_000) return
    toldAt.set(why, now)
    log.warn('mllp.dropped', { why, limit })
  }
}

function serverOf({ tls }: ListenOptions): Server {
  if (!tls) return createPlain({ allowHalfOpen: true, noDelay: true, keepAlive: true })
  return createSecure({
    ...tls,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    requestCert: true,
    rejectUnauthorized: false, // who it is decides `Peer`, by fingerprint too
    minVersion: 'TLSv1.2',
    handshakeTimeout: waitsMs.handshake,
  })
}

function addressOf(server: Server): { host: string; port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  return { host: address.address, port: address.port }
}

/** One line from one sender. */
class Connection {
  /** Resolves when the connection is gone. */
  readonly done: Promise<void>
  readonly #socket: Socket
  readonly #options: ListenOptions
  readonly #origin: Origin
  /** Whether any peer may send from there. */
  readonly #isPeer: boolean
  readonly #deframer: Deframer
  #isBusy = false
  #isDraining = false

  constructor(socket: Socket, origin: Origin, isPeer: boolean, options: ListenOptions) {
    this.#socket = socket
    this.#options = options
    this.#origin = origin
    this.#isPeer = isPeer
    this.#deframer = new Deframer(this.#maxBytes())
    this.#waits(isPeer ? waitsMs.untilFirst : waitsMs.stranger)
    socket.on('timeout', () => {
      if (!this.#isBusy) socket.destroy()
    })
    socket.on('error', () => socket.destroy()) // a peer that breaks off sends again what we did not answer
    this.done = this.#serve()
  }

  /** Finishes the message in hand, then closes. */
  async drain(): Promise<void> {
    this.#isDraining = true
    if (!this.#isBusy) this.#socket.destroy()
    const late = setTimeout(() => this.#socket.destroy(), this.#options.drainMs?.() ?? 10_000)
    await this.done
    clearTimeout(late)
  }

  async #serve(): Promise<void> {
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
        await this.#take(chunk)
        if (this.#isDraining || this.#deframer.isTooLong) break
      }
    } catch (thrown) {
      // The socket broke: what was not answered comes again.
      this.#options.log?.debug('mllp.broken', { code: codeOf(thrown) })
    } finally {
      this.#socket.end(() => this.#socket.destroy())
    }
  }

  async #take(chunk: Buffer): Promise<void> {
    for (const message of this.#deframer.push(chunk)) {
      if (this.#isDraining) return
      this.#isBusy = true
      if (this.#isPeer) this.#waits(waitsMs.usually)
      for (const answer of await this.#answers(message)) await this.#write(answer)
      this.#isBusy = false
    }
    if (this.#deframer.isTooLong) await this.#cut()
  }

  #answers(message: Buffer): Promise<Buffer[]> {
    const { peers, receive, clock = () => new Date(), log = silent } = this.#options
    return answersFor(message, { peers, origin: this.#origin, receive, clock, log, by: 'mllp' })
  }

  /** A message without end: nothing that follows can be told apart, so the connection goes. */
  async #cut(): Promise<void> {
    const { clock = () => new Date(), log = silent } = this.#options
    log.warn('mllp.too-long', { limit: this.#maxBytes() })
    const what = failure('too-long', `A message has at most ${this.#maxBytes()} bytes and ends with FS.`)
    const own = { newControlId, at: clock().toISOString() }
    const answer = acknowledgment(headerIn(this.#deframer.head), outcomeOf(what.issues), 'AR', own)
    await this.#write(Buffer.from(writeMessage(answer), 'latin1'))
  }

  #waits(ms: number): void {
    this.#socket.setTimeout(Math.min(ms, this.#options.idleMs ?? ms))
  }

  #maxBytes(): number {
    const most = this.#options.maxBytes ?? defaultMaxBytes
    return this.#isPeer ? most : Math.min(most, strangerMaxBytes)
  }

  #write(answer: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(frame(answer), (error) => (error ? reject(error) : resolve()))
    })
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'

/** The usual authorities of the web vouch for sites, not for partners: a name is believed of an authority of ours alone. */
function originOf(socket: Socket, hasAuthority: boolean): Origin {
  const address = socket.remoteAddress
  if (!(socket instanceof TLSSocket)) return { address }
  const certificate = socket.getPeerCertificate()
  if (certificate?.fingerprint256 === undefined) return { address }
  return {
    address,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    commonName: hasAuthority && socket.authorized ? [certificate.subject.CN].flat()[0] : undefined,
  }
}
