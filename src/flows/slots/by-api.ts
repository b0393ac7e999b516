import type { Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { failure, failures } from '../../fhir/outcome.ts'
import type { Kept, Occupancy, Reader } from '../../store/index.ts'
import { isByDesk } from '../booking/desk.ts'
import { zoneOf } from '../booking/states.ts'
import { nextOf } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Territory } from '../step.ts'
import { type Convention, conventionsOf } from './conventions.ts'
import { forExams, saidBy } from './exams.ts'
import { asKept, deskBeliedBy, inForm, isPushed, underRules, withOrigin, withOurs } from './published.ts'
import { declaredBy } from './ranges.ts'
import { sightOfSlots } from './sight.ts'

interface Facts {
  taken: readonly Occupancy[]
  /** `Organization/<id>` whose diary it is, by the slot's or schedule's id, where it stands already. */
  sources: ReadonlyMap<string, string>
  /** Of slots that do not say what they are for, by reference. */
  diaries: ReadonlyMap<string, Schedule>
  /** Of the centre that writes. */
  conventions: readonly Convention[]
}

/** A Slot or a Schedule pushed through the API is kept like one that was pulled: its source named, our bookings respected. */
export const diaryByApi: Hook<Facts> = {
  prepare: (resource) => (resource.resourceType === 'Schedule' ? inForm(resource) : resource),

  async facts(changes, all, store, actor) {
    const slots = changes.filter(({ type }) => type === 'Slot').map(({ id }) => id)
    const before = changes.flatMap(({ id, before }) =>
      before?.meta.source ? [[id, before.meta.source] as const] : [],
    )
    const [taken, conventions, diaries] = await Promise.all([
      slots.length > 0 ? store.occupancies(slots) : [],
      conventionsOf(actor.organization, store),
      diariesOf(changes, all, store),
    ])
    return { taken, conventions, diaries, sources: new Map(before) }
  },

  decide(changes, _, { taken, sources, conventions, diaries }, at, actor) {
    const stale = [...deskBeliedBy(slotsSaid(changes), taken), ...deskIn(changes, taken)]
    const left = taken.filter(({ appointment }) => !stale.includes(appointment))
    const write = changes.flatMap((change) =>
      change.verb === 'delete' ? [] : [kept(filled(change, diaries), sources, left, at, actor.organization)],
    )
    const slots = write.filter(
      (resource): resource is Slot & { id: string } => resource.resourceType === 'Slot',
    )
    return {
      write,
      remove: changes.flatMap((change) => removed(change, left)),
      release: stale,
      regrant: sightOfSlots(slots, at.territory, conventions),
    }
  },
}

const slotsSaid = (changes: readonly Seen[]): Slot[] =>
  changes.flatMap((change) =>
    change.verb !== 'delete' && change.resource.resourceType === 'Slot'
      ? [{ ...change.resource, id: change.id }]
      : [],
  )

/** What its own desk has in a slot does not keep a centre from taking it out of its diary. */
function deskIn(changes: readonly Seen[], taken: readonly Occupancy[]): string[] {
  const gone = changes.flatMap(({ verb, id }) => (verb === 'delete' ? [id] : []))
  return taken.filter((one) => isByDesk(one) && gone.includes(one.slot)).map(({ appointment }) => appointment)
}

/** A slot that does not say what it is for is for the exams of its diary. */
function filled<C extends Seen & { verb: 'create' | 'update' }>(change: C, diaries: Facts['diaries']): C {
  const { resource } = change
  if (resource.resourceType !== 'Slot' || resource.serviceType?.length) return change
  const diary = diaries.get(resource.schedule.reference ?? '')
  return diary ? { ...change, resource: forExams(resource, saidBy(diary)) } : change
}

async function diariesOf(
  changes: readonly Seen[],
  all: readonly Seen[],
  store: Reader,
): Promise<ReadonlyMap<string, Schedule>> {
  const wanted = changes.flatMap((change) =>
    change.verb !== 'delete' &&
    change.resource.resourceType === 'Slot' &&
    !change.resource.serviceType?.length
      ? (change.resource.schedule.reference ?? [])
      : [],
  )
  const here = all.flatMap((change) =>
    change.verb !== 'delete' && change.resource.resourceType === 'Schedule'
      ? [[`Schedule/${change.id}`, change.resource] as const]
      : [],
  )
  const there = await Promise.all(
    [...new Set(wanted)].map(async (reference) => [reference, await store.follow(reference)] as const),
  )
  const kept = there.flatMap(([reference, one]) =>
    one?.resourceType === 'Schedule' ? [[reference, one] as const] : [],
  )
  return new Map([...kept, ...here])
}

function kept(
  change: Seen & { verb: 'create' | 'update'; resource: Resource & { id: string } },
  sources: ReadonlyMap<string, string>,
  taken: readonly Occupancy[],
  at: Moment,
  organization: string | undefined,
): Resource {
  const source = sources.get(change.id)
  const next = asKept(nextOf(change.resource, change.before), at, peerOf(organization, at.territory))
  const resource = source ? { ...next, meta: { ...next.meta, source } } : next
  if (resource.resourceType === 'Schedule') refuseUnusable(resource, at.territory)
  if (resource.resourceType !== 'Slot') return resource
  return withOrigin(underRules(withOurs(resource, taken, change.before), at), isSent(change.before))
}

/** Passes when slots can be made of what a diary declares. Fails: business-rule, for each range that is none. */
function refuseUnusable(schedule: Schedule, territory: Territory): void {
  const { faults } = declaredBy(schedule, zoneOf(schedule, territory))
  if (faults.length > 0) throw failures(faults)
}

/** A slot that was read at its source stays one of those, though somebody changes it here. */
const isSent = (before: Kept | undefined) => before?.resourceType !== 'Slot' || isPushed(before)

/** The system that an organisation's slots are booked with: of several, one that takes bookings. */
function peerOf(organization: string | undefined, { peers }: Territory): string | undefined {
  const own = peers.filter((peer) => peer.organization === organization)
  const books = own.find(({ manual, takes }) => manual || takes.includes('appointment.requested'))
  return (books ?? own[0])?.name
}

function removed({ verb, before, id }: Seen, taken: readonly Occupancy[]) {
  if (verb !== 'delete' || !before) return []
  if (taken.some(({ slot }) => slot === id)) {
    throw failure('business-rule', 'Somebody is booked in this slot: cancel the appointment first.', 'Slot')
  }
  return [before]
}
