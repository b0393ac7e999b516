import type { Hono } from 'hono'
import { failure } from '../fhir/outcome.ts'
import { bytesOf, refuseLong } from './body.ts'
import { type Edge, onlyBy, respond } from './edge.ts'
import type { House } from './house.ts'
import { plain } from './presentation.ts'
import { statusOf } from './told.ts'

const path = '/hooks/:connector'

/** Where partners call when something changes with them. Who they are is proved by how they sign, not by a token. */
export function hooks(app: Hono<Edge>, house: House): void {
  app.post(path, async (c) => {
    c.set('route', path)
    const call = house.called?.(c.req.param('connector'))
    if (!call) throw failure('not-found', 'No connector of this name is called by its partner.')
    refuseLong(c.req.header('content-length'), house.settings.maxBodyBytes)
    const body = await bytesOf(c.req.raw, house.settings.maxBodyBytes)
    const outcome = await call({ headers: Object.fromEntries(c.req.raw.headers), body })
    return respond(c, { status: statusOf(outcome, 200), headers: {}, body: JSON.stringify(outcome) }, plain)
  })
  onlyBy(app, path, 'POST')
}
