import type { Hono } from 'hono'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { mayReadMetrics } from '../auth/gate.ts'
import { type Edge, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/** What is measured of this process. */
export interface Metrics {
  /** Other rooms add their measures to it. */
  registry: Registry
  /** A request was answered. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void
}

/** Measures what Node tells of itself, and how long requests take, by pattern of path. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const histogram = new Histogram({
    name: 'relais_http_request_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return { registry, answered: ({ seconds, ...labels }) => histogram.observe(labels, seconds) }
}

/** `/metrics`, for whoever holds the scope `system/metrics`. */
export function guardedMetrics(app: Hono<Edge>, house: House): void {
  app.get('/metrics', async (c) => {
    c.set('route', '/metrics')
    mayReadMetrics(await house.auth.authenticate(c.req.header('authorization')))
    return respondPlain(c, await house.metrics.registry.metrics(), house.metrics.registry.contentType)
  })
}

/** `/metrics` on a listener that only the operator reaches. */
export function openlyMetrics(app: Hono<Edge>, { metrics: { registry } }: House): void {
  app.get('/metrics', async (c) => {
    c.set('route', '/metrics')
    return respondPlain(c, await registry.metrics(), registry.contentType)
  })
}
