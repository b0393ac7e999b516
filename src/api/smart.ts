import type { Hono } from 'hono'
import { OAuthFault, refusal } from '../auth/oauth.ts'
import { addressOf } from './address.ts'
import { bytesOf, refuseLong } from './body.ts'
import { type Edge, respondPlain } from './edge.ts'
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
  app.all('/auth/token', async (c) => {
    c.set('route', '/auth/token')
    const { body, headers, status } = c.req.method === 'POST' ? await granted(c.req.raw) : wrongMethod()
    return new Response(body, { status, headers: { ...headers, 'x-request-id': c.get('number') } })

    async function granted(request: Request) {
      refuseLong(c.req.header('content-length'), maxFormBytes)
      return house.auth.token({
        contentType: c.req.header('content-type'),
        body: (await bytesOf(request, maxFormBytes)).toString('utf8'),
        query: new URL(request.url).search.slice(1),
        address: addressOf(c, house.settings),
      })
    }
  })
}

function wrongMethod() {
  const told = refusal(new OAuthFault('method_not_allowed', 'Post to the token endpoint.'))
  return { ...told, headers: { ...told.headers, allow: 'POST' } }
}
