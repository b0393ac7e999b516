import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { commandAudit } from '../audit/commands.ts'
import { uuidv7 } from '../fhir/id.ts'
import type { Kept, Store, Write } from '../store/index.ts'

/** The trail of a command: a resource to be kept with what it changes. `subject`: what it was about, no patient. */
export function trail(step: string, subject: string, at: string): NonNullable<Write['resources']> {
  const id = uuidv7(Date.parse(at), randomBytes(10))
  const meta = { versionId: '1', lastUpdated: at }
  const event: Kept = { ...commandAudit({ user: account(), step, subject, at }), id, meta }
  return [{ resource: event, replaces: 0 }]
}

/** Notes who changed what by the command line. */
export async function noted(store: Store, step: string, subject: string): Promise<void> {
  const at = new Date().toISOString()
  await store.write({ resources: trail(step, subject, at), at })
}

/** The account under which this runs; its number where it has no name, as in a container. */
function account(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.()}`
  }
}
