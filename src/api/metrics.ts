import type { Hono } from 'hono'
import { Histogram, type Registry } from 'prom-client'
import { mayReadMetrics } from '../auth/gate.ts'
import { type Edge, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/** Notes that a request was answered. */
export type Answered = (request: { method: string; route: string; status: number; seconds: number }) => void

/** Measures how long requests take, by pattern of path; both listeners of one process measure together. */
export function requestTimes(registry: Registry): Answered {
  const name = 'relais_http_request_seconds'
  const known = registry.getSingleMetric(name)
  const histogram =
    known instanceof Histogram
      ? known
      : new Histogram({
          name,
          help: 'Time from a request to its answer',
          labelNames: ['method', 'route', 'status'],
          buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
          registers: [registry],
        })
  return ({ seconds, ...labels }) => histogram.observe(labels, seconds)
}

/** `/metrics`, for whoever holds the scope `system/metrics`. */
export function guardedMetrics(app: Hono<Edge>, house: House): void {
  app.get('/metrics', async (c) => {
    c.set('route', '/metrics')
    mayReadMetrics(await house.auth.authenticate(c.req.header('authorization')))
    return respondPlain(c, await house.metrics.metrics(), house.metrics.contentType)
  })
}

/** `/metrics` on a listener that only the operator reaches. */
export function openlyMetrics(app: Hono<Edge>, { metrics }: House): void {
  app.get('/metrics', async (c) => {
    c.set('route', '/metrics')
    return respondPlain(c, await metrics.metrics(), metrics.contentType)
  })
}
