import type { Issue } from '../../fhir/outcome.ts'
import type { Desk } from '../step.ts'
import type { NewId } from './addressed.ts'
import type { Request } from './change.ts'
import { transact } from './transact.ts'
import type { Guard } from './transacted.ts'

/** All that carrying out a change would say, and nothing is kept or sent. Fails: as `transact`. */
export async function rehearse(
  request: Request,
  newId: NewId,
  desk: Desk,
  guard: Guard,
): Promise<readonly Issue[]> {
  const store = { ...desk.store, write: async () => true }
  const { warnings } = await transact([request], newId, { ...desk, store }, guard)
  return warnings
}
