const startOfBlock = 0x0b
const endOfBlock = 0x1c
const carriageReturn = 0x0d

/** How large a message may be unless configured. */
export const defaultMaxBytes = 16 * 1024 * 1024

/**
 * Cuts bytes into MLLP frames.
 *
 * Whole frames come back without their envelope; the unfinished tail comes back as `rest`, to be put before the next
 * bytes. Bytes between frames are dropped, and the CR after a frame may be missing. For a stream use a `Deframer`,
 * which does not look at a byte twice.
 *
 * Source: HL7 MLLP Release 1, block format.
 */
export function deframe(bytes: Buffer): { frames: Buffer[]; rest: Buffer } {
  const deframer = new Deframer(Number.POSITIVE_INFINITY)
  const frames = deframer.push(bytes)
  return { frames, rest: deframer.rest }
}

/** A message in its envelope. */
export function frame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.of(startOfBlock), message, Buffer.of(endOfBlock, carriageReturn)])
}

/** Cuts a stream of bytes into MLLP frames, as `deframe` does, in time that grows with the bytes alone. */
export class Deframer {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #bytes = 0
  #isOpen = false
  #isTooLong = false

  constructor(maxBytes: number = defaultMaxBytes) {
    this.#maxBytes = maxBytes
  }

  /** A frame has grown beyond the limit. Nothing more is taken; `head` is how it began. */
  get isTooLong(): boolean {
    return this.#isTooLong
  }

  /** The beginning of the frame that is not finished, without its envelope. */
  get head(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, 4096)
  }

  /** The frame that is not finished, with the beginning of its envelope; empty between frames. */
  get rest(): Buffer {
    return this.#isOpen ? Buffer.concat([Buffer.of(startOfBlock), ...this.#chunks]) : Buffer.alloc(0)
  }

  /** Takes the next bytes; comes back with the frames that they finish. */
  push(bytes: Buffer): Buffer[] {
    const frames: Buffer[] = []
    let at = 0
    while (at < bytes.length && !this.#isTooLong) {
      if (!this.#isOpen) {
        const start = bytes.indexOf(startOfBlock, at)
        if (start === -1) break
        this.#isOpen = true
        at = start + 1
        continue
      }
      const end = bytes.indexOf(endOfBlock, at)
      this.#keep(bytes.subarray(at, end === -1 ? bytes.length : end))
      if (end === -1) break
      at = end + 1
      if (!this.#isTooLong) frames.push(...this.#close())
    }
    return frames
  }

  #keep(bytes: Buffer): void {
    this.#isTooLong = this.#bytes + bytes.length > this.#maxBytes
    if (bytes.length === 0 || (this.#isTooLong && this.#bytes > 0)) return
    this.#chunks.push(this.#isTooLong ? bytes.subarray(0, 4096) : bytes)
    this.#bytes += bytes.length
  }

  #close(): Buffer[] {
    const message = afterRestart(Buffer.concat(this.#chunks))
    this.#chunks = []
    this.#bytes = 0
    this.#isOpen = false
    return message.length === 0 ? [] : [message]
  }
}

/**
 * A sender that broke off may begin again within its frame: what it broke off is dropped, as it will never be
 * acknowledged. Any other vertical tab is text, as word processors write it.
 */
function afterRestart(message: Buffer): Buffer {
  const restart = message.lastIndexOf('\x0bMSH')
  return restart === -1 ? message : message.subarray(restart + 1)
}
