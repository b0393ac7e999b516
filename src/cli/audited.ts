import { trail } from '../gateway/steering/trail.ts'
import type { Store } from '../store/index.ts'
import { whoIs } from './steering.ts'

/** Notes who changed what by the command line. */
export async function noted(store: Store, step: string, subject: string): Promise<void> {
  const at = new Date().toISOString()
  await store.write({ resources: trail(whoIs(undefined), step, subject, at), at })
}
