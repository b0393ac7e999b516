import { z } from 'zod'
import { type Client, type PublicKey, publicKey } from './client.ts'
import { guardedFetch } from './outbound.ts'

/** Finds the key that may have signed an assertion. */
export interface Keys {
  /** The client's keys of this id. An id that a fetched set does not hold fetches the set again, now and then. */
  named(client: Client, kid: string): Promise<PublicKey[]>
}

export interface KeysDesk {
  clock: () => Date
  outboundLoopback: boolean
}

const timeoutMs = 5_000
const maxBytes = 256 * 1024
/** Kept this long when the answer does not say. */
const keptSeconds = 300
/** Kept no longer than this, whatever the answer says: a withdrawn key must end some day. */
const keptAtMostSeconds = 3_600
/** An unknown key id makes us ask again at most this often, so that we cannot be used to hammer somebody. */
const askAgainMs = 30_000
/** After a failure we do not ask again so soon: whoever is down is not called for each assertion. */
const afterFailureMs = 5_000
/** So many sets are kept; the oldest goes first. */
const keptSets = 1_000

interface KeySet {
  keys: PublicKey[]
  /** Milliseconds since 1970. */
  askedAt: number
  keptUntil: number
}

/** Key sets of clients, by value or fetched and kept as long as their server allows. */
export function openKeys({ clock, outboundLoopback }: KeysDesk): Keys {
  const kept = new Map<string, KeySet>()
  const underway = new Map<string, Promise<KeySet>>()
  const failedAt = new Map<string, number>()

  const fetched = (url: string): Promise<KeySet> => {
    const call = underway.get(url) ?? fetchKeySet(url, outboundLoopback, clock().getTime())
    underway.set(url, call)
    return call.finally(() => underway.delete(url))
  }

  /** Of registered clients only, so there are no more of them than clients. */
  const refuseTooSoon = (url: string): void => {
    const failed = failedAt.get(url)
    if (failed !== undefined && clock().getTime() - failed < afterFailureMs) {
      throw new Error('The key set could not be had a moment ago.')
    }
  }

  const ask = async (url: string): Promise<KeySet> => {
    refuseTooSoon(url)
    const set = await fetched(url).catch((thrown) => {
      failedAt.set(url, clock().getTime())
      throw thrown
    })
    failedAt.delete(url)
    kept.delete(url)
    kept.set(url, set)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptSets) break
      kept.delete(oldest)
    }
    return set
  }

  const namedAt = async (url: string, kid: string): Promise<PublicKey[]> => {
    const known = kept.get(url)
    const now = clock().getTime()
    if (!known) return byName(await ask(url), kid)
    const found = byName(known, kid)
    // Of an unknown id that holds also where nothing may be kept: else whoever makes ids up makes us ask each time.
    const isEnough = found.length > 0 ? now < known.keptUntil : now - known.askedAt < askAgainMs
    return isEnough ? found : byName(await ask(url), kid)
  }

  return {
    named: async ({ jwks, jwksUrl }, kid) =>
      jwksUrl === undefined ? byName({ keys: jwks?.keys ?? [] }, kid) : namedAt(jwksUrl, kid),
  }
}

const byName = ({ keys }: { keys: readonly PublicKey[] }, kid: string): PublicKey[] =>
  keys.filter((key) => key.kid === kid)

const anySet = z.looseObject({ keys: z.array(z.unknown()) })

/** Fetches a set. Keys that we would not use (other types, too short, private) are passed over. */
async function fetchKeySet(url: string, loopback: boolean, now: number): Promise<KeySet> {
  const { status, headers, body } = await guardedFetch(
    url,
    { headers: { accept: 'application/json, application/jwk-set+json' } },
    { loopback, timeoutMs, maxBytes },
  )
  if (status !== 200) throw new Error(`The key set was answered with ${status}.`)
  if (!/^application\/([\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')) {
    throw new Error('The key set is not JSON.')
  }
  const { keys } = anySet.parse(JSON.parse(body.toString('utf8')))
  const usable = keys.flatMap((key) => publicKey.safeParse(key).data ?? [])
  return { keys: usable, askedAt: now, keptUntil: now + keepFor(headers, now) * 1000 }
}

/**
 * How many seconds an answer may be kept.
 *
 * Source: RFC 9111, 4.2 and 5.2.2, as a private cache.
 */
export function keepFor(headers: Readonly<Record<string, string | undefined>>, now: number): number {
  const control = headers['cache-control'] ?? ''
  if (/\b(no-store|no-cache)\b/i.test(control)) return 0
  const maxAge = /\bmax-age\s*=\s*"?(\d+)/i.exec(control)?.[1]
  const spent = Number(headers.age ?? 0) || 0
  if (maxAge !== undefined) return between(Number(maxAge) - spent)
  const expires = headers.expires
  if (expires === undefined) return keptSeconds
  const from = Date.parse(headers.date ?? '') || now
  return between(((Date.parse(expires) || 0) - from) / 1000)
}

const between = (seconds: number): number => Math.min(Math.max(seconds, 0), keptAtMostSeconds)
