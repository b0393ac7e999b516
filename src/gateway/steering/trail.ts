import { randomBytes } from 'node:crypto'
import type { Who } from '../../api/steering.ts'
import { commandAudit } from '../../audit/commands.ts'
import { uuidv7 } from '../../fhir/id.ts'
import type { Kept, Write } from '../../store/index.ts'

/** The trail of what a person did: a resource to be kept with what it changes. `subject`: what it was about, no patient. */
export function trail(
  { person, through }: Who,
  step: string,
  subject: string,
  at: string,
): NonNullable<Write['resources']> {
  const id = uuidv7(Date.parse(at), randomBytes(10))
  const meta = { versionId: '1', lastUpdated: at }
  const event: Kept = { ...commandAudit({ user: person, through, step, subject, at }), id, meta }
  return [{ resource: event, replaces: 0 }]
}
