import type { Context, Hono, MiddlewareHandler } from 'hono'
import type { Answer } from './answer.ts'
import type { House } from './house.ts'
import { requestTimes } from './metrics.ts'
import { type Presentation, plain, put } from './presentation.ts'
import { told, WrongMethod } from './told.ts'

/** What the middleware keeps with a request. */
export interface Edge {
  Variables: {
    /** Its number, told to the caller and logged. */
    number: string
    /** The pattern of its path, without ids: for the log and the metrics. */
    route: string
  }
}

/** Headers of every answer. Source: OWASP, REST security; nothing here is a page. */
const security = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
}

/** A number that somebody else gave a request, harmless enough to be told back and logged. */
const harmless = /^[\w.:-]{1,64}$/

/** Numbers each request, and tells of it once it is answered: pattern, status and time; no ids, no query. */
export function edge({ log, metrics }: House): MiddlewareHandler<Edge> {
  const answered = requestTimes(metrics)
  return async (c, next) => {
    const began = performance.now()
    const given = c.req.header('x-request-id')
    c.set('number', given !== undefined && harmless.test(given) ? given : crypto.randomUUID())
    c.set('route', 'none')
    await next()
    const ms = performance.now() - began
    const { method } = c.req
    const { status } = c.res
    const route = c.get('route')
    answered({ method, route, status, seconds: ms / 1000 })
    log.event('request.answered', { number: c.get('number'), method, route, status, ms: Math.round(ms) })
  }
}

/** Puts an answer into HTTP. */
export function respond(
  c: Context<Edge>,
  { status, headers, body }: Answer,
  presentation: Presentation,
): Response {
  const all = { ...security, 'x-request-id': c.get('number'), ...headers }
  if (body === undefined) return new Response(null, { status, headers: all })
  const typed = { 'content-type': `${presentation.mediaType}; charset=utf-8`, ...all }
  return new Response(bytesOf(put(body, presentation)), { status, headers: typed })
}

const longLetters = 200_000

/** A long text goes to the socket as bytes: as a text it would get three times the room it needs, and be copied once more. */
const bytesOf = (text: string): string | Buffer<ArrayBuffer> =>
  text.length < longLetters ? text : Buffer.from(text)

/** Puts something that is no FHIR resource into HTTP. */
export function respondPlain(
  c: Context<Edge>,
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  status = 200,
): Response {
  return new Response(body, {
    status,
    headers: { ...security, 'x-request-id': c.get('number'), 'content-type': type },
  })
}

/** Tells what was thrown on a path that has no way of its own to tell it. */
export function respondThrown(c: Context<Edge>, thrown: unknown, { log }: House): Response {
  return respond(c, told(thrown, c.get('number'), log), plain)
}

/** Tells which methods an address knows, to whoever uses another. Stands after those that are served. */
export function onlyBy(app: Hono<Edge>, path: string, ...methods: string[]): void {
  app.all(path, () => {
    throw new WrongMethod(`Use ${methods.join(' or ')} here.`, methods)
  })
}
