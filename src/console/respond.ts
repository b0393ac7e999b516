import type { Context } from 'hono'
import { failureOf } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'
import { guestOf, type Room, viewOf } from './guest.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'
import type { Provider } from './provider.ts'
import type { Notice, Shown, View, Visit } from './view.ts'

/** Shows a page to who has signed in, and notes in the trail of reads what it shows. */
export async function respond(
  c: Context<ConsoleEnv>,
  shown: Shown,
  { view, person, console: { reads } }: Visit,
  room: Room,
): Promise<Response> {
  if (shown.references?.length) {
    const { actor } = person.permit
    await reads.note({
      actor,
      interaction: 'console',
      references: shown.references,
      requestId: c.get('number'),
    })
  }
  return show(c, view, shown, room)
}

/** Shows a page. */
export function show(
  c: Context<ConsoleEnv>,
  view: View,
  shown: Shown,
  { provider }: Room,
): Response | Promise<Response> {
  // Any status that the table of failures has, or that of a page.
  return c.html(layout(view, shown), (shown.status ?? 200) as 200, headersOf(c, provider))
}

/** Tells what kept a page from being shown. */
export async function failed(c: Context<ConsoleEnv>, thrown: unknown, room: Room): Promise<Response> {
  const notice = noticeOf(c, thrown, room.desk)
  const guest = await guestOf(c, room).catch(() => undefined) // the store may be what failed
  const view = guest?.visit.view ?? viewOf(c, room.desk)
  const status = tellings[notice.failure.case].http
  const title = view.say('failed.title')
  return show(c, { ...view, notice }, { title, body: html`<h1>${title}</h1>`, status }, room)
}

/** What is told of something that was thrown. What is unknown is ours, and logged under the number that is told. */
export function noticeOf(
  c: Context<ConsoleEnv>,
  thrown: unknown,
  { log }: ConsoleDesk,
): Extract<Notice, { failure: unknown }> {
  const number = c.get('number')
  const failure = failureOf(thrown, number)
  if (failure.case === 'exception') log.failed('console.failed', thrown, { number })
  return { failure, number }
}

/**
 * Headers of every page: nothing from outside, no frame around it, nothing kept by the browser.
 *
 * The referrer is told to ourselves: without it a browser says of its own forms that they come from nowhere.
 * Source: OWASP, HTTP headers; W3C CSP 3.
 */
function headersOf(c: Context<ConsoleEnv>, provider: Provider): Record<string, string> {
  const ours = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
  const forms = ["'self'", ...provider.origins()].join(' ')
  return {
    'cache-control': 'no-store',
    'content-security-policy': `${ours}; form-action ${forms}; base-uri 'none'; frame-ancestors 'none'`,
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'same-origin',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-request-id': c.get('number'),
  }
}
