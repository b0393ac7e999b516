import type { CommunicationRequest } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { merged } from '../plan.ts'
import { nextOf } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import { isCopyWish } from '../results/copied.ts'
import { grants } from './admit.ts'

/** A question about a request is for the eyes of all who take part in it: whoever is to answer reads it. */
export const askedByApi: Hook<readonly (readonly string[])[]> = {
  facts: (changes, _, store, actor) =>
    Promise.all(
      changes.map(async (change) => {
        const keys = await sightIn(change, store)
        return sees(actor, keys) ? keys.filter((key) => key.startsWith('org:')) : []
      }),
    ),

  decide: (changes, _, keys) =>
    merged(
      changes.map(({ before, ...change }, n) => {
        if (change.verb === 'delete') return { remove: before ? [before] : [] }
        const next = nextOf(change.resource, before)
        return { write: [next], grant: grants([next], keys[n] ?? []) }
      }),
    ),
}

/** Whoever sees the request that is asked about; nobody for a wish for copies, which asks nothing. */
async function sightIn(change: Seen, store: Reader): Promise<readonly string[]> {
  if (change.verb === 'delete') return []
  // Changes of this hook are CommunicationRequests: the table says so.
  const asked = change.resource as CommunicationRequest
  const named = (asked.basedOn ?? []).flatMap(({ reference }) =>
    reference?.startsWith('ServiceRequest/') ? [reference] : [],
  )
  if (isCopyWish(asked) || named.length === 0) return []
  const known: (Kept | undefined)[] = await Promise.all(named.map((one) => store.follow(one)))
  const sights = await Promise.all(
    known.flatMap((one) => (one ? [store.sight(`ServiceRequest/${one.id}`)] : [])),
  )
  return sights.flat()
}
