import { isConformance, isServed } from './served.ts'

/** A reference, by what it says of where its target is. */
export type ParsedReference =
  /** To what is kept here: `Patient/1`, `Patient/1/_history/2`. */
  | { kind: 'literal'; type: string; id: string; version?: string }
  /** To another server, or a canonical: a URL. */
  | { kind: 'absolute'; url: string }
  /** `urn:uuid:…`, `urn:oid:…`, or a local name within a Bundle: `urn:local:patient`. */
  | { kind: 'urn'; urn: string }
  /** To a contained resource; empty: to the container. */
  | { kind: 'fragment'; id: string }
  /** To whatever a search finds: `Patient?identifier=…`, in a transaction. */
  | { kind: 'conditional'; type: string; query: string }

const literal = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/
const conditional = /^([A-Z][A-Za-z]+)\?(.+)$/s

/**
 * Reads `Reference.reference`; undefined when it is none. What lies beneath `base` is kept here.
 *
 * Source: FHIR R4, references.html, 2.3.0.1 to 2.3.0.3.
 */
export function parseReference(text: string, base?: string): ParsedReference | undefined {
  if (text.startsWith('#')) return { kind: 'fragment', id: text.slice(1) }
  if (/^urn:\S+$/i.test(text)) return { kind: 'urn', urn: text }
  const own = base !== undefined && text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text
  const [, type, id, version] = literal.exec(own) ?? []
  if (type !== undefined && id !== undefined) {
    return { kind: 'literal', type, id, ...(version !== undefined && { version }) }
  }
  const [, searched, query] = conditional.exec(own) ?? []
  if (searched !== undefined && query !== undefined) return { kind: 'conditional', type: searched, query }
  return /^https?:\/\/\S+$/.test(text) ? { kind: 'absolute', url: text } : undefined
}

/** `Type/id`, or `Type/id/_history/version`. */
export function referenceTo(type: string, id: string, version?: string | number): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`
}

/** The reference without its version: to what the resource is now. */
export const unversioned = (reference: string): string => reference.replace(/\/_history\/[^/]+$/, '')

/** The id in a literal reference to this type; undefined when it refers to something else. */
export function idOf(type: string, reference: string | undefined): string | undefined {
  const parsed = reference === undefined ? undefined : parseReference(reference)
  return parsed?.kind === 'literal' && parsed.type === type ? parsed.id : undefined
}

/** Whether a type can be kept here at all. */
export const isKeptType = (type: string): boolean => isServed(type) || isConformance(type)
