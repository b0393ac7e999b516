import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** AES-256-GCM. Source: NIST SP 800-38D. */
const algorithm = 'aes-256-gcm'
export const nonceBytes = 12
const tagBytes = 16

/**
 * Hides a text; only with the same key (32 bytes), and for the same thing, is it opened again. Base64url: nonce, tag, text.
 * Without a nonce of its own it looks different each time.
 */
export function sealed(text: string, boundTo: string, key: Buffer, nonce = randomBytes(nonceBytes)): string {
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(boundTo))
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')
}

/** What was hidden; undefined when it was for another thing, or not by us. */
export function unsealed(said: string, boundTo: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(said, 'base64url')
  const start = nonceBytes + tagBytes
  if (bytes.length < start) return undefined
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(nonceBytes, start))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]).toString('utf8')
  } catch {
    return undefined // the tag does not fit
  }
}
