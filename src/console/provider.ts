import * as oidc from 'openid-client'
import { failure } from '../fhir/outcome.ts'
import type { OidcSettings } from './desk.ts'

/** What is kept in the browser between leaving for the provider and coming back. */
export interface Leaving {
  state: string
  nonce: string
  verifier: string
  /** Where to go on, a path of ours. */
  to: string
}

/** Somebody whom the provider vouches for. */
export interface Vouched {
  /** The value of the claim that names persons. */
  value: string
  /** For signing out there, too. */
  idToken: string
}

/** The provider of identities. Source: OpenID Connect Core 1.0 (code flow), RFC 7636 (PKCE), Discovery 1.0. */
export interface Provider {
  /** Where to send the browser, and what it keeps meanwhile. */
  leave(to: string): Promise<{ url: URL; leaving: Leaving }>
  /** Who came back. Fails: login, when the provider does not vouch for anybody. */
  arrive(address: URL, leaving: Leaving): Promise<Vouched>
  /** Where to sign out; absent where the provider has no such page. */
  signOut(idToken: string): Promise<URL | undefined>
  /** Origins that a form of ours may lead to. */
  origins(): readonly string[]
}

/** What the provider says of itself is read again after this long. */
const knownMs = 60 * 60_000

/** The provider that the settings name: asked when somebody first signs in, as it may start after us. */
export function openProvider(settings: OidcSettings, callback: string, signedOut: string): Provider {
  let known: { at: number; configuration: Promise<oidc.Configuration> } | undefined
  const configuration = (): Promise<oidc.Configuration> => {
    if (known && performance.now() - known.at < knownMs) return known.configuration
    const asked = discovered(settings)
    known = { at: performance.now(), configuration: asked }
    asked.catch(() => {
      known = undefined // the next one asks again
    })
    return asked
  }
  return {
    async leave(to) {
      const leaving = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        to,
      }
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: callback,
        scope: settings.scope,
        state: leaving.state,
        nonce: leaving.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(leaving.verifier),
        code_challenge_method: 'S256',
        ...(settings.acr !== undefined && { acr_values: settings.acr }),
      })
      return { url, leaving }
    },
    arrive: async (address, leaving) => vouched(await configuration(), address, leaving, settings),
    async signOut(idToken) {
      const at = await configuration()
      if (at.serverMetadata().end_session_endpoint === undefined) return undefined
      return oidc.buildEndSessionUrl(at, { id_token_hint: idToken, post_logout_redirect_uri: signedOut })
    },
    origins: () => [new URL(settings.issuer).origin],
  }
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

async function discovered({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const url = new URL(issuer)
  const plain = url.protocol === 'http:' && loopback.test(url.hostname)
  try {
    return await oidc.discovery(url, clientId, clientSecret, clientSecret ? undefined : oidc.None(), {
      timeout: 10,
      ...(plain && { execute: [oidc.allowInsecureRequests] }),
    })
  } catch (thrown) {
    throw away(thrown)
  }
}

/** Nobody is at fault here but the network, or the settings. */
function away(cause: unknown) {
  const told = failure('transient', 'The identity provider cannot be reached. Try again in a moment.')
  told.cause = cause
  return told
}

async function vouched(
  configuration: oidc.Configuration,
  address: URL,
  { state, nonce, verifier }: Leaving,
  { claim, acr }: OidcSettings,
): Promise<Vouched> {
  const tokens = await oidc
    .authorizationCodeGrant(configuration, address, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    .catch((thrown) => {
      throw notVouched(thrown)
    })
  const claims = tokens.claims()
  if (!claims || tokens.id_token === undefined) throw notVouched('no ID token')
  if (acr !== undefined && claims.acr !== acr) throw notVouched('another level of authentication')
  const value = claims[claim] ?? (await userInfo(configuration, tokens.access_token, claims.sub))[claim]
  if (typeof value !== 'string' || value === '') throw notVouched(`no claim ${claim}`)
  return { value, idToken: tokens.id_token }
}

async function userInfo(
  configuration: oidc.Configuration,
  token: string,
  subject: string,
): Promise<Record<string, unknown>> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  return oidc.fetchUserInfo(configuration, token, subject).catch((thrown) => {
    throw notVouched(thrown)
  })
}

function notVouched(cause: unknown) {
  const told = failure('login', 'The sign-in did not succeed. Begin again.')
  told.cause = cause
  return told
}
