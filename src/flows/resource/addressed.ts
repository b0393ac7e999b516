import { Failure, failure, failures, type Issue, issue } from '../../fhir/outcome.ts'
import { parseReference } from '../../fhir/reference.ts'
import { referencesIn } from '../../fhir/walk.ts'
import type { Desk } from '../step.ts'
import { allOf } from './all-of.ts'
import {
  type Asked,
  type AskedCreate,
  type AskedUpdate,
  type Change,
  placeIn,
  referenceOf,
  type Target,
} from './change.ts'
import { conditionFor } from './condition.ts'
import { introduced } from './introduced.ts'
import { fits, matchOf, someOf } from './match.ts'
import { renamed } from './renamed.ts'

/** What was asked for, with every name settled. */
export interface Addressed {
  /** One for each that was asked, in that order. */
  targets: readonly Target[]
  /** Those that change something. */
  changes: readonly Change[]
  /** Names and conditions that fit nothing: to be told with all else that is wrong. */
  faults: readonly Issue[]
}

/** Makes ids for what is created. */
export type NewId = () => string

/**
 * Settles which resources are meant: ids for what is new, conditions by search, names within the bundle made literal.
 *
 * Fails: multiple-matches when a condition fits several; value when two mean the same.
 */
export async function addressed(asked: readonly Asked[], newId: NewId, desk: Desk): Promise<Addressed> {
  const targets = await allOf(asked, (each) => targetOf(each, asked, newId, desk))
  refuseTwice(targets)
  const names = namesOf(asked, targets)
  const conditions = await conditionsOf(asked, targets, desk)
  const isNamed = names.size > 0 || conditions.names.size > 0
  const newName = isNamed ? (name: string) => names.get(name) ?? conditions.names.get(name) : undefined
  const changes = asked.flatMap((each, index) => changesOf(each, targets[index], newName))
  return { targets, changes, faults: [...conditions.faults, ...changes.flatMap(unnamed)] }
}

async function targetOf(asked: Asked, all: readonly Asked[], newId: NewId, desk: Desk): Promise<Target> {
  if (asked.verb === 'delete') return targetAs('delete', asked.id, asked)
  if (asked.verb === 'create') return createOf(asked, all, newId, desk)
  if ('id' in asked.target) return targetAs('update', asked.target.id, asked)
  return conditionalUpdateOf(asked, asked.target.query, newId, desk)
}

function targetAs(verb: Target['verb'], id: string, asked: Asked): Target {
  const { type, place } = asked
  const ifMatch = 'ifMatch' in asked ? asked.ifMatch : undefined
  const said = { verb, asked: asked.verb, type, id }
  return { ...said, ...(place !== undefined && { place }), ...(ifMatch !== undefined && { ifMatch }) }
}

async function createOf(
  asked: AskedCreate,
  all: readonly Asked[],
  newId: NewId,
  desk: Desk,
): Promise<Target> {
  const { type, ifNoneExist } = asked
  if (ifNoneExist === undefined) return targetAs('create', newId(), asked)
  const condition = await conditionFor(asked, ifNoneExist, desk)
  const referred = introduced(asked, all, desk)
  referred.catch(() => undefined) // what is found by the condition makes it needless, whatever it fails with
  const gone = deletedIn(all, type)
  const found = (await matchOf(type, ifNoneExist, desk, gone)) ?? (await referred)
  if (found && !gone.has(found.id)) return { ...targetAs('keep', found.id, asked), found }
  return { ...targetAs('create', newId(), asked), ...condition }
}

/** What a bundle deletes is gone before anything is created. Source: FHIR R4, http, transaction processing rules. */
const deletedIn = (all: readonly Asked[], type: string): ReadonlySet<string> =>
  new Set(all.flatMap((each) => (each.verb === 'delete' && each.type === type ? [each.id] : [])))

/** Source: FHIR R4, http, conditional update. */
async function conditionalUpdateOf(
  asked: AskedUpdate,
  query: string,
  newId: NewId,
  desk: Desk,
): Promise<Target> {
  const condition = await conditionFor(asked, query, desk)
  const found = await matchOf(asked.type, query, desk)
  const said = asked.resource.id
  const place = placeIn(asked, `${asked.type}.id`)
  if (found && said !== undefined && said !== found.id) {
    throw failure(
      'value',
      'The condition fits another resource than the one of this id. Leave the id out.',
      place,
    )
  }
  if (found) return targetAs('update', found.id, asked)
  if (said !== undefined) {
    throw failure(
      'method-not-allowed',
      'Nothing fits the condition, and ids are given by the server: leave the id out.',
      place,
    )
  }
  if (asked.ifMatch !== undefined)
    throw failure('stale-version', 'Nothing fits the condition, hence no version does.', place)
  return { ...targetAs('create', newId(), asked), ...condition }
}

/** Source: FHIR R4, http, transaction: no two entries may mean the same resource, by a condition neither. */
function refuseTwice(targets: readonly Target[]): void {
  const seen = new Set<string>()
  const twice = targets.filter((target) => {
    const before = seen.size
    return target.verb !== 'keep' && seen.add(referenceOf(target)).size === before
  })
  const made = new Set<string>()
  const madeTwice = targets.filter(({ condition }) => condition && made.size === made.add(condition.key).size)
  const faults = [
    ...twice.map((target) =>
      issue('value', `${referenceOf(target)} is changed by two entries. Keep one of them.`, placeIn(target)),
    ),
    ...madeTwice.map((target) =>
      issue('value', 'An earlier entry creates what fits this condition. Keep one of them.', placeIn(target)),
    ),
  ]
  if (faults.length > 0) throw failures(faults)
}

/** Names of the bundle's entries → literal references. A name that is a RESTful URL is known by its short form, too. */
function namesOf(asked: readonly Asked[], targets: readonly Target[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const [index, each] of asked.entries()) {
    const target = targets[index]
    if (each.verb === 'delete' || each.fullUrl === undefined || !target) continue
    names.set(each.fullUrl, referenceOf(target))
    const short = new RegExp(`/(${each.type}/[A-Za-z0-9.-]{1,64})$`).exec(each.fullUrl)?.[1]
    if (short) names.set(short, referenceOf(target))
  }
  return names
}

/** Conditional references → what they mean now. */
async function conditionsOf(asked: readonly Asked[], targets: readonly Target[], desk: Desk) {
  const pointers = asked.flatMap((each) =>
    each.verb === 'delete'
      ? []
      : referencesIn(each.resource).map(({ reference, path }) => ({ reference, place: placeIn(each, path) })),
  )
  const pointersTo = (reference: string) => pointers.filter((pointer) => pointer.reference === reference)
  const names = new Map<string, string>()
  const faults: Issue[] = []
  for (const reference of new Set(pointers.map((pointer) => pointer.reference))) {
    const condition = parseReference(reference)
    if (condition?.kind !== 'conditional') continue
    const found = await meantBy(condition, asked, targets, desk).catch(refusalOf)
    if (found instanceof Failure) faults.push(...pointersTo(reference).flatMap((one) => placed(found, one)))
    else if (found === 'several') faults.push(...pointersTo(reference).map(ambiguous))
    else if (found) names.set(reference, referenceOf(found))
    else faults.push(...pointersTo(reference).map(unmet))
  }
  return { names, faults }
}

/**
 * The one resource that fits once all is carried out: of what is there, and of what the bundle makes and leaves of it.
 *
 * Source: FHIR R4, http, transaction: conditional references are resolved after the changes.
 */
async function meantBy(
  { type, query }: { type: string; query: string },
  asked: readonly Asked[],
  targets: readonly Target[],
  desk: Desk,
): Promise<{ type: string; id: string } | 'several' | undefined> {
  const touched = targets.filter((target) => target.type === type && target.verb !== 'keep')
  const there = await someOf(type, query, 2 + touched.length, desk)
  const untouched = there.filter(({ id }) => touched.every((target) => target.id !== id))
  const made = touched.filter((target) => {
    const change = asked[targets.indexOf(target)]
    return change !== undefined && change.verb !== 'delete' && fits(change.resource, query, desk)
  })
  const [found, second] = [...untouched, ...made]
  if (second) return 'several'
  return found && { type, id: found.id }
}

/** A condition that cannot be asked is a fault of the reference that it stands in. */
function refusalOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  throw thrown
}

const placed = ({ issues }: Failure, { place }: { place: string }): Issue[] =>
  issues.map((each) => ({ ...each, expression: place }))

const ambiguous = ({ place }: { place: string }) =>
  issue('multiple-matches', 'Several fit this conditional reference. Say which by an identifier.', place)

const unmet = ({ place }: { place: string }) =>
  issue('business-rule', 'Nothing fits this conditional reference. Create what it means first.', place)

function changesOf(
  asked: Asked,
  target: Target | undefined,
  newName: ((name: string) => string | undefined) | undefined,
): Change[] {
  if (!target || target.verb === 'keep') return []
  if (asked.verb === 'delete') return [{ ...target, verb: 'delete' }]
  const verb = target.verb === 'create' ? 'create' : 'update'
  const resource = newName ? renamed(asked.resource, newName) : asked.resource
  return [{ ...target, verb, resource: { ...resource, id: target.id } }]
}

/** Names that nothing in the bundle bears. */
function unnamed(change: Change): Issue[] {
  if (change.verb === 'delete') return []
  return referencesIn(change.resource)
    .filter(({ reference }) => parseReference(reference)?.kind === 'urn')
    .map(({ path }) =>
      issue(
        'business-rule',
        'No entry of the bundle has this fullUrl. Send the resource it means along.',
        placeIn(change, path),
      ),
    )
}
