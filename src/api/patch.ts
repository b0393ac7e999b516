import { parseJson } from '../fhir/json.ts'
import { Failure, failure, failures } from '../fhir/outcome.ts'
import { fhirpathPatchOf } from '../transform/patch/fhirpath-patch.ts'
import { jsonPatchOf } from '../transform/patch/json-patch.ts'
import type { Patch } from '../transform/patch/patch.ts'
import { unheardIn } from '../transform/shapes/unheard.ts'
import { utf8Of } from './body.ts'

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
  const unheard = unheardIn('Binary', Object(sent), place ?? 'Binary')
  if (unheard.length > 0) throw failures(unheard)
  if (typeof contentType === 'string' && isJsonPatch(contentType) && typeof data === 'string')
    return jsonPatchOf(parsed(data, `${place ?? 'Binary'}.data`), place)
  throw failure('value', `A Binary that patches has the contentType ${jsonPatch}, and data.`, place)
}

/** Read as strictly as a body, numbers as they are written. */
function parsed(data: string, place: string): unknown {
  try {
    return parseJson(utf8Of(Buffer.from(data, 'base64')))
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw failures(thrown.issues.map((each) => ({ ...each, expression: place })))
  }
}
