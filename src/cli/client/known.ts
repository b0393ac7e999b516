import { type Client, registration } from '../../auth/client.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Store } from '../../store/index.ts'

/** A registered client. Fails: not-found. */
export async function knownClient(id: string, { clients }: Store): Promise<Client> {
  const row = await clients.get(id)
  if (row) return registration.parse(JSON.parse(row.registration))
  const ids = (await clients.list()).map((one) => one.id)
  throw failure('not-found', `There is no client ${id}. One of: ${ids.join(', ') || 'none yet'}.`)
}
