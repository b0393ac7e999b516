import type { Coding, Meta, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { instantIn } from '../../fhir/zone.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { isByDesk } from '../booking/desk.ts'
import { capacityOf, centreOf, slotWith, sourceOf, zoneOf } from '../booking/states.ts'
import { type Entry, type Known, knownOf, sameContent, settled } from '../entries.ts'
import type { Covered } from '../message.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { slotsBetween } from './between.ts'
import { type Convention, conventionsOf } from './conventions.ts'
import { withExams } from './exams.ts'
import { labelledAt, noRules } from './rules.ts'
import { sightOfSlots } from './sight.ts'

/** What a source says is in its diaries. */
export interface Publication {
  /** Schedules and Slots; each carries an identifier of the source. */
  entries: readonly Entry[]
  /** Name of the peer whose diaries they are. */
  peer: string
  /** Set when `entries` are all there is in this span: what is not named has vanished. */
  covers?: Covered
}

interface Facts {
  known: Known
  taken: readonly Occupancy[]
  /** Slots of the source in the span that it covers. */
  before: readonly Kept<Slot>[]
  conventions: readonly Convention[]
}

/** A source has published its diary: what is new, changed or gone there is so here. */
export const published: Step<Publication, Facts> = {
  name: 'slots.published',

  async facts({ entries, peer, covers }, store, actor) {
    const [known, before, conventions] = await Promise.all([
      knownOf(entries, undefined, store, actor),
      covered(peer, covers, store),
      conventionsOf(actor.organization, store),
    ])
    const slots = [...[...known.values()].filter(isSlot), ...before].map(({ id }) => id)
    return {
      known,
      before,
      conventions,
      taken: slots.length > 0 ? await store.occupancies([...new Set(slots)]) : [],
    }
  },

  decide({ entries, peer, covers }, { known, before, taken, conventions }, at) {
    refuseOthers(known, peer, at)
    const named = withExams(entries, known).map((entry) => ({
      ...entry,
      resource: asRead(entry.resource, at, peer),
    }))
    const { all } = settled(named, known, undefined, at)
    const byId = new Map([...known.values()].map((kept) => [kept.id, kept]))
    const stale = deskBeliedBy(all.filter(isSlot), taken)
    const left = taken.filter(({ appointment }) => !stale.includes(appointment))
    const next = all.map((resource) =>
      isSlot(resource) ? withOurs(resource, left, byId.get(resource.id ?? '')) : resource,
    )
    const changed = next.filter((resource) => saysMore(resource, byId.get(resource.id ?? ''), at))
    const gone = covers ? before.filter(({ id }) => !all.some((resource) => resource.id === id)) : []
    return {
      write: [
        ...changed,
        ...gone.filter((slot) => isTaken(slot, taken) && slot.status === 'free').map(notOffered),
      ],
      remove: gone.filter((slot) => !isTaken(slot, taken)),
      regrant: sightOfSlots(changed.filter(isSlot), at.territory, conventions),
      release: stale,
    } satisfies Plan
  },
}

const isSlot = <R extends Resource>(resource: R): resource is R & Slot => resource.resourceType === 'Slot'

/** What the source pushes, or declares as ranges, is not missing from what is read of it. */
async function covered(peer: string, covers: Covered | undefined, store: Reader): Promise<Kept<Slot>[]> {
  if (!covers) return []
  const all = await slotsBetween(`_source=${sourceOf(peer)}`, covers.from, covers.to, store)
  return all.filter((slot) => !isPushed(slot) && !isDeclared(slot))
}

const pushed = { system: systems.origin, code: 'pushed' }

const isOrigin = ({ system }: Coding) => system === systems.origin

/** Whether a slot was sent to us: only whoever sent it takes it back. */
export const isPushed = ({ meta }: Slot) => meta?.tag?.some(isOrigin) ?? false

/** The slot with the mark of what was sent, or without it. */
export function withOrigin<S extends Slot>(slot: S, isSent: boolean): S {
  const { tag = [], ...meta } = slot.meta ?? {}
  const tags = [...tag.filter((one) => !isOrigin(one)), ...(isSent ? [pushed] : [])]
  return { ...slot, meta: { ...meta, ...(tags.length > 0 && { tag: tags }) } }
}

/** Whether a slot was made from a range that its centre has declared. */
export const isDeclared = ({ identifier = [] }: Slot) =>
  identifier.some(({ system }) => system === systems.declaredSlot)

/** Passes when what is known by these identifiers is of the same centre. Fails: duplicate. */
function refuseOthers(known: Known, peer: string, { territory }: Moment): void {
  const centre = territory.peers.find(({ name }) => name === peer)?.organization
  for (const kept of known.values()) {
    const whose = centreOf(kept, territory)
    if (kept.meta.source === sourceOf(peer) || whose === undefined || whose.organization === centre) continue
    throw failure(
      'duplicate',
      'Another centre has used this identifier for its own diary. Identifiers need a system of your own.',
      `${kept.resourceType}.identifier`,
    )
  }
}

/** In FR Core's stored form: times in the place's offset, the exam of a Schedule in its extension, the source named. */
export function asKept(resource: Resource, at: Moment, peer?: string): Resource {
  if (resource.resourceType === 'Slot') return slotAsKept(resource, at, peer)
  if (resource.resourceType === 'Schedule')
    return { ...inForm(resource), meta: withSource(resource.meta, peer) }
  throw failure(
    'business-rule',
    `A diary is made of Schedule and Slot, not ${resource.resourceType}.`,
    resource.resourceType,
  )
}

/** As it is kept when its source was read, not when it sent it. */
function asRead(resource: Resource, at: Moment, peer: string): Resource {
  const kept = asKept(resource, at, peer)
  return isSlot(kept) ? withOrigin(underRules(kept, at), false) : kept
}

/** Under the label that the territory's rules give it now. */
export function underRules<S extends Slot>(slot: S, { now, territory }: Moment): S {
  return labelledAt(
    slot,
    centreOf(slot, territory)?.organization,
    territory.slots ?? noRules,
    Date.parse(now),
  )
}

function slotAsKept(slot: Slot, at: Moment, peer: string | undefined): Slot {
  if (!slot.identifier?.some(({ system, value }) => system && value)) {
    throw failure('required', "A slot carries its source's identifier (system and value).", 'Slot.identifier')
  }
  const meta = withSource(slot.meta, peer)
  const zone = zoneOf({ ...slot, meta }, at.territory)
  return {
    ...slot,
    meta,
    extension: [...others(slot.extension), { url: extensions.lastSeen, valueInstant: at.now }],
    start: instantIn(zone, slot.start),
    end: instantIn(zone, slot.end),
  }
}

const others = (extension: Slot['extension'] = []) =>
  extension.filter(({ url }) => url !== extensions.lastSeen)

/** Where it came from is for us to say, not for whoever sends it. */
function withSource({ source: _, ...meta }: Meta = {}, peer: string | undefined): Meta {
  return peer === undefined ? meta : { ...meta, source: sourceOf(peer) }
}

/** FR Core forbids `Schedule.serviceType` and carries the exam in an extension. Source: FR Core 2.2.0, fr-core-schedule. */
export function inForm({ serviceType = [], ...rest }: Schedule): Schedule {
  const exams = serviceType.map((valueCodeableConcept) => ({
    url: frCore.serviceTypeDuration,
    extension: [{ url: 'serviceType', valueCodeableConcept }],
  }))
  return exams.length === 0 ? rest : { ...rest, extension: [...(rest.extension ?? []), ...exams] }
}

/**
 * Under which names its desk has places that its own diary tells of nothing: it lists the slot as free, though what we
 * believe the desk has would fill it. What is held or booked here fills it by itself: of that the diary knows nothing yet.
 */
export function deskBeliedBy(said: readonly Slot[], taken: readonly Occupancy[]): string[] {
  const bySlot = Map.groupBy(taken, ({ slot }) => slot)
  const names = said.flatMap((slot) => {
    const own = bySlot.get(slot.id ?? '') ?? []
    const desk = own.filter(isByDesk)
    const isFull = own.length >= capacityOf(slot) && own.length - desk.length < capacityOf(slot)
    return slot.status === 'free' && isFull ? desk : []
  })
  return [...new Set(names.map(({ appointment }) => appointment))]
}

/** What we have taken there stays taken, whatever the source says of it meanwhile. */
export function withOurs(slot: Slot, taken: readonly Occupancy[], before: Kept | undefined): Slot {
  const ours = taken.filter((occupancy) => occupancy.slot === slot.id)
  if (ours.length === 0 || slot.status !== 'free') return slot
  const isAsked = before?.resourceType === 'Slot' && before.status === 'busy-tentative'
  return slotWith(slot, ours.length, !isAsked)
}

/** How old the note of when a slot was last seen may grow before it is written again though nothing else changed. */
const seenEveryMs = 3_600_000

function saysMore(next: Resource, before: Kept | undefined, at: Moment): boolean {
  if (!before || !isSlot(next) || !isSlot(before)) return !before || !sameContent(next, before)
  const bare = (slot: Slot): Slot => ({ ...slot, extension: others(slot.extension) })
  if (!sameContent(bare(next), bare(before))) return true
  return Date.parse(at.now) - Date.parse(lastSeenOf(before) ?? '1970-01-01') >= seenEveryMs
}

const lastSeenOf = ({ extension = [] }: Slot) =>
  extension.find(({ url }) => url === extensions.lastSeen)?.valueInstant
const isTaken = ({ id }: Kept<Slot>, taken: readonly Occupancy[]) => taken.some(({ slot }) => slot === id)
/** A slot that is gone where it came from, though somebody is booked in it. */
export const notOffered = (slot: Kept<Slot>): Slot => ({ ...slot, status: 'busy-unavailable' })
