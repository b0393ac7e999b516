import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { businessKeys } from '../../fhir/business-key.ts'
import { type Issue, issue } from '../../fhir/outcome.ts'
import { parseReference, referenceTo } from '../../fhir/reference.ts'
import { referencesIn } from '../../fhir/walk.ts'
import type { Kept, Reader, Sight } from '../../store/index.ts'
import { type Put, placeIn, referenceOf } from './change.ts'
import type { Seen } from './hooks.ts'

/** References of this server, new in this version, that lead nowhere for this caller. */
export async function danglingOf(
  seen: readonly Seen[],
  found: readonly string[],
  store: Reader,
  { sight }: Actor,
): Promise<Issue[]> {
  const here = new Set([...found, ...seen.filter(({ verb }) => verb !== 'delete').map(referenceOf)])
  const gone = new Set(seen.filter(({ verb }) => verb === 'delete').map(referenceOf))
  const pointers = seen.flatMap((change) => newPointers(change).filter(({ target }) => !here.has(target)))
  const targets = [...new Set(pointers.map(({ target }) => target))].filter((target) => !gone.has(target))
  const seenNow = await Promise.all(targets.map((target) => visible(target, store, sight)))
  const known = new Set(targets.filter((_, index) => seenNow[index]))
  return pointers
    .filter(({ target }) => !known.has(target))
    .map(({ target, place }) =>
      issue(
        'business-rule',
        `There is no ${target}. Create it first, or send it in the same transaction.`,
        place,
      ),
    )
}

function newPointers(change: Seen): { target: string; place: string }[] {
  if (change.verb === 'delete') return []
  const old = new Set(change.before && referencesIn(change.before).map(({ reference }) => reference))
  return referencesIn(change.resource).flatMap(({ path, reference }) => {
    const parsed = parseReference(reference)
    if (parsed?.kind !== 'literal' || old.has(reference)) return []
    return [{ target: referenceTo(parsed.type, parsed.id), place: placeIn(change, path) }]
  })
}

/** Business identifiers that another resource has, in the store or in the same bundle. */
export async function duplicatesOf(seen: readonly Seen[], store: Reader, actor: Actor): Promise<Issue[]> {
  const puts = seen.filter((change): change is Seen & Put => change.verb !== 'delete')
  const twice = twiceIn(puts)
  const here = new Set(seen.map(referenceOf))
  const others = puts.filter((change) => !twice.includes(change))
  const kept = await Promise.all(others.map((change) => keptDuplicate(change, here, store, actor)))
  return [...twice.map((change) => duplicate(change, 'Another entry')), ...kept.flat()]
}

/** Entries whose identifier an earlier one carries. */
function twiceIn(puts: readonly (Seen & Put)[]): (Seen & Put)[] {
  const known = new Set<string>()
  return puts.filter(({ type, resource }) => {
    const keys = businessKeys(resource).map(({ system, value }) => JSON.stringify([type, system, value]))
    const isTwice = keys.some((key) => known.has(key))
    for (const key of keys) known.add(key)
    return isTwice
  })
}

/** An identifier may pass from one resource of the bundle to another: of those (`here`) the store judges. */
async function keptDuplicate(
  change: Seen & Put,
  here: ReadonlySet<string>,
  store: Reader,
  actor: Actor,
): Promise<Issue[]> {
  const same = await store.sameIdentifier(change.resource)
  if (!same || same.id === change.id) return []
  const reference = referenceTo(change.type, same.id)
  if (here.has(reference)) return []
  // Whoever may not see the other one is not told which it is.
  const keys = actor.sight === 'all' ? [] : await store.sight(reference)
  return [duplicate(change, sees(actor, keys) ? reference : `Another ${change.type}`)]
}

const duplicate = (change: Put, which: string) =>
  issue(
    'duplicate',
    `${which} has this business identifier already. Update that one, or create with If-None-Exist.`,
    placeIn(change, `${change.type}.identifier`),
  )

async function visible(reference: string, store: Reader, sight: Sight): Promise<Kept | undefined> {
  if (sight === 'all') return store.follow(reference)
  const [kept, keys] = await Promise.all([store.follow(reference), store.sight(reference)])
  return kept && sees({ sight }, keys) ? kept : undefined
}
