import type { Hono } from 'hono'
import { type Edge, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/**
 * `/live`: the process is up. `/ready`: store, migrations and keys are, and nobody has told it to stop; partners are never
 * asked.
 */
export function health(app: Hono<Edge>, { store, isStopping }: House): void {
  app.get('/live', (c) => {
    c.set('route', '/live')
    return respondPlain(c, '{"status":"up"}', 'application/json')
  })
  app.get('/ready', async (c) => {
    c.set('route', '/ready')
    const ready = !isStopping?.() && (await store.ready())
    return respondPlain(
      c,
      `{"status":"${ready ? 'ready' : 'not ready'}"}`,
      'application/json',
      ready ? 200 : 503,
    )
  })
}
