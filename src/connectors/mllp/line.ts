import { connect as connectPlain, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecure } from 'node:tls'
import { Deframer, frame } from '../../hl7v2/mllp.ts'

export interface LineOptions {
  host: string
  port: number
  /** Speak TLS, with these. */
  tls?: ConnectionOptions
  connectTimeoutMs: number
  /** An unused connection is closed after so long. */
  idleMs: number
  /** Each message has a connection of its own. */
  perMessage?: boolean
  /** A message that came while nothing was asked; what comes back is written to the peer. */
  unasked(message: Buffer): Promise<readonly Buffer[]>
}

/** Takes each message that comes back; true when it was the one that was waited for. */
export type Listener = (message: Buffer) => boolean

/** The line did not do: nothing says whether the peer has the message. */
export class LineError extends Error {
  /** `unreachable`, `silent`, `broken` or `closed`. */
  readonly kind: 'unreachable' | 'silent' | 'broken' | 'closed'

  constructor(kind: LineError['kind'], options?: ErrorOptions) {
    super(`The line is ${kind}.`, options)
    this.name = 'LineError'
    this.kind = kind
  }
}

/**
 * A client's line to one peer: one connection that stays, one message in flight.
 *
 * It is opened when something is to be sent and again after it broke, ever later while the peer cannot be reached. A
 * connection that had been standing may have been closed at the other end unnoticed: then the same bytes go once more
 * on a new one.
 *
 * Source: HL7 MLLP Release 1.
 */
export class Line implements AsyncDisposable {
  readonly #options: LineOptions
  #socket: Socket | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #unasked: Promise<unknown> = Promise.resolve()
  #listener: Listener | undefined
  #fail: ((error: LineError) => void) | undefined
  #isClosed = false
  #failures = 0
  #notBefore = 0

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** How long nobody need try, after the peer could not be reached; 0 when it may be tried. */
  get restMs(): number {
    return Math.max(0, this.#notBefore - performance.now())
  }

  /** Sends a message and listens until the answer is there. Fails: LineError; what `signal` says when it is aborted. */
  exchange(message: Buffer, listener: Listener, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#exchange(message, listener, timeoutMs, signal))
    this.#turn = turn.catch(() => {}) // the next one does not care; this one's caller is told
    return turn
  }

  /** Hangs up once what is in flight is through. What is sent later opens the line again. */
  rest(): void {
    this.#turn = this.#turn.then(() => this.#unasked).then(() => this.#hangUp())
  }

  /** Closes the line; what is in flight fails: `closed`. What the peer said unasked is carried out before it resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#break(new LineError('closed'))
    await Promise.all([this.#turn, this.#unasked])
  }

  async #exchange(
    message: Buffer,
    listener: Listener,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const isOld = this.#socket !== undefined
    try {
      await this.#ask(message, listener, timeoutMs, signal)
      if (this.#options.perMessage) this.#hangUp()
    } catch (error) {
      if (!isOld || !(error instanceof LineError) || error.kind !== 'broken') throw error
      await this.#ask(message, listener, timeoutMs, signal)
    }
  }

  async #ask(message: Buffer, listener: Listener, timeoutMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new LineError('closed')
    const socket = this.#socket ?? (await this.#open(signal))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const silence = setTimeout(() => this.#break(new LineError('silent')), timeoutMs)
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    this.#fail = reject
    this.#listener = (answer) => {
      if (!listener(answer)) return false
      this.#listener = undefined // what else is in the packet is another message
      resolve()
      return true
    }
    try {
      socket.write(frame(message))
      await promise
    } catch (error) {
      this.#break(new LineError('broken')) // an answer that comes late must not be taken for the next one's
      throw error
    } finally {
      clearTimeout(silence)
      signal.removeEventListener('abort', stop)
      this.#listener = undefined
      this.#fail = undefined
    }
  }

  async #open(signal: AbortSignal): Promise<Socket> {
    if (this.restMs > 0) throw new LineError('unreachable')
    const socket = this.#connect()
    this.#fail = () => socket.destroy()
    const stop = () => socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    const late = setTimeout(stop, this.#options.connectTimeoutMs)
    try {
      await connected(socket, this.#options.tls ? 'secureConnect' : 'connect')
    } catch (cause) {
      if (this.#isClosed) throw new LineError('closed')
      this.#failures++
      this.#notBefore = performance.now() + Math.min(30_000, 250 * 2 ** this.#failures)
      throw new LineError('unreachable', { cause })
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', stop)
    }
    this.#failures = 0
    this.#notBefore = 0
    return this.#listenTo(socket)
  }

  #connect(): Socket {
    const { host, port, tls } = this.#options
    return tls
      ? connectSecure({ servername: host, ...tls, host, port })
      : connectPlain({ host, port, noDelay: true, keepAlive: true })
  }

  #listenTo(socket: Socket): Socket {
    const deframer = new Deframer()
    this.#socket = socket
    socket.setTimeout(this.#options.idleMs, () => {
      if (!this.#listener) socket.destroy()
    })
    socket.on('data', (bytes: Buffer) => {
      const unasked = deframer.push(bytes).filter((message) => !this.#listener?.(message))
      if (unasked.length > 0) this.#hear(socket, unasked)
      if (deframer.isTooLong) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (this.#socket === socket) this.#break(new LineError('broken'))
    })
    return socket
  }

  /** One after the other, as the peer said them; until they are answered no more is read, so TCP slows it down. */
  #hear(socket: Socket, messages: readonly Buffer[]): void {
    socket.pause()
    this.#unasked = this.#unasked
      .then(() => this.#answer(socket, messages))
      .then(
        () => socket.resume(),
        () => socket.destroy(), // what was not answered comes again
      )
  }

  async #answer(socket: Socket, messages: readonly Buffer[]): Promise<void> {
    for (const message of messages) {
      if (socket.destroyed) return
      const answers = await this.#options.unasked(message)
      for (const answer of answers) if (socket.writable) socket.write(frame(answer))
    }
  }

  /** Ends the connection once what was written is through. */
  #hangUp(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.end()
  }

  #break(error: LineError): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#fail?.(error)
    socket?.destroy()
  }
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed before it stood')))
  })
}
