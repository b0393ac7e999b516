import { randomBytes } from 'node:crypto'
import { sealed, unsealed } from '../auth/sealing.ts'

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

export const isSealed = (value: string): boolean => value.startsWith(mark)

/** A new key, in the form in which gateways share it. */
export const newSealKey = (): string => randomBytes(32).toString('base64')

/** With the owner, endpoint and header as what it is bound to. */
export function sealWith(key: string): Seal {
  const secret = Buffer.from(key, 'base64')
  return {
    close: (value, bound) => mark + sealed(value, about(bound), secret),
    open: (said, bound) => unsealed(said.slice(mark.length), about(bound), secret),
  }
}

const about = ({ client, endpoint, header }: Bound): string =>
  JSON.stringify([client, endpoint, header.toLowerCase()])
