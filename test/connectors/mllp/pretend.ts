import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecure } from 'node:tls'
import type { Incoming, Received } from '../../../src/connectors/connector.ts'
import { allOk } from '../../../src/fhir/outcome.ts'
import { field, parseMessage } from '../../../src/hl7v2/message.ts'
import { Deframer, frame } from '../../../src/hl7v2/mllp.ts'

/** An order of a practice, as v2 text. */
export const order = (controlId: string, rest = '', lines: readonly string[] = []): string =>
  [
    `MSH|^~\\&|GP|PRACTICE|RELAIS|REGION|20260106134418||ORM^O01^ORM_O01|${controlId}|P|2.5.1${rest}`,
    'PID|||1^^^A||Dupont^Zoë',
    'ORC|NW|P-42',
    ...lines,
  ].join('\r')

/** A program at the other end of a line: it writes bytes and collects whole messages. */
export class Pretend implements AsyncDisposable {
  readonly socket: Socket
  readonly #heard: string[] = []
  readonly #deframer = new Deframer()
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#heard.push(...this.#deframer.push(bytes).map(String))
      this.#wake()
    })
    socket.on('close', () => this.#wake())
    socket.on('error', () => {})
  }

  says(...messages: (string | Buffer)[]): void {
    this.socket.write(Buffer.concat(messages.map((one) => frame(Buffer.from(one)))))
  }

  /** The next message; undefined when the line is closed instead. */
  async hears(): Promise<string | undefined> {
    while (this.#heard.length === 0 && !this.socket.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#heard.shift()
  }

  /** MSA-1 and MSA-2 of the next message. */
  async isTold(): Promise<string | undefined> {
    const text = await this.hears()
    if (text === undefined) return undefined
    const message = parseMessage(text)
    return `${field(message, 'MSA-1')} ${field(message, 'MSA-2') ?? ''}`.trim()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    if (!this.socket.closed) await once(this.socket, 'close')
  }
}

export async function connected(
  { host, port }: { host: string; port: number },
  tls?: ConnectionOptions,
): Promise<Pretend> {
  const socket = tls ? connectSecure({ ...tls, host, port }) : connect({ host, port })
  await once(socket, tls ? 'secureConnect' : 'connect')
  return new Pretend(socket)
}

/** A system that listens: `play` is what it does with each connection. */
export async function listening(play: (line: Pretend, count: number) => Promise<void>) {
  const lines: Pretend[] = []
  const server = createServer((socket) => {
    const line = new Pretend(socket)
    lines.push(line)
    void play(line, lines.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    lines,
    async [Symbol.asyncDispose]() {
      server.close()
      await Promise.all(lines.map((line) => line[Symbol.asyncDispose]()))
    },
  }
}

/** An acknowledgement of a message, as the peer's text. */
export const ackOf = (text: string, code = 'AA', type = 'ACK', rest = ''): string => {
  const message = parseMessage(text)
  const id = field(message, 'MSH-10')
  return `MSH|^~\\&|RIS|CENTRE|RELAIS||20260106||${type}|A${id}|P|2.5.1\rMSA|${code}|${id}${rest}`
}

/** Takes messages in, as the gateway would, and remembers them. */
export function inbox(
  decide: (incoming: Incoming) => Promise<Received> | Received = () => ({ outcome: allOk('Kept.') }),
) {
  const messages: Incoming[] = []
  return {
    messages,
    ids: () => messages.map(({ id }) => id),
    receive: async (
      incoming: Incoming,
      answer?: (outcome: Received['outcome'], written: readonly string[]) => Buffer,
    ): Promise<Received> => {
      messages.push(incoming)
      const received = await decide(incoming)
      answer?.(received.outcome, [])
      return received
    },
  }
}
