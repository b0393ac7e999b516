import type { Resource } from '@medplum/fhirtypes'
import type { Text } from '../fhir/bundle.ts'
import type { Issue } from '../fhir/outcome.ts'

/** Any resource that may be kept; `id` and `meta` are set when it comes from the store. */
export type Kept<R extends Resource = Resource> = R & {
  id: string
  meta: { versionId: string; lastUpdated: string }
}

/**
 * Whose eyes a resource is for. `all`: the whole territory (cell, region, operator).
 * Otherwise it is seen by whoever holds one of its keys: `public`, `member`, `org:<Organization id>`.
 */
export type Sight = 'all' | readonly string[]

/** A version of a resource as it is kept: the exact text that goes out on a read. */
export type Stored = Text

/** One entry of a search result, or of a history. */
export interface Found extends Stored {
  mode: 'match' | 'include'
  /** Id of a contained resource, when that is what was found: all but the body is its container's. */
  local?: string
}

export interface Page {
  /** Matches in order, then what was included. */
  entries: Found[]
  /** Where the next page goes on; absent on the last one. Opaque, for `Search.cursor`. */
  next?: string
  /** Only when it was asked for. */
  total?: number
  /** Why it is not all that was asked for: not all that would come along does. */
  remarks?: readonly Issue[]
}

/** Which changes: of one resource, of a type, or of all (types given: only those). */
export interface HistoryQuery {
  type?: string
  id?: string
  /** Only these types, for a caller who may not see all. */
  types?: readonly string[]
  /** Instant, inclusive. */
  since?: string
  /** Versions that were current at some time between these instants, both included. */
  at?: { low: string; high: string }
  order: 'newest' | 'oldest'
  count: number
  /** From a page's `next`, or from its `resume`. */
  cursor?: string
}

export interface HistoryPage {
  entries: Stored[]
  next?: string
  /** Oldest first only: from where a later pull goes on, set on the last page too. */
  resume?: string
  total?: number
}
