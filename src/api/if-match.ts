import { failure } from '../fhir/outcome.ts'

/** The version that the caller has seen. Fails: value when `If-Match` is no version of ours. */
export function ifMatchOf(header: string | undefined, place = 'If-Match'): { ifMatch?: string } {
  if (header === undefined) return {}
  const version = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(header)?.[1]
  if (version === undefined)
    throw failure('value', 'If-Match is an ETag as we gave it, such as W/"3".', place)
  return { ifMatch: version }
}
