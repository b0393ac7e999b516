import type { Context, Hono } from 'hono'
import { nobody } from '../auth/nobody.ts'
import { refuseTokenInUrl } from '../auth/permit.ts'
import { failure } from '../fhir/outcome.ts'
import type { Base } from './base.ts'
import { refuseLong, textOf } from './body.ts'
import { type Edge, respond } from './edge.ts'
import type { House } from './house.ts'
import { capabilities } from './interactions/capabilities.ts'
import { isJsonPatch } from './patch.ts'
import { expectJson, type Presentation, plain, presentationOf } from './presentation.ts'
import { type Router, routerOf } from './router.ts'
import { sentIn } from './sent.ts'
import { type Said, serve } from './serve.ts'
import { told } from './told.ts'

/** FHIR under one base: every path there, by the base's list of interactions. */
export function fhir(app: Hono<Edge>, base: Base, house: House): void {
  const router = routerOf([...base.interactions, capabilities(base, house)])
  const handle = (c: Context<Edge>) => answered(c, base, router, house)
  app.all(base.path, handle)
  app.all(`${base.path}/*`, handle)
}

async function answered(c: Context<Edge>, base: Base, router: Router, house: House): Promise<Response> {
  let presentation: Presentation = plain
  try {
    const present = (query: URLSearchParams) => {
      presentation = presentationOf(query, c.req.header('accept'), base.mediaTypes)
    }
    const said = saidBy(c, base, house, present)
    present(said.query)
    refuseTokenInUrl(said.query)
    refuseLong(said.header('content-length'), house.settings.maxBodyBytes)
    const routed = (pattern: string) => c.set('route', `${base.path}${pattern}`)
    const whoAsks = () => house.auth.authenticate(said.header('authorization'))
    const url = `${house.settings.baseUrl}${base.path}`
    const { mediaTypes } = base
    return respond(
      c,
      await serve(said, { house, base: url, mediaTypes, router, whoAsks, routed }),
      presentation,
    )
  } catch (thrown) {
    return respond(c, told(thrown, c.get('number'), house.log, isToldFatal(base, c.req.path)), presentation)
  }
}

/** Whether an operation is called whose standard has errors told as fatal: those of the door, too. */
const isToldFatal = ({ operations }: Base, path: string): boolean =>
  operations.some(({ fatal, definition }) => fatal && path.endsWith(`/$${definition.code}`))

function saidBy(
  c: Context<Edge>,
  { path, meant = (query) => query }: Base,
  { settings: { maxBodyBytes }, desk }: House,
  present: (query: URLSearchParams) => void,
): Said {
  const { url, method } = c.req
  const mark = url.indexOf('?')
  const asked = mark < 0 ? '' : url.slice(mark + 1)
  const query = meant(new URLSearchParams(asked))
  return {
    number: c.get('number'),
    method,
    path: c.req.path.slice(path.length),
    query,
    asked,
    header: (name) => c.req.header(name),
    async resource() {
      const type = c.req.header('content-type')
      if (method !== 'PATCH' || !isJsonPatch(type)) expectJson(type)
      const text = await textOf(c.req.raw, maxBodyBytes)
      return sentIn(text, (resource) => desk(nobody).validate(resource))
    },
    async form() {
      expectForm(c.req.header('content-type'))
      const form = meant(new URLSearchParams(await textOf(c.req.raw, maxBodyBytes)))
      present(new URLSearchParams([...query, ...form]))
      return form
    },
  }
}

function expectForm(contentType: string | undefined): void {
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')) return
  throw failure('media-type', 'Post search parameters as application/x-www-form-urlencoded.', 'Content-Type')
}
