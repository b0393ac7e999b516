import type { Context, Hono } from 'hono'
import { refuseTokenInUrl } from '../auth/permit.ts'
import { parseJson } from '../fhir/json.ts'
import { failure } from '../fhir/outcome.ts'
import { refuseLong, textOf } from './body.ts'
import { type Edge, respond } from './edge.ts'
import type { House } from './house.ts'
import { interactionsOf } from './interactions/index.ts'
import { expectJson, type Presentation, plain, presentationOf } from './presentation.ts'
import { type Router, routerOf } from './router.ts'
import { type Said, serve } from './serve.ts'
import { told } from './told.ts'

const base = '/fhir'

/** The FHIR API: every path under `/fhir`, by the list of interactions. */
export function fhir(app: Hono<Edge>, house: House): void {
  const router = routerOf(interactionsOf(house))
  const handle = (c: Context<Edge>) => answered(c, router, house)
  app.all(base, handle)
  app.all(`${base}/*`, handle)
}

async function answered(c: Context<Edge>, router: Router, house: House): Promise<Response> {
  let presentation: Presentation = plain
  try {
    const said = saidBy(c, house)
    presentation = presentationOf(said.query, said.header('accept'))
    refuseTokenInUrl(said.query)
    refuseLong(said.header('content-length'), house.settings.maxBodyBytes)
    const routed = (pattern: string) => c.set('route', `${base}${pattern}`)
    const whoAsks = () => house.auth.authenticate(said.header('authorization'))
    return respond(c, await serve(said, { house, router, whoAsks, routed }), presentation)
  } catch (thrown) {
    return respond(c, told(thrown, c.get('number'), house.log), presentation)
  }
}

function saidBy(c: Context<Edge>, { settings: { maxBodyBytes } }: House): Said {
  const { url, method } = c.req
  const mark = url.indexOf('?')
  return {
    number: c.get('number'),
    method,
    path: c.req.path.slice(base.length),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    header: (name) => c.req.header(name),
    async resource() {
      expectJson(c.req.header('content-type'))
      return parseJson(await textOf(c.req.raw, maxBodyBytes))
    },
    async form() {
      expectForm(c.req.header('content-type'))
      return new URLSearchParams(await textOf(c.req.raw, maxBodyBytes))
    },
  }
}

function expectForm(contentType: string | undefined): void {
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')) return
  throw failure('media-type', 'Post search parameters as application/x-www-form-urlencoded.', 'Content-Type')
}
