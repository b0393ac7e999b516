import { Failure } from '../fhir/outcome.ts'
import { parseSearch } from '../fhir/search.ts'
import { isConformance, isServed } from '../fhir/served.ts'

/** create, read (vread and history of one), update (patch), delete, search (history of a type or of all). */
export type Letter = 'c' | 'r' | 'u' | 'd' | 's'

/** A right to a type of resource, or to all of them. */
export interface Scope {
  /** Resource type, or `*`. */
  type: string
  /** Of `cruds`, in this order. */
  letters: string
  /** Search parameters that a resource must match: `status=active`. Empty: any resource. */
  filter: string
  /** As it is told to the client. */
  text: string
}

/** A right that is no resource type's: taken literally, never implied by a wildcard. */
export const metricsScope = 'system/metrics'
/** Likewise: to see every message as it came, and to steer the lines to partners. */
export const operationScope = 'system/operation'

const isLiteral = (text: string): boolean => text === metricsScope || text === operationScope

/** What the text of a scope says, or what is wrong with it. */
export type ScopeReading = { scope: Scope; fault?: never } | { scope?: never; fault: string }

const grammar = /^system\/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(?:\?(.*))?$/

/** Permissions of SMART version 1, by those of version 2. */
const version1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' }

/**
 * Reads one scope of version 1 or 2, of the system level.
 *
 * What is not understood to the letter is a fault: a scope must never come out wider than it was written.
 *
 * Source: SMART App Launch 2.2.0, scopes-and-launch-context, 3.0.2.
 */
export function parseScope(text: string): ScopeReading {
  if (isLiteral(text)) {
    return { scope: { type: text.slice('system/'.length), letters: '', filter: '', text } }
  }
  const [, type, permissions, filter] = grammar.exec(text) ?? []
  if (!type || !permissions)
    return { fault: `${quoted(text)} is not a scope of the form system/<Type>.<cruds>.` }
  if (type !== '*' && !isServed(type) && !isConformance(type)) {
    return { fault: `${quoted(text)} names a resource type that is not served.` }
  }
  const fault = filter === undefined ? undefined : filterFault(type, filter)
  if (fault) return { fault: `${quoted(text)}: ${fault}` }
  const letters = version1[permissions] ?? permissions
  return { scope: { type, letters, filter: filter ?? '', text: wording(text, type, letters, filter) } }
}

/** Scopes of a space-separated list, or everything that is wrong with it. */
export function parseScopes(text: string): { scopes: Scope[]; faults: string[] } {
  const readings = text === '' ? [] : text.split(' ').map(parseScope)
  return {
    scopes: readings.flatMap(({ scope }) => scope ?? []),
    faults: readings.flatMap(({ fault }) => fault ?? []),
  }
}

/** What is granted: the part of what was asked that is also registered. Never more than either. */
export function grantedScopes(asked: readonly Scope[], registered: readonly Scope[]): Scope[] {
  return without(asked.flatMap((each) => common(each, registered)))
}

/** The scopes that cover an interaction with a type. */
export function covering(scopes: readonly Scope[], type: string, letter: Letter): Scope[] {
  return scopes.filter(
    (scope) => (scope.type === '*' || scope.type === type) && scope.letters.includes(letter),
  )
}

export const scopeText = (scopes: readonly Scope[]): string => scopes.map(({ text }) => text).join(' ')

/** The part of one asked scope that is registered; letters under one filter are put together. */
function common(asked: Scope, registered: readonly Scope[]): Scope[] {
  const parts = new Map<string, Scope>()
  for (const each of registered) {
    const part = shared(asked, each)
    if (!part) continue
    const key = `${part.type}?${part.filter}`
    const letters = ordered(part.letters + (parts.get(key)?.letters ?? ''))
    parts.set(key, worded({ ...part, letters }, asked))
  }
  return [...parts.values()]
}

function shared(a: Scope, b: Scope): Scope | undefined {
  if (a.type !== '*' && b.type !== '*' && a.type !== b.type) return undefined
  if (isLiteral(a.text) || isLiteral(b.text)) return a.text === b.text ? a : undefined
  const letters = [...a.letters].filter((letter) => b.letters.includes(letter)).join('')
  const type = a.type === '*' ? b.type : a.type
  return letters === '' ? undefined : { type, letters, filter: both(a.filter, b.filter), text: '' }
}

/** Both filters at once: parameters are joined by «and». */
function both(a: string, b: string): string {
  return [...new Set([...partsOf(a), ...partsOf(b)])].join('&')
}

/** The parameters of a filter: the more there are, the less it lets through. */
const partsOf = (filter: string): string[] => (filter === '' ? [] : filter.split('&'))

/** A scope that is granted as it was asked keeps its words. */
function worded(scope: Scope, asked: Scope): Scope {
  const same = scope.type === asked.type && scope.letters === asked.letters && scope.filter === asked.filter
  return { ...scope, text: same ? asked.text : spelled(scope.type, scope.letters, scope.filter) }
}

/** `.read` may stay as it was written; `.write` and `.*` are told as the letters they stand for. */
function wording(text: string, type: string, letters: string, filter = ''): string {
  return letters === 'rs' ? text : spelled(type, letters, filter)
}

function spelled(type: string, letters: string, filter: string): string {
  return `system/${type}.${letters}${filter && `?${filter}`}`
}

/** Those that no other one covers. */
function without(scopes: readonly Scope[]): Scope[] {
  return scopes.filter(
    (scope, at) =>
      !scopes.some(
        (other, place) => place !== at && covers(other, scope) && (!covers(scope, other) || place < at),
      ),
  )
}

function covers(wide: Scope, narrow: Scope): boolean {
  return (
    (wide.type === '*' ? !isLiteral(narrow.text) : wide.type === narrow.type) &&
    [...narrow.letters].every((letter) => wide.letters.includes(letter)) &&
    partsOf(wide.filter).every((part) => partsOf(narrow.filter).includes(part))
  )
}

const ordered = (letters: string): string =>
  [...'cruds'].filter((letter) => letters.includes(letter)).join('')

/** A filter is one or more plain parameters that one resource can be held against, each as it is written. */
function filterFault(type: string, filter: string): string | undefined {
  if (type === '*') return 'a filter needs a resource type.'
  const parts = filter.split('&').map((part) => part.split('='))
  if (parts.some((part) => part.length !== 2 || part.includes('')))
    return 'a filter is name=value, joined by &.'
  const [odd] = parts.flatMap(([name = '']) => (/^[\w-]+$/.test(name) ? [] : [name]))
  if (odd !== undefined) return `modifiers and chains, as in ${quoted(odd)}, are not kept in scopes.`
  return searchFault(type, filter, parts.length)
}

/** Whether a search of the type has all of these parameters as conditions. */
function searchFault(type: string, filter: string, parameters: number): string | undefined {
  try {
    const { search } = parseSearch(type, filter)
    return search.filters.length === parameters ? undefined : 'a filter says what a resource is like.'
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.message
    throw thrown
  }
}

/** What a caller wrote, short and harmless enough to be told back. */
const quoted = (text: string): string => `«${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)}»`
