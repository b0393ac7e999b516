import type { Resource } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import type { Issue } from '../fhir/outcome.ts'
import type { Counted, Departure, Kept, Occupancy, Reader, Settlement, Store } from '../store/index.ts'
import type { Reasons } from './booking/reasons.ts'
import type { BookingRules } from './booking/rules.ts'
import type { ClockSettings } from './clocks/clock.ts'
import type { Protocol } from './protocol/protocol.ts'
import type { EntryRules } from './referral/standing.ts'
import type { Making } from './resource/making.ts'
import type { ReadCondition } from './resource/match.ts'
import type { CapacityRules } from './routing/capacity-rules.ts'
import type { Diaries } from './slots/diaries.ts'
import type { Quota, SlotRules } from './slots/rules.ts'

/** What every step knows of the territory it serves. */
export interface Territory {
  /** `Organization/<id>` of the community of health professionals. */
  community: string
  /** `Organization/<id>` of its coordination cell, which owns each request's Task. */
  cell: string
  /** IANA zone in which its days are counted. */
  zone: string
  /** Whom the gateway speaks with, one for each connector's file. */
  peers: readonly Peer[]
  /** For whom reserved places are, and how many of them one may have. */
  slots?: SlotRules
  /** Where communes are, by INSEE code. */
  communes?: ReadonlyMap<string, Commune>
  /** Reasons of cancellations, in the dialects and in our own list; without them they are kept as they are said. */
  reasons?: Reasons
  /** What is agreed for holds and bookings; the usual, where it is not said. */
  bookings?: BookingRules
  /** The modality (DICOM code) of an exam, by `system|code`: from the territory's ConceptMaps. */
  modalities: ReadonlyMap<string, string>
  /** How its clocks are set, and when its cell and centres are open; as is usual, where it is not said. */
  clocks?: ClockSettings
  /** Its entry protocol, in all versions that are kept; none: requests are not judged. */
  protocols?: readonly Protocol[]
  /** What is done when there are more requests than places; absent: that is told, and no more. */
  capacity?: CapacityRules
  /** Who may refer whom; absent: whoever has a client, for whomever. */
  entry?: EntryRules
}

/** How old what is known of a partner's diaries may be, and what becomes of their places when it is older. */
export interface Freshness {
  limitMs: number
  /** `mark`: shown, and said to be old. `hide`: not shown. */
  whenOld: 'mark' | 'hide'
}

/** The middle of a commune, and what it goes by. Degrees. */
export interface Commune {
  lat: number
  lon: number
  postalCodes: readonly string[]
  names: readonly string[]
}

/** A partner system, as flows see it: what may be sent to it, not how. */
export interface Peer {
  /** Name of its connector's file. */
  name: string
  /** `Organization/<id>` that it belongs to. */
  organization: string
  /** Whoever is at the other end refers patients: it is told what becomes of its requests. */
  asks?: true
  /** Nobody at the other end but a person with a telephone. */
  manual: boolean
  /** That a booking is cancelled is told by telephone. */
  cancelledByTelephone?: true
  /** Kinds of departure that it takes, such as `appointment.requested`. */
  takes: readonly string[]
  /** What its system can do, as its connector's sheet says: to be shown. */
  sheet?: Readonly<Record<string, string | boolean>>
  /** IANA zone in which its places are; the territory's, unless it is said. */
  zone?: string
  /** Its diaries may be closed at any moment: by the end of a convention, or while they are not known. */
  gated?: boolean
  /** How fresh what is read of its diaries is to be; absent where they are declared or sent to us. */
  freshness?: Freshness
  /** Names of its application in HL7 v2 (MSH-3, MSH-5): what is addressed to it is for its eyes. */
  applications: readonly string[]
}

/** The time, the place, and the maker of new ids: a decision made twice is the same decision. */
export interface Moment {
  /** Instant. */
  readonly now: string
  readonly territory: Territory
  /** UUIDv7; the same sequence each time the step runs again. */
  newId(): string
}

/** What a step has decided, before anything is done: a value to print, compare and test. */
export interface Plan {
  /** Created when it has no `meta.versionId`; otherwise the next version of that one. */
  write?: readonly Resource[]
  remove?: readonly Kept[]
  /** By which conditions something is made here that nothing fitted, and how often it had been: key → number. */
  conditions?: Readonly<Record<string, number>>
  /** Who else may see what: reference → keys (`public`, `member`, `org:<id>`). Also for what is written here. */
  grant?: Readonly<Record<string, readonly string[]>>
  /** In place of who may see it now. */
  regrant?: Readonly<Record<string, readonly string[]>>
  /** Leaves by the outbox, in the same transaction as the writes. */
  send?: readonly Omit<Departure, 'row'>[]
  take?: readonly Occupancy[]
  /** Places among a limited number, such as a quota's: what it fails with when none is left is thrown. */
  count?: readonly Counted[]
  release?: readonly string[]
  settle?: readonly Settlement[]
  /** Read, not written, and must still be as it was: references. */
  rely?: readonly string[]
  /** Told to whoever asked, beside what was done. */
  remarks?: readonly Issue[]
  /** The message fits nothing known: it is kept and shown, and nothing else happens. Says why. */
  filtered?: string
}

/** One thing that can happen, in the past tense. `facts` reads; `decide` is pure; neither writes. */
export interface Step<Input, Facts> {
  name: `${string}.${string}`
  /** It has looked at the clocks of the Tasks that it writes; those of other steps are kept for them. */
  looksAtClocks?: true
  facts(input: Input, store: Reader, actor: Actor): Promise<Facts>
  decide(input: Input, facts: Facts, at: Moment, actor: Actor): Plan
}

/** What a step is carried out with. */
export interface Desk {
  store: Store
  clock: () => Date
  actor: Actor
  territory: Territory
  /** What is known of the territory's diaries; absent: they are read whenever places are looked for. */
  diaries?: Diaries
  /** Told of each place that was refused for a quota is used up. */
  quotaRefused?: (quota: Quota, actor: Actor) => void
  /** What others here are making by a condition at this moment; absent: nobody waits for anybody. */
  making?: Making
  /** How conditions of the caller's are read; absent: they ask whatever the actor sees. */
  readCondition?: ReadCondition
  /** What the profiles say of a resource: errors and warnings; `against`: and a profile that is named. */
  validate: (resource: Resource, options?: { against?: `${string}:${string}` }) => Issue[]
  /** What comes in through the API as it is to be kept: a Subscription gets its owner, its secrets are sealed. */
  prepare: <R extends Resource>(resource: R, actor: Actor) => Promise<R>
  /** Departures that subscriptions to what was written ask for. */
  notify: (written: readonly Kept[]) => Omit<Departure, 'row'>[]
}
