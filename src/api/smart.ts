import type { Context, Hono } from 'hono'
import { type OAuthAnswer, OAuthFault, refusal } from '../auth/oauth.ts'
import { Failure } from '../fhir/outcome.ts'
import { tellings } from '../fhir/telling.ts'
import { addressOf } from './address.ts'
import { bytesOf, refuseLong } from './body.ts'
import { type Edge, onlyBy, respondPlain } from './edge.ts'
import type { House } from './house.ts'

/** A token request is one assertion and a list of scopes. */
const maxFormBytes = 64 * 1024

/** Discovery, token endpoint and keys. Source: SMART App Launch 2.2.0, backend services. */
export function smart(app: Hono<Edge>, house: House): void {
  app.get('/fhir/.well-known/smart-configuration', (c) => {
    c.set('route', '/fhir/.well-known/smart-configuration')
    return respondPlain(c, JSON.stringify(house.auth.smartConfiguration()), 'application/json')
  })
  app.get('/auth/jwks', (c) => {
    c.set('route', '/auth/jwks')
    return respondPlain(c, JSON.stringify(house.auth.jwks()), 'application/json')
  })
  onlyBy(app, '/fhir/.well-known/smart-configuration', 'GET', 'HEAD')
  onlyBy(app, '/auth/jwks', 'GET', 'HEAD')
  app.all('/auth/token', async (c) => {
    c.set('route', '/auth/token')
    const { body, headers, status } = await tokenAnswer(c, house)
    return new Response(body, { status, headers: { ...headers, 'x-request-id': c.get('number') } })
  })
}

async function tokenAnswer(c: Context<Edge>, { auth, settings }: House): Promise<OAuthAnswer> {
  if (c.req.method !== 'POST') return wrongMethod()
  try {
    refuseLong(c.req.header('content-length'), maxFormBytes)
    return await auth.token({
      contentType: c.req.header('content-type'),
      body: (await bytesOf(c.req.raw, maxFormBytes)).toString('utf8'),
      query: new URL(c.req.url).search.slice(1),
      address: addressOf(c, settings),
    })
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return {
      ...refusal(new OAuthFault('invalid_request', thrown.message)),
      status: tellings[thrown.case].http,
    }
  }
}

function wrongMethod() {
  const told = refusal(new OAuthFault('method_not_allowed', 'Post to the token endpoint.'))
  return { ...told, headers: { ...told.headers, allow: 'POST' } }
}
