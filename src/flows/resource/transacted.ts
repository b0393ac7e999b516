import type { Resource } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { mayChange, sees } from '../../auth/gate.ts'
import { failures, type Issue, issue } from '../../fhir/outcome.ts'
import type { Reader } from '../../store/index.ts'
import { merged } from '../plan.ts'
import type { Plan, Step } from '../step.ts'
import { type Change, nextOf, placeIn, referenceOf } from './change.ts'
import { danglingOf, duplicatesOf } from './faults.ts'
import { type Bound, hooks, type Seen } from './hooks.ts'

export interface Facts {
  seen: readonly Seen[]
  /** Faults that only the store can tell: references to nothing, identifiers that exist. */
  faults: readonly Issue[]
  /** Plans of the hooks of the types concerned, still to be decided. */
  hooked: readonly Bound[]
}

/** Refuses by throwing: asked of each resource as it is before its change, and as it is to be after it. */
export type Guard = (change: Pick<Change, 'type' | 'asked'>, resource: Resource) => void

/** Changes that belong together, and who may make them. */
export interface Asking {
  changes: readonly Change[]
  /** What the same request has found by its conditions: references to these lead somewhere. */
  found: readonly string[]
  guard: Guard
}

/** Several changes asked for through the API, all or nothing; a single one is a bundle of one. */
export const transacted: Step<Asking, Facts> = {
  name: 'resource.transacted',
  facts,
  decide,
}

/** What is now, and which faults only the store can tell. */
export async function facts({ changes, found }: Asking, store: Reader, actor: Actor): Promise<Facts> {
  const seen = await Promise.all(changes.map((change) => seenBy(change, store, actor)))
  const [dangling, duplicates, hooked] = await Promise.all([
    danglingOf(seen, found, store, actor),
    duplicatesOf(seen, store, actor),
    hookedOf(seen, store, actor),
  ])
  return { seen, faults: [...dangling, ...duplicates], hooked }
}

/** Refuses what is stale, unknown or at fault; otherwise writes and removes what was asked, types with a hook by their hook. */
export function decide(
  { guard }: Asking,
  { seen, faults, hooked }: Facts,
  at: Parameters<Bound>[0],
  actor: Actor,
): Plan {
  for (const { before, ...change } of seen) {
    if (before) guard(change, before)
    if (change.verb !== 'delete') guard(change, change.resource)
  }
  const all = [...seen.flatMap(refusalOf), ...faults]
  if (all.length > 0) throw failures(all)
  const plain = seen.filter(({ type }) => !hooks[type])
  return merged([
    plainly(plain),
    ...hooked.map((bound) => bound(at, actor)),
    { conditions: conditionsOf(seen) },
  ])
}

/** The resource as it is now: what the caller may not see is as if it were not there. Fails: forbidden when it is not its to change. */
async function seenBy(change: Change, store: Reader, actor: Actor): Promise<Seen> {
  if (change.verb === 'create') return { ...change, before: undefined }
  const reference = referenceOf(change)
  const [before, keys] = await Promise.all([store.follow(reference), store.sight(reference)])
  if (!before || !sees(actor, keys)) return { ...change, before: undefined }
  mayChange(actor, change.type, keys)
  return { ...change, before }
}

function refusalOf({ before, ...change }: Seen): Issue[] {
  const reference = referenceOf(change)
  if (change.verb === 'update' && !before) return [unknown(change)]
  if (change.verb === 'create' || change.ifMatch === undefined) return []
  if (change.ifMatch === before?.meta.versionId) return []
  const now = before ? `version ${before.meta.versionId}` : 'gone'
  return [
    issue(
      'stale-version',
      `${reference} is now ${now}. Read it again, then repeat the change.`,
      placeIn(change),
    ),
  ]
}

function unknown(change: Change): Issue {
  const text = `There is no ${referenceOf(change)} to update. Ids are given by the server: create it with POST ${change.type}.`
  return issue('method-not-allowed', text, placeIn(change, `${change.type}.id`))
}

const conditionsOf = (seen: readonly Seen[]): NonNullable<Plan['conditions']> =>
  Object.fromEntries(seen.flatMap(({ condition }) => (condition ? [[condition.key, condition.number]] : [])))

function hookedOf(seen: readonly Seen[], store: Reader, actor: Actor): Promise<Bound[]> {
  const types = [...new Set(seen.map(({ type }) => type))]
  return Promise.all(
    types.flatMap((type) => {
      const mine = seen.filter((change) => change.type === type)
      return hooks[type]?.facts(mine, seen, store, actor) ?? []
    }),
  )
}

function plainly(seen: readonly Seen[]): Plan {
  return {
    write: seen.flatMap((change) =>
      change.verb === 'delete' ? [] : [nextOf(change.resource, change.before)],
    ),
    remove: seen.flatMap(({ verb, before }) => (verb === 'delete' && before ? [before] : [])),
  }
}
