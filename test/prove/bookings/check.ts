import type { Answered, Asked, AtCentre, Event, PlaceAtEnd, Seen, Version } from './history.ts'

/** The promises, each by a sentence. */
export const rules = {
  'one-live-booking': 'at most one live booking has a place at any time',
  'one-a-request': 'a request has at most one live booking at any time',
  'acknowledged-stays': 'what was acknowledged is visible afterwards, and stays unless somebody changes it',
  'booked-at-centre': 'what was called booked was booked by its centre',
  'versions-without-gaps': 'versions are numbered without gaps',
  'slot-as-its-appointment': 'the state of a slot is that of its live appointment',
  'both-agree': 'centre and gateway agree at the end',
  'no-fault': 'no answer was a fault of the gateway (HTTP 500)',
  'seen-in-time':
    'a change at a desk is seen within 5 s of telling the gateway that took it, 60 s when it is polled (p95)',
} as const

export type Rule = keyof typeof rules

/** A promise that was broken. */
export interface Breach {
  rule: Rule
  /** Reference or number of what it is about. */
  about: string
  text: string
}

/** Every breach that a history shows; the history of a proof that has ended. */
export function check(events: readonly Event[]): Breach[] {
  const parts = partsOf(events)
  return [
    ...twoAtOnce('one-live-booking', parts, ({ slots }) => slots),
    ...twoAtOnce('one-a-request', parts, ({ request, status }) =>
      request !== undefined && status !== 'pending' ? [request] : [],
    ),
    ...unkept(parts),
    ...neverBooked(parts),
    ...gaps(parts),
    ...oddSlots(parts),
    ...disagreements(parts),
    ...faults(parts),
    ...seenLate(parts),
  ]
}

/** What stays wrong only until both sides have told each other everything. */
export const unsettled = (events: readonly Event[]): Breach[] => {
  const parts = partsOf(events)
  return [...oddSlots(parts), ...disagreements(parts)]
}

interface Parts {
  asked: ReadonlyMap<number, Asked>
  answered: readonly Answered[]
  centres: readonly AtCentre[]
  seen: readonly Seen[]
  /** In the order in which they were written. */
  versions: readonly Version[]
  places: readonly PlaceAtEnd[]
}

function partsOf(events: readonly Event[]): Parts {
  const of = <Kind extends Event['event']>(kind: Kind) =>
    events.filter((one): one is Extract<Event, { event: Kind }> => one.event === kind)
  return {
    asked: new Map(of('asked').map((one) => [one.n, one])),
    answered: of('answered'),
    centres: of('centre'),
    seen: of('seen'),
    versions: of('version'),
    places: of('place'),
  }
}

const live: readonly string[] = ['pending', 'booked', 'arrived', 'checked-in']
const isLive = ({ type, status }: Version) => type === 'Appointment' && live.includes(status)

/** Goes through all versions as they were written: two live appointments never have the same at one moment. */
function twoAtOnce(
  rule: Rule,
  { versions }: Parts,
  exclusive: (version: Version) => readonly string[],
): Breach[] {
  const holders = new Map<string, Set<string>>()
  const had = new Map<string, readonly string[]>()
  const breaches = new Map<string, Breach>()
  for (const together of writtenTogether(versions.filter(({ type }) => type === 'Appointment'))) {
    for (const { id } of together) for (const one of had.get(id) ?? []) holders.get(one)?.delete(id)
    for (const version of together) had.set(version.id, isLive(version) ? exclusive(version) : [])
    for (const { id } of together) for (const one of had.get(id) ?? []) entry(holders, one).add(id)
    for (const { id, updated } of together) {
      for (const one of had.get(id) ?? []) {
        const all = [...entry(holders, one)]
        if (all.length > 1) breaches.set(one, { rule, about: one, text: `${all.join(', ')} at ${updated}` })
      }
    }
  }
  return [...breaches.values()]
}

function entry(holders: Map<string, Set<string>>, key: string): Set<string> {
  const found = holders.get(key) ?? new Set<string>()
  holders.set(key, found)
  return found
}

/** Neighbours of one moment are one change: within it there is no order. */
function writtenTogether(versions: readonly Version[]): Version[][] {
  const groups: Version[][] = []
  for (const version of versions) {
    const last = groups.at(-1)
    if (last?.[0]?.updated === version.updated) last.push(version)
    else groups.push([version])
  }
  return groups
}

/** What a client was told is among the versions, no later read shows less, and only somebody's act undoes a booking. */
function unkept(parts: Parts): Breach[] {
  const { asked, answered, versions } = parts
  const kept = Map.groupBy(
    versions.filter(({ type }) => type === 'Appointment'),
    ({ id }) => id,
  )
  const told = answered.filter(({ outcome, shown }) => shown && (outcome === 'done' || outcome === 'pending'))
  const reads = Map.groupBy(
    answered.filter(({ n }) => asked.get(n)?.operation === 'read'),
    ({ n }) => asked.get(n)?.appointment ?? '',
  )
  const undone = undoingOf(parts)
  return told.flatMap(({ n, at, shown }) => {
    if (!shown) return []
    const all = kept.get(shown.id) ?? []
    const about = `Appointment/${shown.id}`
    const breach = (text: string): Breach => ({ rule: 'acknowledged-stays', about, text: `${text} (${n})` })
    const same = all.find(({ version }) => version === shown.version)
    if (!same) return [breach(`version ${shown.version}, which was acknowledged, is not kept`)]
    if (same.status !== shown.status)
      return [breach(`${shown.status} was acknowledged, ${same.status} is kept`)]
    const older = (reads.get(shown.id) ?? []).find((read) => isOlder(read, asked, at, shown.version))
    if (older)
      return [breach(`read ${older.n}, asked later, shows version ${older.shown?.version ?? 'none'}`)]
    const last = all.at(-1)
    if (!last) return []
    if (shown.status === 'cancelled' && isLive(last))
      return [breach(`cancelled, and ${last.status} at the end`)]
    const isLost = shown.status === 'booked' && last.status === 'cancelled' && !undone.has(shown.id)
    return isLost ? [breach('booked, and cancelled at the end, which nobody has asked for')] : []
  })
}

/** Whether a read that was asked after a moment shows less than was known then. */
function isOlder(read: Answered, asked: Parts['asked'], at: number, version: number): boolean {
  if ((asked.get(read.n)?.at ?? 0) <= at) return false
  if (read.outcome === 'gone') return true
  return read.outcome === 'done' && (read.shown?.version ?? 0) < version
}

/** Appointments that a client has asked to give up, or that the desk has cancelled. */
function undoingOf({ asked, centres }: Parts): Set<string | undefined> {
  const byClients = [...asked.values()]
    .filter(({ operation }) => operation === 'cancel' || operation === 'move' || operation === 'release')
    .map(({ appointment }) => appointment)
  const byDesk = centres
    .filter(({ what }) => what === 'cancelled by the desk')
    .map(({ appointment }) => appointment)
  return new Set([...byClients, ...byDesk])
}

/** Only the centre's yes makes an appointment booked. */
function neverBooked({ versions, centres }: Parts): Breach[] {
  const there = new Set(centres.filter(({ what }) => what === 'booked').map(({ appointment }) => appointment))
  const here = versions.filter(({ type, status }) => type === 'Appointment' && status === 'booked')
  return [...new Set(here.map(({ id }) => id))]
    .filter((id) => !there.has(id))
    .map((id) => ({ rule: 'booked-at-centre', about: `Appointment/${id}`, text: 'the centre never said so' }))
}

function gaps({ versions }: Parts): Breach[] {
  const byReference = Map.groupBy(versions, ({ type, id }) => `${type}/${id}`)
  return [...byReference].flatMap(([about, all]): Breach[] => {
    const numbers = all.map(({ version }) => version)
    const isWhole = numbers.every((version, n) => version === n + 1)
    return isWhole ? [] : [{ rule: 'versions-without-gaps', about, text: numbers.join(', ') }]
  })
}

/** The last version of each, and who is live in which slot at the end. */
function ends({ versions }: Parts) {
  const last = new Map(versions.map((version) => [`${version.type}/${version.id}`, version]))
  const living = [...last.values()].filter(isLive)
  const bySlot = Map.groupBy(
    living.flatMap((one) => one.slots.map((slot) => ({ slot, one }))),
    ({ slot }) => slot,
  )
  return { slots: [...last.values()].filter(({ type }) => type === 'Slot'), bySlot }
}

function oddSlots(parts: Parts): Breach[] {
  const { slots, bySlot } = ends(parts)
  const places = new Map(parts.places.map((place) => [place.slot, place]))
  return slots.flatMap((slot): Breach[] => {
    const about = `Slot/${slot.id}`
    const living = (bySlot.get(about) ?? []).map(({ one }) => one)
    const fitting = statusesFor(living, places.get(about)?.own ?? false)
    if (fitting.includes(slot.status)) return []
    const who = living.map(({ id, status }) => `${id} ${status}`).join(', ') || 'nobody'
    return [{ rule: 'slot-as-its-appointment', about, text: `${slot.status}, with ${who}` }]
  })
}

/** Statuses that a slot may have with these appointments, and when the desk has given the place away. */
function statusesFor(living: readonly Version[], own: boolean): readonly string[] {
  if (living.length === 0) return own ? ['busy'] : ['free', 'deleted']
  const isAsked = living.every(({ status }) => status === 'pending')
  if (isAsked && own) return ['busy-tentative', 'busy']
  return isAsked ? ['busy-tentative'] : ['busy']
}

function disagreements(parts: Parts): Breach[] {
  const { slots, bySlot } = ends(parts)
  const status = new Map(slots.map((slot) => [`Slot/${slot.id}`, slot.status]))
  return parts.places.flatMap(({ slot, own, appointments, centre }): Breach[] => {
    const living = (bySlot.get(slot) ?? []).map(({ one }) => one)
    const here = living.filter((one) => one.status !== 'pending').map(({ id }) => id)
    const breach = (text: string): Breach => ({ rule: 'both-agree', about: slot, text: `${centre}: ${text}` })
    const [mine, theirs] = [here.sort().join(', '), [...appointments].sort().join(', ')]
    if (mine !== theirs) return [breach(`here ${mine || 'nobody'}, there ${theirs || 'nobody'}`)]
    return own && status.get(slot) === 'free' ? [breach('free here, and given away there')] : []
  })
}

const faults = ({ answered, asked }: Parts): Breach[] =>
  answered
    .filter(({ outcome }) => outcome === 'fault')
    .map(({ n, why = '' }) => ({
      rule: 'no-fault',
      about: `question ${n}`,
      text: `${asked.get(n)?.operation}: ${why}`,
    }))

/** Within so long 95 of 100 changes at a desk are seen. */
export const freshMs = { pushed: 5_000, polled: 60_000 } as const

/** Of fewer the 95th percentile says nothing. */
const enoughChanges = 20

const seenLate = ({ seen }: Parts): Breach[] =>
  (['pushed', 'polled'] as const).flatMap((way): Breach[] => {
    const all = seen.filter((one) => one.way === way).map(ours)
    const ms = quantile(all, 0.95) ?? 0
    if (all.length < enoughChanges || ms <= freshMs[way]) return []
    return [{ rule: 'seen-in-time', about: way, text: `${ms / 1000} s, of ${all.length} changes` }]
  })

/** What of it passed at ours: not before the gateway that took it began to be told, where it is told. */
export const ours = ({ ms, toldMs = 0 }: Pick<Seen, 'ms' | 'toldMs'>) => ({ ms: Math.max(0, ms - toldMs) })

/** The time within which such a part of all was seen; undefined for none. */
export function quantile(all: readonly Pick<Seen, 'ms'>[], part: number): number | undefined {
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}
