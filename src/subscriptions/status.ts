import { randomBytes } from 'node:crypto'
import type { Subscription } from '@medplum/fhirtypes'
import { auditOf } from '../audit/index.ts'
import { gateway } from '../auth/actor.ts'
import { uuidv7 } from '../fhir/id.ts'
import type { Kept, Store } from '../store/index.ts'

/** What the gateway itself says of a subscription. */
export type Verdict = { status: 'active' | 'off' } | { status: 'error'; error: string }

/**
 * Writes what has become of a subscription, with its AuditEvent; false when somebody was quicker.
 *
 * Nothing is written when it says so already.
 */
export async function settle(
  subscription: Kept<Subscription>,
  verdict: Verdict,
  { store, clock }: { store: Pick<Store, 'write'>; clock: () => Date },
): Promise<boolean> {
  if (says(subscription, verdict)) return true
  const at = clock().toISOString()
  const replaces = Number(subscription.meta.versionId)
  const { error: _, ...rest } = subscription
  const meta = { ...subscription.meta, versionId: String(replaces + 1), lastUpdated: at }
  const next: Kept<Subscription> = { ...rest, ...verdict, meta }
  const step = `subscription.${verdict.status === 'active' ? 'activated' : verdict.status}`
  const audit = auditOf({ actor: gateway, step, written: [next], removed: [], at })
  const id = uuidv7(clock().getTime(), randomBytes(10))
  const kept = { ...audit, id, meta: { versionId: '1', lastUpdated: at } }
  return store.write({
    at,
    resources: [
      { resource: next, replaces },
      { resource: kept, replaces: 0, sight: [] },
    ],
  })
}

function says(subscription: Subscription, verdict: Verdict): boolean {
  const error = verdict.status === 'error' ? verdict.error : undefined
  return subscription.status === verdict.status && subscription.error === error
}
