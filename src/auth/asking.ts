import { randomUUID } from 'node:crypto'
import { importJWK, type JWK, SignJWT } from 'jose'

/** Who asks a server for a token, and by which private key it is known there: ES384 unless the key is RSA's or says otherwise. */
export interface Asker {
  clientId: string
  key: JWK
  tokenUrl: string
  scope?: string | undefined
}

/** How long an assertion of ours is good for. */
const goodForSeconds = 240

/**
 * The form by which a backend service asks for a token: its assertion is good for once.
 *
 * Source: SMART App Launch 2.2.0, client-confidential-asymmetric; backend-services.
 */
export async function tokenRequest(asker: Asker, now: Date): Promise<URLSearchParams> {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    ...(asker.scope && { scope: asker.scope }),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signed(asker, now),
  })
}

async function signed({ clientId, key, tokenUrl }: Asker, now: Date): Promise<string> {
  const alg = key.alg ?? (key.kty === 'RSA' ? 'RS384' : 'ES384')
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT', ...(key.kid && { kid: key.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(tokenUrl)
    .setExpirationTime(Math.floor(now.getTime() / 1000) + goodForSeconds)
    .sign(await importJWK(key, alg))
}
