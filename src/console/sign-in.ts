import { randomBytes } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { type SignIn, signInAudit } from '../audit/sign-in.ts'
import { gateway as itself } from '../auth/actor.ts'
import { uuidv7 } from '../fhir/id.ts'
import { failure } from '../fhir/outcome.ts'
import type { Kept } from '../store/index.ts'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'
import { formOf } from './form.ts'
import { guestOf, type Room, sessionDesk, viewOf } from './guest.ts'
import { given, html } from './html.ts'
import { ownPath } from './language.ts'
import { type Person, personOf, practitionerOf } from './person.ts'
import type { Vouched } from './provider.ts'
import { show } from './respond.ts'
import { beginSession, endSession, expectOwnForm, keepLeaving, takeLeaving } from './session.ts'
import { field, type Shown, type View } from './view.ts'

/** The way in by the provider, and the way out. */
export function signIn(app: Hono<ConsoleEnv>, room: Room): void {
  app.get('/sign-in', async (c) => {
    c.set('route', '/console/sign-in')
    const { url, leaving } = await room.provider.leave(ownPath(c.req.query('to') ?? ''))
    keepLeaving(c, leaving, room.desk.settings.baseUrl)
    return c.redirect(url.href, 303)
  })
  app.get('/callback', (c) => arrived(c, room))
  app.post('/sign-out', (c) => left(c, room))
  app.get('/signed-out', (c) => {
    c.set('route', '/console/signed-out')
    const view = viewOf(c, room.desk)
    return show(c, view, signedOutPage(view), room)
  })
}

/** For who has not signed in: where to. */
export const signInPage = ({ say, path }: View): Shown => ({
  title: say('sign-in.title'),
  status: 401,
  body: html`<section class="door"><h1>${say('sign-in.title')}</h1><p>${say('sign-in.why')}</p>
    <p><a class="button" href="/console/sign-in?to=${encodeURIComponent(ownPath(path))}" autofocus>${say('sign-in')}</a></p></section>`,
})

const signedOutPage = ({ say }: View): Shown => ({
  title: say('signed-out.title'),
  body: html`<section class="door"><h1>${say('signed-out.title')}</h1><p>${say('signed-out.why')}</p>
    <p><a class="button" href="/console">${say('sign-in')}</a></p></section>`,
})

/** Somebody whom the provider knows and the cell does not: what the operator has to enter. */
const unknownPage = ({ say }: View, name: string): Shown => ({
  title: say('unknown.title'),
  status: 403,
  body: html`<section class="door"><h1>${say('unknown.title')}</h1><p>${say('unknown.why')}</p>
    ${given(name, (value) => html`<p>${say('unknown.name')} <code>${value}</code></p>`)}
    <p><a class="button" href="/console">${say('sign-in')}</a></p></section>`,
})

async function arrived(c: Context<ConsoleEnv>, room: Room): Promise<Response> {
  c.set('route', '/console/callback')
  const { desk, provider } = room
  const leaving = takeLeaving(c, desk.settings.baseUrl)
  const { search } = new URL(c.req.url)
  // The public address, whatever a proxy has made of it: the provider has seen that one.
  const vouched = await provider
    .arrive(new URL(`${desk.settings.baseUrl}/console/callback${search}`), leaving)
    .catch((thrown) => {
      desk.log.warn('person.unvouched', { number: c.get('number'), kind: reasonOf(thrown) })
      throw thrown
    })
  const person = await knownPerson(vouched, desk)
  if (!person) {
    await noted({ what: 'refused' }, desk)
    const view = viewOf(c, desk)
    return show(c, view, unknownPage(view, vouched.value), room)
  }
  await endSession(c, sessionDesk(desk))
  await beginSession(c, { person: person.reference, idToken: vouched.idToken }, sessionDesk(desk))
  await noted({ what: 'signed-in', who: person.permit.actor }, desk)
  return c.redirect(leaving.to, 303)
}

/** The kind of fault, as the library names it; never what a token says. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.name
  return typeof cause === 'string' ? cause : typeof cause
}

async function knownPerson({ value }: Vouched, desk: ConsoleDesk): Promise<Person | undefined> {
  const reader = desk.store.reader()
  const reference = await practitionerOf(desk.settings.oidc.system, value, reader)
  if (reference === undefined) return undefined
  return personOf(reference, reader, desk.desk(itself).territory, desk.clock())
}

/** Signs out here, and with the provider where it has a page for that. */
async function left(c: Context<ConsoleEnv>, room: Room): Promise<Response> {
  c.set('route', '/console/sign-out')
  const { desk, provider } = room
  const guest = await guestOf(c, room)
  if (!guest) return c.redirect('/console/signed-out', 303)
  expectOwnForm(c, guest.session, field(await formOf(c, desk), 'formKey'), desk.settings.baseUrl)
  const session = await endSession(c, sessionDesk(desk))
  await noted({ what: 'signed-out', who: guest.visit.person.permit.actor }, desk)
  const there = session && (await provider.signOut(session.idToken).catch(() => undefined)) // out here in any case
  return c.redirect(there?.href ?? '/console/signed-out', 303)
}

/** Keeps who came and went. Fails: transient, when it cannot be kept. */
async function noted(sign: Omit<SignIn, 'at'>, { store, clock }: ConsoleDesk): Promise<void> {
  const at = clock().toISOString()
  const id = uuidv7(Date.parse(at), randomBytes(10))
  const resource: Kept = { ...signInAudit({ ...sign, at }), id, meta: { versionId: '1', lastUpdated: at } }
  if (await store.write({ at, resources: [{ resource, replaces: 0 }] })) return
  throw failure('transient', 'The trail of sign-ins cannot be kept now. Try again in a moment.')
}
