import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { html, raw } from 'hono/html'
import { exportJWK, generateKeyPair } from 'jose'
import {
  type Adapter,
  type AdapterPayload,
  type Configuration,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import { people, personSystem } from './people.ts'

/** A provider of identities beside the demo, who lets anybody be one of its fictive people. */
export interface DemoProvider extends AsyncDisposable {
  /** How a gateway is told of it. */
  settings: {
    RELAIS_OIDC_ISSUER: string
    RELAIS_OIDC_CLIENT_ID: string
    RELAIS_OIDC_SYSTEM: string
  }
  /** From now on it answers, for a gateway at this address. */
  serve(baseUrl: string): void
}

const clientId = 'relais-console'

/** Takes its port; it answers once it knows who asks. For this machine only: there are no passwords. */
export async function openProvider(): Promise<DemoProvider> {
  let answer: RequestListener = (_, res) => void res.writeHead(503, { 'retry-after': '1' }).end()
  const server = createServer((req, res) => answer(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  const issuer = `http://127.0.0.1:${address.port}`
  const keys = await signingKeys()
  return {
    settings: {
      RELAIS_OIDC_ISSUER: issuer,
      RELAIS_OIDC_CLIENT_ID: clientId,
      RELAIS_OIDC_SYSTEM: personSystem,
    },
    serve(baseUrl) {
      const provider = new Provider(issuer, configuration(baseUrl, keys))
      const standard = provider.callback()
      answer = (req, res) => {
        if (!req.url?.startsWith('/choose/')) return standard(req, res)
        return void chosen(provider, req, res).catch(() => res.writeHead(400).end('This sign-in is over.'))
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function signingKeys() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'demo' }] }
}

function configuration(baseUrl: string, jwks: Awaited<ReturnType<typeof signingKeys>>): Configuration {
  const kept = new Map<string, Kept>()
  return {
    adapter: (model) => memory(model, kept),
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${baseUrl}/console/callback`],
        post_logout_redirect_uris: [`${baseUrl}/console/signed-out`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks,
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name'] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { logoutSource, postLogoutSuccessSource },
    },
    interactions: { url: (_, { uid }) => `/choose/${uid}` },
    pkce: { required: () => true },
    ttl: { Session: 12 * 3600, Grant: 12 * 3600, AccessToken: 600, IdToken: 600, Interaction: 600 },
    findAccount: (_, sub) => {
      const person = people.find(({ subject }) => subject === sub)
      if (!person) return undefined
      const { given, family } = person
      return {
        accountId: sub,
        claims: () => ({ sub, name: `${given} ${family}`, given_name: given, family_name: family }),
      }
    },
    loadExistingGrant: granted,
  }
}

interface Kept {
  payload: AdapterPayload
  /** By the process's own clock, ms. */
  until: number
}

/** Keeps what the provider knows as long as the demo runs, and no longer than it is good. */
function memory(model: string, kept: Map<string, Kept>): Adapter {
  const live = (key: string) => {
    const found = kept.get(key)
    if (found && found.until > performance.now()) return found.payload
    kept.delete(key)
    return undefined
  }
  const all = () => [...kept].filter(([key]) => key.startsWith(`${model}:`) && live(key))
  const by = (fits: (payload: AdapterPayload) => boolean) => all().find(([, { payload }]) => fits(payload))
  return {
    async upsert(id, payload, seconds) {
      const until = performance.now() + (seconds ?? 3600) * 1000
      kept.set(`${model}:${id}`, { payload, until })
    },
    find: async (id) => live(`${model}:${id}`),
    findByUid: async (uid) => by((payload) => payload.uid === uid)?.[1].payload,
    findByUserCode: async (code) => by((payload) => payload.userCode === code)?.[1].payload,
    async consume(id) {
      const payload = live(`${model}:${id}`)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      kept.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grant) {
      for (const [key, { payload }] of kept) if (payload.grantId === grant) kept.delete(key)
    },
  }
}

/** The console asks for no more than who somebody is: nobody is asked for consent. */
async function granted({ oidc }: KoaContextWithOIDC) {
  const { provider, session, client } = oidc
  const known = session?.grantIdFor(client?.clientId ?? '')
  if (known) return provider.Grant.find(known)
  const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' })
  grant.addOIDCScope('openid profile')
  await grant.save()
  return grant
}

/** The page on which one chooses who one is, and the choice. */
async function chosen(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(req, res)
  const subject = new URL(req.url ?? '', 'http://127.0.0.1').searchParams.get('as')
  if (people.some((person) => person.subject === subject)) {
    const login = { accountId: subject ?? '' }
    return provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
  }
  const choices = people.map(
    ({ subject, given, family, title }) =>
      html`<li><a href="/choose/${uid}?as=${subject}">${given} ${family}, ${title.toLowerCase()}</a></li>`,
  )
  const page = framed('Qui êtes-vous ? · Who are you?', html`<ul>${choices}</ul>`)
  res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(String(await page))
}

/** Signing out here asks again whether that is meant. */
async function logoutSource(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const button = '<button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">'
  ctx.body = String(await framed('Se déconnecter · Sign out', raw(`${form}${button}Oui · Yes</button>`)))
}

async function postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void> {
  ctx.body = String(await framed('Déconnecté · Signed out', html``))
}

const framed = (title: string, body: ReturnType<typeof html>) => html`<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>${title}</title></head>
<body><main><h1>${title}</h1><p>Démonstration, personnes fictives · Demo, fictive people</p>${body}</main></body></html>`
