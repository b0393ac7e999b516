import { z } from 'zod'
import { guardedFetch, type OutboundRequest, type OutboundResponse } from '../../auth/outbound.ts'
import { httpReadings } from '../reading.ts'
import { type Authorize, authentication, openAuthorization, TokenError } from './authorization.ts'
import { type RestingDesk, restingFor } from './resting.ts'

/** Settings that every partner reached over HTTP has. */
export const restSettings = z.object({
  baseUrl: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .describe('Base URL of the partner'),
  auth: authentication.default({ kind: 'none' }).describe('How we say who we are'),
  timeoutMs: z.int().min(100).default(30_000).describe('How long one call may take'),
  maxBytes: z.int().min(1024).default(16_777_216).describe('Longest answer that is read, in bytes'),
  reads: httpReadings
    .default({})
    .describe(
      'What statuses mean where they mean something else than usual, by status or class (`401`, `5xx`): done, refused, later, park, stop',
    ),
  private: z.boolean().default(true).describe('Whether the partner may be in a private network'),
})

export type RestSettings = z.output<typeof restSettings>

/** Calls one partner. Paths are from its base URL; an absolute URL must be beneath it. */
export interface RestClient {
  /** The address of a path: links of what is found there lead on from it. Fails where it leads away from the partner's own. */
  urlOf(path: string): string
  call(path: string, init?: OutboundRequest & { signal?: AbortSignal }): Promise<OutboundResponse>
}

export interface RestDesk extends RestingDesk {
  outboundLoopback: boolean
}

/** Opens a client: one token for many calls, asked for again when the partner refuses it. It waits as long as it is asked to. */
export function openRest(settings: RestSettings, desk: RestDesk): RestClient {
  const reach = {
    loopback: desk.outboundLoopback,
    private: settings.private,
    timeoutMs: settings.timeoutMs,
    maxBytes: settings.maxBytes,
  }
  const fetch = (url: string, init: OutboundRequest, signal?: AbortSignal) =>
    guardedFetch(url, init, { ...reach, ...(signal && { signal }) })
  const authorize: Authorize = openAuthorization(settings.auth, fetch, desk.clock)
  const resting = restingFor(desk)

  return {
    urlOf: (path) => beneath(path, settings.baseUrl),
    async call(path, { signal, ...init } = {}) {
      const url = beneath(path, settings.baseUrl)
      await resting.refuse()
      const sent = async (fresh: boolean) =>
        fetch(url, { ...init, headers: { ...init.headers, ...(await authorize(fresh)) } }, signal)
      try {
        const first = await sent(false)
        const answer = first.status === 401 && settings.auth.kind !== 'none' ? await sent(true) : first
        await resting.note(answer)
        return answer
      } catch (thrown) {
        if (thrown instanceof TokenError) await resting.note(thrown.answer)
        throw thrown
      }
    },
  }
}

/** Our credentials are never sent anywhere else, whatever a page's `next` link says. */
function beneath(path: string, baseUrl: string): string {
  const url = new URL(/^https?:/i.test(path) ? path : `${baseUrl}/${path.replace(/^\//, '')}`)
  const base = new URL(`${baseUrl}/`)
  if (url.origin === base.origin && `${url.pathname}/`.startsWith(base.pathname)) return url.href
  throw new TypeError('A link of the partner leads away from its own address')
}
