import type { Resource, Subscription, SubscriptionChannel } from '@medplum/fhirtypes'
import { mayTouch } from '../auth/gate.ts'
import { guardedFetch, OutboundError, type OutboundRequest, type OutboundResponse } from '../auth/outbound.ts'
import type { Permit } from '../auth/permit.ts'
import { Failure } from '../fhir/outcome.ts'
import { parseReference } from '../fhir/reference.ts'
import { matches } from '../fhir/search/match.ts'
import { searchRow } from '../fhir/search/row.ts'
import { parseSearch } from '../fhir/search.ts'
import type { DepartureRow, Store, Stored } from '../store/index.ts'
import { subscriberOf } from './accept.ts'
import { headerOf, isPosted } from './channel.ts'
import type { Seal } from './seal.ts'
import type { Verdict } from './status.ts'

/** How a try to tell a subscriber ended, and what it says of the subscription. */
export interface Told {
  /** `cancelled`: nobody is to be told any more. */
  end: 'sent' | 'later' | 'refused' | 'cancelled'
  /** Code, never a patient. */
  reason?: string
  /** Seconds the receiver asked us to wait. */
  retryAfterSeconds?: number
  verdict?: Verdict
}

/** What is sent to a subscriber. */
export interface Notification {
  method: 'PUT' | 'POST'
  url: string
  headers: Readonly<Record<string, string>>
  body?: string
}

/** Calls a subscriber; `guardedFetch` with its limits. */
export type Call = (
  url: string,
  request: OutboundRequest,
  signal: AbortSignal | undefined,
) => Promise<OutboundResponse>

/** Each try is given so long, and so much of its answer is read, to be thrown away. */
const timeoutMs = 10_000
const maxBytes = 64 * 1024

/** Failures of one notification after which its subscription is in error; it may still recover. */
const inErrorAfter = 3
/** Tries of one that a receiver says is its fault. */
const triesWhenRefused = 5

/** The call that is used in earnest. */
export const callFor =
  (outboundLoopback: boolean): Call =>
  (url, request, signal) =>
    guardedFetch(url, request, {
      loopback: outboundLoopback,
      timeoutMs,
      maxBytes,
      cut: true,
      ...(signal && { signal }),
    })

/**
 * The version a departure tells of, when its subscriber may see it now.
 *
 * Rights are those of the client today, not of the token that it subscribed with.
 */
export async function visibleTo(
  permit: Permit,
  departure: Pick<DepartureRow, 'about'>,
  store: Pick<Store, 'vread'>,
  zone?: string,
): Promise<Stored | undefined> {
  const about = parseReference(departure.about[0] ?? '')
  if (about?.kind !== 'literal' || about.version === undefined) return undefined
  const stored = await store.vread(about.type, about.id, Number(about.version), permit.actor.sight)
  return stored && !stored.deleted && isCovered(permit, stored, zone) ? stored : undefined
}

/** What is to be sent: the version itself put beneath the endpoint, or nothing but a knock at the door. */
export function notificationOf(
  subscription: Subscription,
  stored: Stored,
  seal: Seal,
  row: string,
): Notification {
  const { channel } = subscription
  const { endpoint = '', payload } = channel
  const headers = { ...openHeaders(subscription, seal), 'x-request-id': row }
  if (payload === undefined) return { method: 'POST', url: endpoint, headers, body: '' }
  const typed = { ...headers, 'content-type': payload }
  if (isPosted(channel)) return { method: 'POST', url: endpoint, headers: typed, body: stored.body }
  return { method: 'PUT', url: beneath(channel, stored), headers: typed, body: stored.body }
}

/**
 * Sends one notification, and says how it ended.
 *
 * Source: `Retry-After` RFC 9110, 10.2.3; that PUT is meant, FHIR R4 subscription-channel-type rest-hook.
 */
export async function sendNotification(
  { attempts }: Pick<DepartureRow, 'attempts'>,
  { url, ...request }: Notification,
  call: Call,
  signal?: AbortSignal,
): Promise<Told> {
  try {
    const { status, headers } = await call(url, request, signal)
    return toldBy(status, headers['retry-after'], attempts + 1)
  } catch (thrown) {
    if (!(thrown instanceof OutboundError)) throw thrown
    return unsent(thrown.code, attempts + 1)
  }
}

function toldBy(status: number, retryAfter: string | undefined, tries: number): Told {
  const reason = `http-${status}`
  if (status >= 200 && status < 300) return { end: 'sent', verdict: { status: 'active' } }
  if (status === 410) return { end: 'cancelled', reason, verdict: { status: 'off' } }
  if (isPassing(status)) return { end: 'later', reason, ...waitOf(retryAfter), ...errorAfter(tries, reason) }
  if (tries < triesWhenRefused) return { end: 'later', reason, ...errorAfter(tries, reason) }
  return { end: 'refused', reason, verdict: inError(reason) }
}

/** An address that may not be called stays so; whoever does not answer may answer later. */
function unsent(code: OutboundError['code'], tries: number): Told {
  if (code === 'refused-url' || code === 'refused-address') {
    return { end: 'refused', reason: code, verdict: inError(code) }
  }
  return { end: 'later', reason: code, ...errorAfter(tries, code) }
}

const isPassing = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status)

/** Tells the subscriber, who may read it in the subscription, why nothing comes. */
export const inError = (reason: string): Verdict => ({
  status: 'error',
  error: `Last notification: ${reason}`,
})

const errorAfter = (tries: number, reason: string) =>
  tries < inErrorAfter ? {} : { verdict: inError(reason) }

/** Longest that a receiver may make us wait. */
const longestWaitSeconds = 3_600

function waitOf(retryAfter: string | undefined): { retryAfterSeconds?: number } {
  if (retryAfter === undefined) return {}
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000
  return Number.isNaN(seconds)
    ? {}
    : { retryAfterSeconds: Math.min(Math.max(Math.ceil(seconds), 1), longestWaitSeconds) }
}

function isCovered(permit: Permit, { type, body }: Stored, zone: string | undefined): boolean {
  const row = searchRow(JSON.parse(body) as Resource, zone) // the store keeps resources only
  const options = zone === undefined ? {} : { zone }
  try {
    mayTouch(permit, type, 'r', (filter) => matches(parseSearch(type, filter, options).search, row))
    return true
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.case === 'forbidden') return false
    throw thrown
  }
}

function beneath({ endpoint = '' }: SubscriptionChannel, { type, id }: Stored): string {
  return `${endpoint.replace(/\/+$/, '')}/${type}/${id}`
}

function openHeaders(subscription: Subscription, seal: Seal): Record<string, string> {
  const { endpoint = '', header = [] } = subscription.channel
  const client = subscriberOf(subscription)?.client ?? ''
  const opened = header.flatMap((line) => {
    const { name = '', value = '' } = headerOf(line) ?? {}
    const secret = seal.open(value, { client, endpoint, header: name })
    return secret === undefined ? [] : [[name.toLowerCase(), secret] as const]
  })
  return Object.fromEntries(opened)
}
