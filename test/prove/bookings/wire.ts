import { connect, createServer, type Socket } from 'node:net'
import { listening } from '../../support/peers.ts'

/** A line between two systems that can be cut and slowed: bytes go through it over real sockets. */
export interface Wire extends AsyncDisposable {
  readonly port: number
  /** Breaks what is open, and lets nothing through until it is mended. */
  cut(): void
  /** From now on each piece takes so long, in each direction. */
  slow(ms: number): void
  mend(): void
}

/** Opens a line to a port of this machine, asked for at each connection. */
export async function openWire(target: () => number): Promise<Wire> {
  const open = new Set<Socket>()
  let isCut = false
  let delayMs = 0
  const carry = (from: Socket, to: Socket) => {
    let last = Promise.resolve()
    const later = (work: () => void) => {
      const wait = delayMs
      last = last.then(() => rested(wait)).then(work)
    }
    from.on('data', (chunk) => later(() => void to.write(chunk)))
    from.on('end', () => later(() => void to.end()))
    from.on('close', () => later(() => void to.destroy()))
    from.on('error', () => to.destroy()) // whoever broke off is told by the close
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true })
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    }
    carry(near, far)
    carry(far, near)
  })
  const { port, close } = await listening(server)
  return {
    port,
    cut() {
      isCut = true
      for (const socket of open) socket.destroy()
    },
    slow: (ms) => {
      delayMs = ms
    },
    mend() {
      isCut = false
      delayMs = 0
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await close()
    },
  }
}

const rested = (ms: number) =>
  ms === 0 ? undefined : new Promise<void>((resolve) => setTimeout(resolve, ms))
