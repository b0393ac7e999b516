import { createHash } from 'node:crypto'

/**
 * A UUIDv7 from a time (ms since 1970) and ten random bytes, or a random UUID (version 4), which is had for less: new rows
 * stay together on disk. Source: RFC 9562, 5.7.
 */
export function uuidv7(ms: number, random: Uint8Array | string): string {
  if (typeof random === 'string') {
    const time = Math.floor(ms).toString(16).padStart(12, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
  }
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(ms / 2 ** (8 * (5 - i))) & 0xff
  bytes.set(random.subarray(0, 10), 6)
  return formatted(bytes, 7)
}

/**
 * The same id for the same parts, every time: for what has no identifier of its own but belongs to something that has.
 *
 * Source: RFC 9562, 5.8 (UUIDv8), first 122 bits of SHA-256.
 */
export function derivedId(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest()
  return formatted(Uint8Array.from(hash.subarray(0, 16)), 8)
}

function formatted(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
