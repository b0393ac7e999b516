import { readFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { z } from 'zod'
import { tokenRequest } from '../../auth/asking.ts'
import type { OutboundRequest, OutboundResponse } from '../../auth/outbound.ts'

const file = z.string().min(1)

/** How we say who we are to a partner. Secrets stand in files of their own. */
export const authentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), tokenFile: file.describe('File that holds the token') }),
  z.strictObject({
    kind: z.literal('client-secret').describe('OAuth 2 client credentials, with a secret'),
    tokenUrl: z.url(),
    clientId: z.string().min(1),
    secretFile: file.describe('File that holds the secret'),
    scope: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('private-key').describe('SMART Backend Services'),
    tokenUrl: z.url(),
    clientId: z.string().min(1),
    keyFile: file.describe('File that holds the private JWK (ES384 or RS384)'),
    scope: z.string().default('system/*.cruds'),
  }),
])

export type Authentication = z.output<typeof authentication>

/** The headers that say who we are; `fresh` asks for a new token. */
export type Authorize = (fresh: boolean) => Promise<Record<string, string>>

type Fetch = (url: string, init: OutboundRequest) => Promise<OutboundResponse>

/**
 * The partner's token endpoint gave no token: nothing gets through to the partner, whatever is sent. `answer`: what it
 * said instead.
 */
export class TokenError extends Error {
  /** Code, never what was said: `no token: HTTP 503`. */
  readonly reason: string
  readonly answer: OutboundResponse

  constructor(why: string, answer: OutboundResponse, options?: ErrorOptions) {
    super(`The token endpoint gave no token: ${why}`, options)
    this.name = 'TokenError'
    this.reason = `no token: ${why}`
    this.answer = answer
  }
}

const token = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().default(60) })

/** Tokens are asked for when they are needed, kept until shortly before their end, and asked for once at a time. */
export function openAuthorization(settings: Authentication, fetch: Fetch, clock: () => Date): Authorize {
  if (settings.kind === 'none') return async () => ({})
  if (settings.kind === 'bearer')
    return async () => bearer((await readFile(settings.tokenFile, 'utf8')).trim())
  let kept: { token: Promise<string>; until: number } | undefined
  return async (fresh) => {
    if (fresh || !kept || kept.until <= clock().getTime()) kept = requested(settings, fetch, clock)
    return bearer(await kept.token)
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Before its end, so that no call starts with a token that ends on the way. */
const marginMs = 10_000

type WithToken = Extract<Authentication, { tokenUrl: string }>

function requested(settings: WithToken, fetch: Fetch, clock: () => Date) {
  const kept = { token: Promise.resolve(''), until: Number.POSITIVE_INFINITY }
  kept.token = form(settings, clock)
    .then((body) => fetch(settings.tokenUrl, post(body)))
    .then((answer) => {
      const { access_token, expires_in } = tokenIn(answer)
      kept.until = clock().getTime() + expires_in * 1000 - marginMs
      return access_token
    })
  kept.token.catch(() => {
    kept.until = 0 // the next call asks again
  })
  return kept
}

/** Fails: TokenError where the answer is none. */
function tokenIn(answer: OutboundResponse): z.output<typeof token> {
  if (answer.status !== 200) throw new TokenError(`HTTP ${answer.status}`, answer)
  try {
    return token.parse(JSON.parse(answer.body.toString('utf8')))
  } catch (cause) {
    throw new TokenError('unreadable', answer, { cause })
  }
}

const post = (body: URLSearchParams): OutboundRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
  body: body.toString(),
})

async function form(settings: WithToken, clock: () => Date): Promise<URLSearchParams> {
  const { clientId, tokenUrl, scope } = settings
  if (settings.kind === 'private-key') {
    const key: JWK = JSON.parse(await readFile(settings.keyFile, 'utf8'))
    return tokenRequest({ clientId, tokenUrl, scope, key }, clock())
  }
  const client_secret = (await readFile(settings.secretFile, 'utf8')).trim()
  const asked = { grant_type: 'client_credentials', ...(scope && { scope }) }
  return new URLSearchParams({ ...asked, client_id: clientId, client_secret })
}
