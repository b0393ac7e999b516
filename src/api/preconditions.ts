import { failure } from '../fhir/outcome.ts'

/** Which of HTTP's preconditions a method goes with here; any other would be ignored. */
const heard: Readonly<Record<string, readonly string[]>> = {
  GET: ['if-none-match', 'if-modified-since'],
  HEAD: ['if-none-match', 'if-modified-since'],
  POST: ['if-none-exist'],
  PUT: ['if-match'],
  PATCH: ['if-match'],
  DELETE: ['if-match'],
}

const all = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-none-exist']

/**
 * Refuses a precondition that would be ignored, such as If-None-Match of an update. Fails: unsupported-value, at the place
 * that `placeOf` names. Source: RFC 9110, 13; FHIR R4, http.
 */
export function refuseUnheard(
  method: string,
  header: (name: string) => string | undefined,
  placeOf: (name: string) => string = (name) => name,
): void {
  const unheard = all.find((name) => header(name) !== undefined && !heard[method]?.includes(name))
  if (unheard === undefined) return
  throw failure(
    'unsupported-value',
    `${unheard} does not go with ${method} here: leave it out.`,
    placeOf(unheard),
  )
}
