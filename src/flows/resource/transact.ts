import type { Extension, Resource } from '@medplum/fhirtypes'
import { extensions } from '../../fhir/canonical.ts'
import { Failure, failure, failures, type Issue } from '../../fhir/outcome.ts'
import { Overtaken } from '../../store/duplicate.ts'
import type { Kept } from '../../store/index.ts'
import { bodyOf } from '../../store/write/resources.ts'
import { type Performed, perform } from '../perform.ts'
import type { Desk } from '../step.ts'
import { type Addressed, addressed, type NewId } from './addressed.ts'
import {
  type Asked,
  type Change,
  type Put,
  placeIn,
  type Request,
  referenceOf,
  type Target,
} from './change.ts'
import { hooks } from './hooks.ts'
import { conditionsIn, unmetIn } from './making.ts'
import { isSettledFirst, settled } from './settled.ts'
import { type Guard, transacted } from './transacted.ts'

/** What became of one change. */
export interface Changed extends Target {
  /** Absent when it was deleted before, or never was. */
  version?: number
  /** Instant. */
  lastUpdated?: string
  /** JSON text as it is kept; absent when deleted. */
  body?: string
  /** It was changed in part: whoever asked need not know the rest. */
  patched?: true
}

export interface Transacted {
  /** One for each that was asked, in that order. */
  changed: readonly Changed[]
  warnings: readonly Issue[]
}

/** How often what is patched or deleted by search is looked at while others are quicker. */
const attempts = 5
/** The same, while others make what a condition finds missing: each time one of them has got through. */
const mostOvertaken = 32

/**
 * Carries out what was asked, all or nothing: names settled, everything validated, then one step.
 *
 * When another creates what a condition looks for, or changes what is patched, in the same moment, it is looked at again.
 * Fails: every fault of every resource at once; what the step and the store fail with.
 */
export async function transact(
  requests: readonly Request[],
  newId: NewId,
  desk: Desk,
  guard: Guard,
): Promise<Transacted> {
  for (let attempted = 1; ; attempted++) {
    try {
      return await attempt(requests, newId, desk, guard)
    } catch (thrown) {
      if (!(thrown instanceof Failure) || !isOvertaken(thrown, requests, attempted)) throw thrown
    }
  }
}

/** Whether another was quicker with what this rests on: what it has created is found by the next look already. */
function isOvertaken(thrown: Failure, requests: readonly Request[], attempted: number): boolean {
  const { case: what } = thrown
  if (thrown instanceof Overtaken) return attempted < mostOvertaken
  if (what === 'duplicate') return attempted === 1 && requests.some(isConditional)
  if (what !== 'stale-version' || !requests.some(isSettledFirst)) return false
  if (attempted < attempts) return true
  throw failure('lock-error', 'Others were quicker each time. Send it again.')
}

const isConditional = (asked: Request) =>
  (asked.verb === 'create' && asked.ifNoneExist !== undefined) ||
  (asked.verb === 'update' && 'query' in asked.target)

async function attempt(
  requests: readonly Request[],
  newId: NewId,
  desk: Desk,
  guard: Guard,
): Promise<Transacted> {
  const each = await settled(requests, desk, guard)
  const { changed, warnings } = await together(each.flat(), newId, desk, guard)
  const results = [...changed]
  const of = (one: readonly Asked[], index: number): Changed => {
    const result = results.splice(0, one.length)[0] ?? nothingOf(requests[index])
    return requests[index]?.verb === 'patch' ? { ...result, patched: true } : result
  }
  return { changed: each.map(of), warnings }
}

/** Nothing fitted: it is as if it were deleted. */
function nothingOf(request: Request | undefined): Changed {
  if (request?.verb !== 'delete') throw new Error('Only what is deleted may come to nothing')
  return { verb: 'delete', asked: 'delete', type: request.type, id: '' }
}

async function together(
  asked: readonly Asked[],
  newId: NewId,
  desk: Desk,
  guard: Guard,
): Promise<Transacted> {
  const { meant, making } = await meantBy(asked, newId, desk)
  using _ = making
  const { targets, changes: named, faults } = meant
  const changes = await Promise.all(named.map((change) => prepared(change, desk)))
  const found = targets.filter(({ verb }) => verb === 'keep').map(referenceOf)
  const { warnings, validate } = await validated(changes, faults, desk)
  const performed = await perform(transacted, { changes, found, guard }, { ...desk, validate })
  return { changed: targets.map((target) => changedOf(target, performed)), warnings }
}

/** What is meant, once nobody here is making what its conditions look for; others wait for this one until it is done. */
async function meantBy(
  asked: readonly Asked[],
  newId: NewId,
  desk: Desk,
): Promise<{ meant: Addressed; making: Disposable | undefined }> {
  const { making } = desk
  const conditions = conditionsIn(asked)
  if (!making || conditions.length === 0)
    return { meant: await addressed(asked, newId, desk), making: undefined }
  for (;;) {
    await making.over(conditions)
    const meant = await addressed(asked, newId, desk)
    const begun = making.begin(unmetIn(asked, meant.targets))
    if (begun) return { meant, making: begun }
  }
}

/** Faults of what is not to be kept as it is are told with their place in what was sent. */
async function prepared(change: Change, { prepare, actor }: Desk): Promise<Change> {
  if (!isPut(change)) return change
  const inForm = hooks[change.type]?.prepare?.(change.resource) ?? change.resource
  try {
    // A hook gives the same resource in another form: its id stays.
    return { ...change, resource: (await prepare(inForm, actor)) as Put['resource'] }
  } catch (thrown) {
    if (!(thrown instanceof Failure) || change.place === undefined) throw thrown
    throw failures(thrown.issues.map((each) => ({ ...each, expression: placeIn(change, each.expression) })))
  }
}

/** How many resources are validated before others get their turn: some 0.2 ms each. */
const atOnce = 10

/** Validates what was sent, with its place in what was sent; what is written unchanged is not validated again. */
async function validated(changes: readonly Change[], faults: readonly Issue[], desk: Desk) {
  const known = new Map<string, { resource: Resource; issues: Issue[] }>()
  const all: Issue[] = [...faults]
  for (const [index, change] of changes.filter(isPut).entries()) {
    if (index % atOnce === atOnce - 1) await new Promise(setImmediate)
    const issues = desk.validate(change.resource)
    known.set(referenceOf(change), { resource: change.resource, issues })
    all.push(...issues.map((each) => ({ ...each, expression: placeIn(change, each.expression) })))
  }
  if (all.some(isError)) throw failures(all)
  const validate = (resource: Resource) => {
    const before = known.get(`${resource.resourceType}/${resource.id}`)
    return before && isUntouched(resource, before.resource) ? before.issues : desk.validate(resource)
  }
  return { warnings: all, validate }
}

const isPut = (change: Change): change is Put => change.verb !== 'delete'
const isError = ({ severity }: Issue) => severity !== 'warning' && severity !== 'information'

/**
 * Steps never change a value in place: a resource is untouched when its elements are the same objects. The flags that a
 * step puts on what was sent say nothing that the profiles could refuse.
 */
function isUntouched(now: Resource, before: Resource): boolean {
  const [ours, sent] = [elementsOf(now), elementsOf(before)]
  return (
    ours.size === sent.size &&
    [...sent].every(([name, value]) => ours.get(name) === value) &&
    isSame(unflagged(now), unflagged(before))
  )
}

const unflagged = (resource: Resource): readonly Extension[] =>
  'extension' in resource ? (resource.extension ?? []).filter(({ url }) => url !== extensions.flag) : []

const isSame = <T>(some: readonly T[], others: readonly T[]) =>
  some.length === others.length && some.every((one, n) => one === others[n])

/** All but extensions; and version and time, which the store sets. */
function elementsOf({ meta, ...rest }: Resource): Map<string, unknown> {
  const { versionId: _, lastUpdated: __, ...said } = meta ?? {}
  const elements = new Map<string, unknown>(Object.entries(rest))
  elements.delete('extension')
  for (const [name, value] of Object.entries(said)) elements.set(`meta.${name}`, value)
  return elements
}

function changedOf(target: Target, { written, removed, at }: Performed): Changed {
  if (target.found) return { ...target, ...keptOf(target.found) }
  if (target.verb === 'delete') {
    const gone = removed.find(({ type, id }) => type === target.type && id === target.id)
    return gone ? { ...target, version: gone.replaces + 1, lastUpdated: at } : target
  }
  const kept = written.find(({ resourceType, id }) => resourceType === target.type && id === target.id)
  if (!kept) throw new Error(`The plan for ${target.type} does not write what was asked for`)
  return { ...target, ...versionOf(kept), body: bodyOf(kept) }
}

const keptOf = ({ version, lastUpdated, body }: { version: number; lastUpdated: string; body: string }) => ({
  version,
  lastUpdated,
  body,
})
const versionOf = ({ meta }: Kept) => ({ version: Number(meta.versionId), lastUpdated: meta.lastUpdated })
