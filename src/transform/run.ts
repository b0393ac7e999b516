import type { Issue } from '../fhir/outcome.ts'
import type { Origins } from '../hl7v2/origins.ts'

/** A code that no concept map knows: kept as text by whoever asked, and flagged. */
export interface Unmapped {
  /** URL of the concept map. */
  map: string
  system?: string
  code: string
  /** The field it was read from, else the name of the rule. */
  place: string
}

export interface RunOptions {
  /** IANA time zone of times that come without an offset. */
  zone?: string
  /** Instant, `%now` in FHIRPath. */
  now?: string
  /** Makes the ids of `uuid()`. */
  newId?: () => string
}

/** One run of one map: what its rules share. */
export interface Run {
  readonly options: RunOptions
  readonly issues: Issue[]
  readonly unmapped: Unmapped[]
  /** Resource → the entry it stands in. */
  readonly homes: Map<object, Record<string, unknown>>
  /** What rules share, by list and name. */
  readonly shared: Map<object, Map<string, object>>
  /** Lists to which items were put first or last on purpose. */
  readonly ordered: Map<object, { first: number; last: number }>
  depth: number
  /** The variables of the groups that are being invoked, by depth. */
  readonly frames: Frame[]
  /** What the map was given. */
  readonly input: unknown
  /** Where it stands in a message; looked up at the first fault. */
  origins: Origins | undefined
}

/** The variables of one invocation of a group, by slot. */
export type Frame = unknown[]

export const newRun = (options: RunOptions, input?: unknown): Run => ({
  options,
  input,
  issues: [],
  unmapped: [],
  homes: new Map(),
  shared: new Map(),
  ordered: new Map(),
  depth: 0,
  frames: [],
  origins: undefined,
})
