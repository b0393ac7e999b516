import { type Context, Hono } from 'hono'
import { failure } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import { serveAssets } from './assets.ts'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'
import { formOf } from './form.ts'
import { guestOf, type Room, viewOf } from './guest.ts'
import { chooseLanguage } from './language.ts'
import { openLive } from './live.ts'
import { acts, pages } from './pages/index.ts'
import { openProvider } from './provider.ts'
import { failed, noticeOf, respond, show } from './respond.ts'
import { expectOwnForm } from './session.ts'
import { signIn, signInPage } from './sign-in.ts'
import { type Act, field, type Onward, type Page } from './view.ts'

/** The page of the cell, under `/console`; disposing of it ends what browsers listen to. */
export interface Console extends Disposable {
  app: Hono<ConsoleEnv>
}

export function openConsole(desk: ConsoleDesk): Console {
  const base = `${desk.settings.baseUrl}/console`
  const provider = openProvider(desk.settings.oidc, `${base}/callback`, `${base}/signed-out`)
  const room: Room = { desk, provider }
  const live = openLive(desk)
  const app = new Hono<ConsoleEnv>()
  app.onError((thrown, c) => failed(c, thrown, room))
  serveAssets(app)
  signIn(app, room)
  chooseLanguage(app, desk)
  app.get('/live', async (c) => {
    c.set('route', '/console/live')
    return (await guestOf(c, room)) ? live.stream(c) : c.body(null, 401)
  })
  for (const page of pages) app.get(page.path, (c) => looked(c, page, room))
  for (const act of acts) app.post(act.path, (c) => done(c, act, room))
  app.all('/*', () => {
    throw failure('not-found', 'There is no such page.')
  })
  return { app, [Symbol.dispose]: () => live[Symbol.dispose]() }
}

const routeOf = (path: string) => (path === '/' ? '/console' : `/console${path}`)

async function looked(c: Context<ConsoleEnv>, page: Page, room: Room): Promise<Response> {
  c.set('route', routeOf(page.path))
  const guest = await guestOf(c, room)
  if (!guest) return strangers(c, room)
  return respond(c, await page.show(guest.visit), guest.visit, room)
}

/** Carries out what a form asks for; when it cannot be done, its page is shown again with the reason. */
async function done(c: Context<ConsoleEnv>, act: Act, room: Room): Promise<Response> {
  c.set('route', routeOf(act.path))
  const guest = await guestOf(c, room)
  if (!guest) return strangers(c, room)
  const { visit, session } = guest
  const form = await formOf(c, room.desk)
  expectOwnForm(c, session, field(form, 'formKey'), room.desk.settings.baseUrl)
  try {
    const result = await act.perform(visit, form)
    return 'to' in result ? onward(c, result) : await respond(c, result, visit, room)
  } catch (thrown) {
    const notice = noticeOf(c, thrown, room.desk)
    const told = { ...visit, view: { ...visit.view, notice } }
    const again = await act.back(told, form)
    return respond(c, { ...again, status: tellings[notice.failure.case].http }, told, room)
  }
}

function onward(c: Context, { to, done, at }: Onward): Response {
  const [path = '', query = ''] = to.split('?')
  const parameters = new URLSearchParams(query)
  if (done) parameters.set('done', done)
  const there = parameters.size > 0 ? `${path}?${parameters}` : path
  return c.redirect(at === undefined ? there : `${there}#${at}`, 303)
}

/** For who has not signed in, or has no part in the cell any more: where to. */
function strangers(c: Context<ConsoleEnv>, room: Room): Response | Promise<Response> {
  const view = viewOf(c, room.desk)
  return show(c, view, signInPage(view), room)
}
