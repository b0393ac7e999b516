import type { Resource } from '@medplum/fhirtypes'
import { mapOwn } from '../../fhir/decimals.ts'

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
  return mapOwn(value, (each, inner) => rename(each, inner, newName))
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
