import { failures, issue } from '../fhir/outcome.ts'

/** Parameters that say how an answer is put: known everywhere. */
const everywhere: readonly string[] = ['_format', '_pretty']

/** Refuses parameters that would be ignored. Fails: unknown-parameter, naming each. */
export function expectOnly(query: URLSearchParams, known: readonly string[]): void {
  const all = [...known, ...everywhere]
  const unknown = [...new Set(query.keys())].filter((name) => !all.includes(name))
  if (unknown.length === 0) return
  const served = `Known here: ${all.join(', ')}.`
  throw failures(
    unknown.map((name) =>
      issue('unknown-parameter', `${quoted(name)} is not known here. ${served}`, shown(name)),
    ),
  )
}

/** What a caller wrote, short and harmless enough to be told back. */
export const quoted = (text: string): string => `«${shown(text)}»`
const shown = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
