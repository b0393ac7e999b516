import { failure } from '../fhir/outcome.ts'
import { fhirpathPatchOf } from '../transform/patch/fhirpath-patch.ts'
import { jsonPatchOf } from '../transform/patch/json-patch.ts'
import type { Patch } from '../transform/patch/patch.ts'

/** The media type of RFC 6902. */
export const jsonPatch = 'application/json-patch+json'

/** Whether a content type is that of a JSON Patch. */
export const isJsonPatch = (contentType: string | undefined): boolean =>
  /^application\/json-patch\+json\s*(;|$)/i.test(contentType ?? '')

/**
 * What was sent to change a resource in part: a JSON Patch as it is, or in a Binary as bundles carry it; or Parameters, a
 * FHIRPath Patch. Fails: structure and value, with every operation at fault.
 *
 * Source: FHIR R4, http, patch.
 */
export function patchOf(sent: unknown, place?: string): Patch {
  if (Array.isArray(sent)) return jsonPatchOf(sent, place)
  const { resourceType, contentType, data } = Object(sent) as Record<string, unknown> // anything has properties
  if (resourceType !== 'Binary') return fhirpathPatchOf(sent, place)
  if (typeof contentType === 'string' && isJsonPatch(contentType) && typeof data === 'string')
    return jsonPatchOf(parsed(data, place), place)
  throw failure('value', `A Binary that patches has the contentType ${jsonPatch}, and data.`, place)
}

function parsed(data: string, place: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
  } catch {
    throw failure('structure', 'The data of this Binary is no JSON.', place)
  }
}
