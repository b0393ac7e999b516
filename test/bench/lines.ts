import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One open line to what is measured: one request at a time, as a client of its own would. */
export interface Line extends Disposable {
  /** Comes back with the answer's status and body. */
  ask(request: Buffer): Promise<Answered>
}

export interface Answered {
  /** HTTP status; 0 over MLLP. */
  status: number
  body: string
}

/** How many bytes of what has come are one answer, and what it says; undefined while it is not whole. */
type Cut = (bytes: Buffer) => { length: number; answered: Answered } | undefined

/** A kept-alive HTTP connection, with as little work of its own as can be: the driver shares the machine. */
export const httpLine = (host: string, port: number): Promise<Line> => lineBy(host, port, cutHttp)

/** A persistent MLLP connection. */
export const mllpLine = (host: string, port: number): Promise<Line> => lineBy(host, port, cutMllp)

async function lineBy(host: string, port: number, cut: Cut): Promise<Line> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  let waiting: PromiseWithResolvers<Answered> | undefined
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const found = cut(rest)
    if (!found) return
    rest = rest.subarray(found.length)
    waiting?.resolve(found.answered)
  })
  const broken = () => waiting?.reject(new Error('The line was closed before the answer came'))
  socket.on('error', broken).on('close', broken)
  return {
    ask(request) {
      waiting = Promise.withResolvers()
      socket.write(request)
      return waiting.promise
    },
    [Symbol.dispose]: () => void (socket as Socket).destroy(),
  }
}

/** Source: RFC 9112, 6: our own server's answers have a length or come in chunks. */
const cutHttp: Cut = (bytes) => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end).toLowerCase()
  const status = Number(head.slice(9, 12))
  const length = lengthIn(head)
  const from = end + 4
  if (length === undefined && head.includes('\r\ntransfer-encoding: chunked'))
    return cutChunks(bytes, from, status)
  const until = from + (length ?? 0)
  return bytes.length < until
    ? undefined
    : { length: until, answered: { status, body: bytes.toString('utf8', from, until) } }
}

function lengthIn(head: string): number | undefined {
  const name = '\r\ncontent-length: '
  const at = head.indexOf(name)
  return at < 0 ? undefined : Number.parseInt(head.slice(at + name.length), 10)
}

function cutChunks(bytes: Buffer, from: number, status: number): ReturnType<Cut> {
  const parts: Buffer[] = []
  for (let at = from; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const next = line + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { length: next, answered: { status, body: Buffer.concat(parts).toString('utf8') } }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = next
  }
}

const fileSeparator = 0x1c

const cutMllp: Cut = (bytes) => {
  const end = bytes.indexOf(fileSeparator)
  return end < 0 || bytes.length < end + 2
    ? undefined
    : { length: end + 2, answered: { status: 0, body: bytes.toString('utf8', 1, end) } }
}

/** An HTTP request as bytes. */
export function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: bench\r\n${lines.join('')}${length}\r\n${body}`)
}
