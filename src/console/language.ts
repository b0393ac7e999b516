import type { Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'
import { formOf } from './form.ts'
import { type Language, languages } from './format.ts'
import { preferred } from './messages/index.ts'
import { field } from './view.ts'

const cookie = 'relais-language'

/** The language that was chosen in this browser, else the one that the browser asks for. */
export function languageOf(c: Context): Language {
  const chosen = getCookie(c, cookie)
  return languages.find((one) => one === chosen) ?? preferred(c.req.header('accept-language'))
}

/** Chooses a language, signed in or not: it says nothing of anybody. */
export function chooseLanguage(app: Hono<ConsoleEnv>, desk: ConsoleDesk): void {
  app.post('/language', async (c) => {
    c.set('route', '/console/language')
    const form = await formOf(c, desk)
    const language = languages.find((one) => one === field(form, 'language')) ?? 'fr'
    setCookie(c, cookie, language, {
      httpOnly: true,
      secure: desk.settings.baseUrl.startsWith('https:'),
      sameSite: 'Lax',
      path: '/console',
      maxAge: 31_536_000,
    })
    return c.redirect(ownPath(field(form, 'to')), 303)
  })
}

/** A path of the console, whatever was sent. */
export const ownPath = (to: string): string => (/^\/console(?:$|[/?])[^\\\s]*$/.test(to) ? to : '/console')
