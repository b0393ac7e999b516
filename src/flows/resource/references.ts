import type { Resource } from '@medplum/fhirtypes'

/** A reference by URL, and where it stands: `ServiceRequest.reasonReference[0]`. */
export interface Pointer {
  path: string
  reference: string
}

/** A reference to a resource of this server: `Type/id`, with or without a version. */
const literal = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/

/** A reference by what is searched for: `Patient?identifier=…`. Source: FHIR R4, http, conditional references. */
const conditional = /^([A-Z][A-Za-z]+)\?(.+)$/

/** `Type/id` of a literal reference, without its version. */
export function targetOf(reference: string): string | undefined {
  const [, type, id] = literal.exec(reference) ?? []
  return type && id ? `${type}/${id}` : undefined
}

/** Type and search of a conditional reference. */
export function conditionOf(reference: string): { type: string; query: string } | undefined {
  const [, type, query] = conditional.exec(reference) ?? []
  return type && query ? { type, query } : undefined
}

/** Every reference of a resource, contained resources included. */
export function pointersOf(resource: Resource): Pointer[] {
  const found: Pointer[] = []
  collect(resource, resource.resourceType, found)
  return found
}

function collect(value: unknown, path: string, found: Pointer[]): void {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) collect(each, `${path}[${index}]`, found)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'reference' && typeof inner === 'string') found.push({ path, reference: inner })
      else collect(inner, `${path}.${key}`, found)
    }
  }
}

/** Elements of type string or token that may hold the same text as a local name without meaning the resource. */
const notNames = new Set(['value', 'system', 'code', 'id', 'display', 'text', 'data'])

/**
 * The resource with each local name in it replaced by what it stands for: references, URIs and links of the narrative.
 *
 * Source: FHIR R4, http, transaction: references, uri, url, oid, uuid, and `href` and `src` of the narrative.
 */
export function renamed<R extends Resource>(resource: R, newName: (name: string) => string | undefined): R {
  return rename(resource, '', newName) as R // every string is replaced by a string, nothing else changes
}

function rename(value: unknown, key: string, newName: (name: string) => string | undefined): unknown {
  if (typeof value === 'string') return renameText(value, key, newName)
  if (Array.isArray(value)) return value.map((each) => rename(each, key, newName))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([inner, each]) => [inner, rename(each, inner, newName)]),
  )
}

function renameText(text: string, key: string, newName: (name: string) => string | undefined): string {
  if (key === 'div') {
    return text.replace(/\b(href|src)="([^"]*)"/g, (all, link, name) => {
      const other = newName(name)
      return other === undefined ? all : `${link}="${other}"`
    })
  }
  return notNames.has(key) ? text : (newName(text) ?? text)
}
