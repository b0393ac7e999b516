import type { Context } from 'hono'
import { gateway as itself } from '../auth/actor.ts'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'
import { languageOf } from './language.ts'
import { isKey, sayer } from './messages/index.ts'
import { personOf } from './person.ts'
import type { Provider } from './provider.ts'
import { currentSession, type Session } from './session.ts'
import type { View, Visit } from './view.ts'

/** What the pages are served with. */
export interface Room {
  desk: ConsoleDesk
  provider: Provider
}

/** Who is here, and what their browser shows. */
export interface Guest {
  session: Session
  visit: Visit
}

/** Who looks, if they have signed in and have a part in the cell now. */
export async function guestOf(c: Context<ConsoleEnv>, { desk }: Room): Promise<Guest | undefined> {
  const session = await currentSession(c, sessionDesk(desk))
  if (!session) return undefined
  const { territory } = desk.desk(itself)
  const person = await personOf(session.person, desk.store.reader(), territory, desk.clock())
  if (!person) return undefined
  const visit: Visit = {
    view: { ...viewOf(c, desk), person, formKey: session.formKey },
    person,
    desk: desk.desk(person.permit.actor),
    console: desk,
    parts: c.req.param() as Record<string, string>, // by the pattern of the path
    query: new URL(c.req.url).searchParams,
  }
  return { session, visit }
}

/** What a page knows before anybody has signed in. */
export function viewOf(c: Context, desk: ConsoleDesk): View {
  const language = languageOf(c)
  const url = new URL(c.req.url)
  const done = url.searchParams.get('done') ?? ''
  return {
    language,
    zone: desk.desk(itself).territory.zone,
    now: desk.clock().getTime(),
    say: sayer(language),
    formKey: '',
    path: c.req.method === 'GET' ? url.pathname + url.search : '/console',
    ...(isKey(done) && done.startsWith('done.') && { notice: { done } }),
  }
}

export const sessionDesk = ({ store, clock, settings: { baseUrl } }: ConsoleDesk) => ({
  store,
  clock,
  baseUrl,
})
