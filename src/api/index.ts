import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { failure } from '../fhir/outcome.ts'
import { dialects } from './dialects/index.ts'
import { smartLinks } from './dialects/smart-links/index.ts'
import { docs } from './docs.ts'
import { type Edge, edge, respondThrown } from './edge.ts'
import { fhir } from './fhir.ts'
import { health } from './health.ts'
import { hooks } from './hooks.ts'
import type { House } from './house.ts'
import { intake } from './intake.ts'
import { intakeDiary } from './intake-diary.ts'
import { strict } from './interactions/index.ts'
import { guardedMetrics, openlyMetrics } from './metrics.ts'
import { operation } from './operation.ts'
import { smart } from './smart.ts'

/** FHIR, strict and in each dialect. */
const bases = [strict, ...dialects]

/** Documents that a page of any origin may read: they say what everybody may know. */
const discovery = [
  ...bases.map(({ path }) => `${path}/metadata`),
  '/fhir/.well-known/smart-configuration',
  '/auth/jwks',
  '/openapi.json',
]

/** The gateway's HTTP application: FHIR and its dialects, tokens, intake, health. */
export function api(house: House): Hono<Edge> {
  const app = bare(house)
  for (const path of discovery)
    app.use(path, cors({ origin: '*', allowMethods: ['GET', 'HEAD'], maxAge: 86_400 }))
  smart(app, house)
  health(app, house)
  intake(app, house)
  intakeDiary(app, house)
  hooks(app, house)
  if (!house.settings.adminListener) {
    guardedMetrics(app, house)
    operation(app, house)
  }
  smartLinks(app, house)
  docs(app, bases, house)
  for (const base of bases) fhir(app, base, house)
  return app
}

/** What the operator's own listener serves: `/metrics`, `/live`, `/ready`, `/operation`. No public routes. */
export function adminApi(house: House): Hono<Edge> {
  const app = bare(house)
  health(app, house)
  openlyMetrics(app, house)
  operation(app, house)
  return app
}

/** An application that numbers its requests, logs them, and tells failures. */
function bare(house: House): Hono<Edge> {
  const app = new Hono<Edge>()
  app.use(edge(house))
  app.onError((thrown, c) => respondThrown(c, thrown, house))
  app.notFound((c) => respondThrown(c, failure('not-found', 'There is nothing at this address.'), house))
  return app
}
