import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { failure } from '../fhir/outcome.ts'
import type { Store } from '../store/index.ts'
import type { Leaving } from './provider.ts'

/** Somebody who has signed in, for as long as this lasts. */
export interface Session {
  /** `Practitioner/<id>` */
  person: string
  /** What every form of the session carries, so that no other page can send one. */
  formKey: string
  idToken: string
  /** Instant after which it is over, however busy. */
  latest: string
}

/** Where sessions are kept, and whether cookies travel over TLS. */
export interface SessionDesk {
  store: Pick<Store, 'sessions'>
  clock: () => Date
  /** Public URL. */
  baseUrl: string
}

const idleMs = 60 * 60_000
const longestMs = 12 * 60 * 60_000
/** It is extended when so much of its idle time is gone, not with each request. */
const renewedAfterMs = 5 * 60_000
const signInSeconds = 10 * 60

/** With TLS the names' prefix keeps other hosts and plain HTTP from setting them. Source: RFC 6265bis, 4.1.3. */
function cookiesOf(baseUrl: string) {
  const secure = baseUrl.startsWith('https:')
  const prefix = secure ? '__Host-' : ''
  return {
    session: `${prefix}relais-session`,
    leaving: `${prefix}relais-sign-in`,
    settings: { httpOnly: true, secure, sameSite: 'Lax', path: '/' } as const,
  }
}

/** Begins a session; the browser gets a new secret, of which only a digest is kept. */
export async function beginSession(
  c: Context,
  { person, idToken }: { person: string; idToken: string },
  { store, clock, baseUrl }: SessionDesk,
): Promise<void> {
  const secret = randomBytes(32).toString('base64url')
  const now = clock().getTime()
  const session: Session = {
    person,
    formKey: randomBytes(32).toString('base64url'),
    idToken,
    latest: instant(now + longestMs),
  }
  await store.sessions.begin(digest(secret), JSON.stringify(session), instant(now), instant(now + idleMs))
  const { session: name, settings } = cookiesOf(baseUrl)
  setCookie(c, name, secret, settings)
}

/** The session that the browser shows, if it lasts still; being used, it lasts longer. */
export async function currentSession(
  c: Context,
  { store, clock, baseUrl }: SessionDesk,
): Promise<Session | undefined> {
  const secret = getCookie(c, cookiesOf(baseUrl).session)
  if (secret === undefined) return undefined
  const now = clock().getTime()
  const found = await store.sessions.get(digest(secret), instant(now))
  if (!found) return undefined
  const session: Session = JSON.parse(found.content) // written by `beginSession`
  const latest = Date.parse(session.latest)
  if (latest <= now) return undefined
  const until = Math.min(now + idleMs, latest)
  if (until - Date.parse(found.until) > renewedAfterMs)
    await store.sessions.extend(digest(secret), instant(until))
  return session
}

/** Ends the session that the browser shows; comes back with it. */
export async function endSession(
  c: Context,
  { store, clock, baseUrl }: SessionDesk,
): Promise<Session | undefined> {
  const { session: name, settings } = cookiesOf(baseUrl)
  const secret = getCookie(c, name)
  deleteCookie(c, name, settings)
  if (secret === undefined) return undefined
  const content = await store.sessions.end(digest(secret), instant(clock().getTime()))
  return content === undefined ? undefined : JSON.parse(content) // written by `beginSession`
}

/** Keeps in the browser what it needs when it comes back from the provider. */
export function keepLeaving(c: Context, leaving: Leaving, baseUrl: string): void {
  const { leaving: name, settings } = cookiesOf(baseUrl)
  setCookie(c, name, Buffer.from(JSON.stringify(leaving)).toString('base64url'), {
    ...settings,
    maxAge: signInSeconds,
  })
}

/** What the browser kept, once. Fails: login when it kept nothing. */
export function takeLeaving(c: Context, baseUrl: string): Leaving {
  const { leaving: name, settings } = cookiesOf(baseUrl)
  const kept = getCookie(c, name)
  deleteCookie(c, name, settings)
  if (kept === undefined) throw failure('login', 'This sign-in has taken too long. Begin again.')
  try {
    return JSON.parse(Buffer.from(kept, 'base64url').toString('utf8'))
  } catch {
    throw failure('login', 'This sign-in cannot be read. Begin again.')
  }
}

/** Passes when a form was sent by a page of this session. Fails: forbidden. */
export function expectOwnForm(
  c: Context,
  session: Session,
  given: string | undefined,
  baseUrl: string,
): void {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const isOurs =
    (origin === undefined || origin === new URL(baseUrl).origin) &&
    (site === undefined || site === 'same-origin') &&
    given !== undefined &&
    sameText(given, session.formKey)
  if (!isOurs) throw failure('forbidden', 'This form is no longer good. Open the page again.')
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [digest(a), digest(b)]
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
const instant = (ms: number): string => new Date(ms).toISOString()
