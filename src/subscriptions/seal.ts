import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Hides the values of a channel's headers where they are kept, shown, exported and audited. */
export interface Seal {
  /** The value under lock; only for the same owner, endpoint and header can it be opened again. */
  close(value: string, bound: Bound): string
  /** What was closed; undefined when it was closed for another. */
  open(sealed: string, bound: Bound): string | undefined
}

/** What a secret belongs to: copied into another subscription it is worthless. */
export interface Bound {
  client: string
  endpoint: string
  header: string
}

const mark = 'sealed:'
const algorithm = 'aes-256-gcm'

export const isSealed = (value: string): boolean => value.startsWith(mark)

/** A new key, in the form in which gateways share it. */
export const newSealKey = (): string => randomBytes(32).toString('base64')

/** AES-256-GCM with the owner, endpoint and header as associated data. Source: NIST SP 800-38D. */
export function sealWith(key: string): Seal {
  const secret = Buffer.from(key, 'base64')
  return {
    close(value, bound) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv(algorithm, secret, nonce).setAAD(about(bound))
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return mark + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
    },

    open(sealed, bound) {
      const bytes = Buffer.from(sealed.slice(mark.length), 'base64url')
      if (bytes.length < 28) return undefined
      const [nonce, tag, text] = [bytes.subarray(0, 12), bytes.subarray(12, 28), bytes.subarray(28)]
      const decipher = createDecipheriv(algorithm, secret, nonce, { authTagLength: 16 })
        .setAAD(about(bound))
        .setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
      } catch {
        return undefined // the tag does not fit: closed for another, or not by us
      }
    },
  }
}

const about = ({ client, endpoint, header }: Bound): Buffer =>
  Buffer.from(JSON.stringify([client, endpoint, header.toLowerCase()]))
