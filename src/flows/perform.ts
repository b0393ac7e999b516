import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditEvent, Provenance, Resource } from '@medplum/fhirtypes'
import { auditOf, provenanceOf } from '../audit/index.ts'
import { sightOfNew } from '../auth/gate.ts'
import { uuidv7 } from '../fhir/id.ts'
import { Failure, failure, failures, type Issue } from '../fhir/outcome.ts'
import type { ArrivalRow, Departure, Kept, Reader, Removed, Write, Written } from '../store/index.ts'
import { withClocksKept } from './clocks/kept.ts'
import { laneOf } from './lane.ts'
import { withNews } from './referral/news.ts'
import type { Desk, Moment, Plan, Step } from './step.ts'

/** How often a step runs, while others are quicker: as many may want one resource at once. */
const tries = 32
/** Of these, how many may lose to somebody who has taken the same place or identifier: a step that looks again sees it. */
const lostTries = 8
/** After the first few tries each waits a little, not all for as long, so that one of them gets through. */
const patientAfter = 3
const mostPauseMs = 50

/** What was done: committed when it is handed back. */
export interface Performed {
  /** As they are now kept, in the plan's order. */
  written: readonly Kept[]
  removed: readonly Removed[]
  departures: readonly Departure[]
  /** What the profiles and the step remark on; errors are thrown. */
  warnings: readonly Issue[]
  /** Instant. */
  at: string
  /** Why nothing was done about a message that fits nothing known. */
  filtered?: string
}

/** A message whose step this is: its row is written in the same statement as what it makes. */
export interface Arriving {
  /** Makes the row, once it is known what the step has made; none for what says nothing new and need not be kept. */
  row(performed: Performed): ArrivalRow | undefined
  /** Asked on each try, while the facts are read: throws when the message has been handled meanwhile. */
  refuseKnown(): Promise<void>
}

/**
 * Carries out one step: reads, decides, then writes resources, outbox, audit and positions in one guarded statement.
 *
 * When another was quicker, the whole step runs again; it may, because deciding has no effect.
 * Fails: what the step fails with; every breach of a profile at once; lock-error when others are always quicker.
 */
export async function perform<Input, Facts>(
  step: Step<Input, Facts>,
  input: Input,
  desk: Desk,
  arriving?: Arriving,
): Promise<Performed> {
  const ids: Ids = []
  for (let left = tries; left > 0; left--) {
    const at = momentOf(desk, ids)
    const reader = desk.store.reader()
    const [facts] = await Promise.all([step.facts(input, reader, desk.actor), arriving?.refuseKnown()])
    const decided = step.decide(input, facts, at, desk.actor)
    const kept = step.looksAtClocks ? decided : withClocksKept(decided, at)
    const plan = await withNews(kept, reader, at, desk.actor)
    const { write, performed } = written(plan, step.name, reader, desk, at, arriving)
    if (isEmpty(write)) return performed
    if (await committed(desk, write, left)) return performed
    if (tries - left >= patientAfter) await sleep(Math.random() * mostPauseMs)
  }
  throw failure('lock-error', 'Others keep changing the same resources. Try again in a moment.')
}

const isLost = (thrown: unknown): boolean =>
  thrown instanceof Failure && (thrown.case === 'conflict' || thrown.case === 'duplicate')

/** A lost race for a place or an identifier is a reason to look again: the step then says it better than the store can. */
async function committed(desk: Desk, write: Write, left: number): Promise<boolean> {
  try {
    return await desk.store.write(write)
  } catch (thrown) {
    if (!isLost(thrown) || left <= tries - lostTries) throw thrown
    return false
  }
}

function written(plan: Plan, step: string, reader: Reader, desk: Desk, at: Moment, arriving?: Arriving) {
  const kept = (plan.write ?? []).map((resource) => keptAs(resource, at))
  const warnings = checked(kept, desk)
  const removed = (plan.remove ?? []).map((resource) => removal(resource, at))
  const departures = [...(plan.send ?? []), ...desk.notify(kept)].map((departure) => {
    const lane = laneOf(departure, kept)
    return { ...departure, ...(lane !== undefined && { lane }), row: randomUUID() }
  })
  const performed: Performed = {
    written: kept,
    removed,
    departures,
    warnings: [...warnings, ...(plan.remarks ?? [])],
    at: at.now,
    ...(plan.filtered !== undefined && { filtered: plan.filtered }),
  }
  const arrival = arriving?.row(performed)
  const traces = tracesOf(performed, step, desk, at, arrival)
  const write: Write = {
    at: at.now,
    resources: [...kept, ...traces].map((resource) => rowOf(resource, plan, desk)),
    removed,
    departures,
    grants: grantsOf(plan, kept, reader),
    relies: reliesOf(plan, reader),
    ...(plan.conditions && { conditions: new Map(Object.entries(plan.conditions)) }),
    ...(plan.take && { take: plan.take }),
    ...(plan.count && { count: plan.count }),
    ...(plan.release && { release: plan.release }),
    ...(plan.settle && { settlements: plan.settle }),
    ...(arrival && { arrival }),
  }
  return { write, performed }
}

function keptAs(resource: Resource, at: Moment): Kept {
  const versionId = String(Number(resource.meta?.versionId ?? 0) + 1)
  const id = resource.id ?? at.newId()
  const { resourceType, id: _, meta, ...rest } = resource
  // The spread keeps the type of the resource: only `id` and `meta` are set.
  return { resourceType, id, meta: { ...meta, versionId, lastUpdated: at.now }, ...rest } as Kept
}

function checked(kept: readonly Kept[], desk: Desk): Issue[] {
  const issues = kept.flatMap((resource) =>
    desk.validate(resource).map((one) => ({ ...one, about: resource })),
  )
  const errors = issues.filter(({ severity }) => severity !== 'warning' && severity !== 'information')
  if (errors.length > 0) throw failures(errors)
  return issues
}

function removal({ resourceType, id, meta }: Kept, at: Moment): Removed {
  return { type: resourceType, id, replaces: Number(meta.versionId), lastUpdated: at.now }
}

function rowOf(resource: Kept, plan: Plan, desk: Desk): Written {
  const reference = `${resource.resourceType}/${resource.id}`
  const replaces = Number(resource.meta.versionId) - 1
  const instead = plan.regrant?.[reference]
  if (instead) return { resource, replaces, sightInstead: instead }
  const granted = plan.grant?.[reference] ?? []
  const own = replaces === 0 ? sightOfNew(desk.actor, resource) : []
  return { resource, replaces, sight: [...new Set([...own, ...granted])] }
}

/** What is written here is seen by its own row; who sees a thing already, as the facts have it, need not be let see it. */
function grantsOf(plan: Plan, kept: readonly Kept[], { sights }: Reader) {
  const here = new Set(kept.map(({ resourceType, id }) => `${resourceType}/${id}`))
  return Object.entries(plan.grant ?? {})
    .filter(([reference]) => !here.has(reference))
    .filter(([reference, sight]) => sight.some((key) => !sights.get(reference)?.includes(key)))
    .map(([reference, sight]) => ({ reference, sight }))
}

function reliesOf(plan: Plan, reader: Reader): Map<string, number> {
  const relied = new Map<string, number>()
  for (const reference of plan.rely ?? []) {
    const version = reader.versions.get(reference)
    if (version === undefined) throw new Error(`A plan relies on ${reference}, which its facts did not read`)
    relied.set(reference, version)
  }
  return relied
}

/** Who did what: one AuditEvent a step, and for what a message made, one Provenance that links it to the message. */
function tracesOf(performed: Performed, step: string, desk: Desk, at: Moment, arrival?: ArrivalRow): Kept[] {
  if (performed.written.length === 0 && performed.removed.length === 0) return []
  const traces: (AuditEvent | Provenance)[] = [
    auditOf({ actor: desk.actor, step, written: performed.written, removed: performed.removed, at: at.now }),
  ]
  if (arrival) {
    traces.push(
      provenanceOf({
        actor: desk.actor,
        written: performed.written,
        at: at.now,
        row: arrival.row,
        kind: arrival.kind,
      }),
    )
  }
  return traces.map((trace) => keptAs(trace, at))
}

function isEmpty({
  resources,
  removed,
  departures,
  grants,
  take,
  count,
  release,
  settlements,
  arrival,
}: Write): boolean {
  return (
    !arrival &&
    [resources, removed, departures, grants, take, count, release, settlements].every((part) => !part?.length)
  )
}

/** New ids in a fixed order, whatever the number of tries. */
type Ids = string[]

function momentOf({ clock, territory }: Desk, ids: Ids): Moment {
  let next = 0
  const newId = () => {
    ids[next] ??= uuidv7(clock().getTime(), randomUUID())
    return ids[next++] as string // just set
  }
  return { now: clock().toISOString(), territory, newId }
}
