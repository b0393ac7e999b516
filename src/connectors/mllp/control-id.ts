import { createHash } from 'node:crypto'

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The control id (MSH-10) of a departure: the same on each try and on each gateway, 20 characters as up to 2.6, made
 * of 100 bits of the digest of its row.
 */
export function controlIdOf(row: string): string {
  const digest = createHash('sha256').update(row).digest()
  return Array.from(digest.subarray(0, 20), (byte) => digits[byte & 31]).join('')
}
