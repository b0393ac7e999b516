import type { Actor } from '../auth/actor.ts'
import { sightOf } from '../auth/gate.ts'
import type { Auth } from '../auth/index.ts'
import type { Permit } from '../auth/permit.ts'
import { parseScopes } from '../auth/scopes.ts'
import type { Sender } from '../flows/receive.ts'
import type { Desk } from '../flows/step.ts'
import type { LoadedConnector } from '../territory/load.ts'

/** Whom a connector's messages are from: the client that its file names, else a RIS of its organisation. */
export function senders(
  connectors: readonly LoadedConnector[],
  auth: Auth,
  deskOf: (actor: Actor) => Desk,
): (name: string) => Promise<Sender | undefined> {
  const files = new Map(connectors.map((file) => [file.name, file]))
  return async (name) => {
    const file = files.get(name)
    const permit = file && (await permitOf(file, auth))
    if (!file || !permit) return undefined
    return {
      desk: deskOf(permit.actor),
      permit,
      maps: file.maps,
      knownDays: file.knownDays,
      ...(file.zone && { zone: file.zone }),
    }
  }
}

/** All that a role may do; the role's own bounds hold. */
const { scopes } = parseScopes('system/*.cruds')

/** A client that is disabled sends nothing more by its wire either. */
async function permitOf(
  { name, client, organizationReference: organization }: LoadedConnector,
  auth: Auth,
): Promise<Permit | undefined> {
  if (client !== undefined) return auth.permitOf(client)
  const ris = { role: 'ris', organization, member: false } as const
  return { actor: { ...ris, client: name, name, sight: sightOf(ris) }, scopes, lenient: false }
}
