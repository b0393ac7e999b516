import type { Actor } from '../auth/actor.ts'
import { sightOf } from '../auth/gate.ts'
import type { Auth } from '../auth/index.ts'
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
    const actor = file && (await actorOf(file, auth))
    if (!file || !actor) return undefined
    return {
      desk: deskOf(actor),
      maps: file.maps,
      knownDays: file.knownDays,
      ...(file.zone && { zone: file.zone }),
    }
  }
}

/** A client that is disabled sends nothing more by its wire either. */
async function actorOf(
  { name, client, organizationReference: organization }: LoadedConnector,
  auth: Auth,
): Promise<Actor | undefined> {
  if (client !== undefined) return (await auth.permitOf(client))?.actor
  const ris = { role: 'ris', organization, member: false } as const
  return { ...ris, client: name, name, sight: sightOf(ris) }
}
