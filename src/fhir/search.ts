import { Failure, failure, failures, type Issue } from './outcome.ts'
import { withContained } from './search/contained.ts'
import { controlOf, type Draft, saidTwice } from './search/controls.ts'
import { type Filter, filterOf } from './search/filter.ts'
import type { Parameter } from './search/parameters.ts'

/** A search, parsed and checked: what to find, in which order, and what to bring along. */
export interface Search {
  type: string
  /** All of them hold for a match. */
  filters: readonly Filter[]
  /** Then the id decides; without any, the newest come first. */
  sort: readonly SortKey[]
  /** Matches on a page. */
  count: number
  /** Where the page begins, from the one before. */
  cursor?: string
  includes: readonly Include[]
  /** Whether all matches are counted too. */
  total: boolean
  /** Whether the planner's guess is number enough, where there is more than a page. */
  estimated?: boolean
  /** Whether nothing but that number is wanted. */
  totalOnly: boolean
  /** What of each resource is wanted; absent: all. */
  part?: Part
  /** Resources that others contain are looked for; absent: only those that stand for themselves. */
  contained?: Contained
}

/** How contained resources are looked for. */
export interface Contained {
  /** Beside those that stand for themselves, or instead of them. */
  beside: boolean
  /** What is shown of a match: whatever contains it, or itself. */
  as: 'container' | 'contained'
  /** Only in resources of these types; absent: in all. */
  within?: readonly string[]
}

/** A part of a resource: what R4 marks as its summary, its narrative, all but its narrative, or the elements named. */
export type Part = { is: 'summary' | 'text' | 'data' } | { is: 'elements'; names: readonly string[] }

export interface SortKey {
  parameter: Parameter
  descending: boolean
}

/** What to bring along: what `type` refers to by `parameter`, or (reverse) those of `type` that refer to it. */
export interface Include {
  reverse: boolean
  type: string
  parameter: Parameter
  /** Only resources of this type. */
  target?: string
  /** From what was brought along, too. */
  iterate: boolean
}

export interface SearchOptions {
  /** Unknown and unsupported parameters are left out with a warning (`Prefer: handling=lenient`). */
  lenient?: boolean
  defaultCount?: number
  maxCount?: number
  /** Contained resources may be asked for, too. */
  contained?: boolean
  /** Where dates without an offset are. */
  zone?: string
  /** Our own FHIR base URL: references beneath it are to what is kept here. */
  base?: string
  /** The codes of a value set, for `:in`. Fails: not-found, unsupported-value. Absent: no value sets are known. */
  codesOf?(url: string): readonly { system: string; code: string }[]
}

/** Far more than anyone asks by hand; keeps one request from being thousands. */
const maxParameters = 100

/** A parameter as it stands in a query. */
export type Pair = readonly [name: string, value: string]

/** A search, and what of its query was left out of it. */
export interface Parsed {
  search: Search
  warnings: Issue[]
  /** Each parameter that a warning is about. */
  left: readonly Pair[]
}

/**
 * The search that a query asks for, and what of it was left out.
 *
 * Each kind of fault names its parameter; all are told together.
 * Fails: unknown-parameter, with those that are known; unsupported-value; value.
 *
 * Source: FHIR R4, search.html.
 */
export function parseSearch(
  type: string,
  query: string | URLSearchParams,
  options: SearchOptions = {},
): Parsed {
  const pairs = [...new URLSearchParams(query)]
  if (pairs.length > maxParameters)
    throw failure('value', `A search has at most ${maxParameters} parameters.`)
  const faults: Issue[] = saidTwice(pairs)
  const warnings: Issue[] = []
  const left: Pair[] = []
  const draft = empty(type, options)
  for (const [name, value] of pairs) {
    try {
      take(draft, name, value, options)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      const isLeft = options.lenient && isLeftOut(thrown)
      if (isLeft) left.push([name, value])
      ;(isLeft ? warnings : faults).push(...thrown.issues)
    }
  }
  if (faults.length > 0) throw failures(faults)
  const search = draft.containedType || draft.contained ? withContained(draft) : draft
  if (search.part?.is === 'text' && search.includes.length > 0) {
    throw failure(
      'value',
      '_summary=text brings nothing along: leave _include and _revinclude out.',
      '_summary',
    )
  }
  return { search, warnings: warnings.map((warning) => ({ ...warning, severity: 'warning' })), left }
}

function empty(type: string, { defaultCount = 50, maxCount = 1000 }: SearchOptions): Draft {
  const count = Math.min(defaultCount, maxCount)
  return { type, filters: [], sort: [], count, includes: [], total: false, totalOnly: false }
}

function take(draft: Draft, name: string, value: string, options: SearchOptions): void {
  const control = controlOf(name)
  if (control) control(draft, name, value, options)
  else draft.filters = [...draft.filters, filterOf(draft.type, name, value, options)]
}

/** A modifier that is not supported is always refused: without it the parameter means something else. */
const isLeftOut = (thrown: Failure) => thrown.issues.every(({ case: what }) => what === 'unknown-parameter')
