import { readFile } from 'node:fs/promises'
import type { Config } from '../config.ts'
import type { OidcSettings } from '../console/desk.ts'

/** Where people sign in, by the settings; undefined when there is no console. */
export async function oidcOf(config: Config): Promise<OidcSettings | undefined> {
  const { RELAIS_OIDC_ISSUER: issuer, RELAIS_OIDC_CLIENT_ID: clientId } = config
  if (issuer === undefined || clientId === undefined) return undefined
  const file = config.RELAIS_OIDC_CLIENT_SECRET_FILE
  const secret = file === undefined ? undefined : (await readFile(file, 'utf8')).trim()
  return {
    issuer,
    clientId,
    scope: config.RELAIS_OIDC_SCOPE,
    claim: config.RELAIS_OIDC_CLAIM,
    system: config.RELAIS_OIDC_SYSTEM ?? issuer,
    ...(secret !== undefined && { clientSecret: secret }),
    ...(config.RELAIS_OIDC_ACR !== undefined && { acr: config.RELAIS_OIDC_ACR }),
  }
}
