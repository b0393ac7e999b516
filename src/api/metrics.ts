import type { Hono } from 'hono'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { mayReadMetrics } from '../auth/gate.ts'
import { type Edge, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/** Measures requests. */
export interface RequestMetrics {
  answered(method: string, route: string, status: number, seconds: number): void
}

/** A registry with what Node tells of itself; other rooms add their measures. */
export function openMetrics(): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  return register
}

/** Time of requests by method, pattern of path, and status. Unit: s. */
export function requestMetrics(register: Registry): RequestMetrics {
  const histogram = new Histogram({
    name: 'relais_http_request_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [register],
  })
  return {
    answered: (method, route, status, seconds) => histogram.observe({ method, route, status }, seconds),
  }
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
