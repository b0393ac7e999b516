import type { Socket } from 'node:net'

/** Why a connection was not let in. */
export type Refusal = 'full' | 'address' | 'stranger'

export interface AdmissionOptions {
  /** Connections in all. */
  maxConnections: number
  /** Told of each connection that is not let in. */
  onRefused: (why: Refusal) => void
}

/** Strangers get so few of the connections that whoever we know always finds room. */
const ofStrangers = { part: 1 / 8, perAddress: 4 }

/** One address may be many partners behind one door, but never all. */
const partOfAddress = 1 / 2

/** Counts who is in, and says who may come in besides. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #byAddress = new Map<string, number>()
  readonly #strangersByAddress = new Map<string, number>()
  #strangers = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** A connection of whomever, before anything is known but where it is from: false when it has been refused. */
  admits(socket: Socket): boolean {
    const most = Math.max(1, this.#options.maxConnections * partOfAddress)
    return this.#counted(socket, this.#byAddress, most, 'address')
  }

  /** A connection from where no peer may send: false when it has been refused. */
  admitsStranger(socket: Socket): boolean {
    const most = Math.max(1, this.#options.maxConnections * ofStrangers.part)
    if (this.#strangers >= most) return this.#refuse(socket, 'stranger')
    if (!this.#counted(socket, this.#strangersByAddress, ofStrangers.perAddress, 'stranger')) return false
    this.#strangers++
    socket.once('close', () => this.#strangers--)
    return true
  }

  #counted(socket: Socket, counts: Map<string, number>, most: number, why: Refusal): boolean {
    const address = socket.remoteAddress ?? ''
    const count = counts.get(address) ?? 0
    if (count >= most) return this.#refuse(socket, why)
    counts.set(address, count + 1)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left > 0) counts.set(address, left)
      else counts.delete(address)
    })
    return true
  }

  #refuse(socket: Socket, why: Refusal): false {
    socket.destroy()
    this.#options.onRefused(why)
    return false
  }
}
