import { z } from 'zod'
import { ConfigError } from '../config.ts'
import { Failure } from '../fhir/outcome.ts'
import { MapError } from '../transform/map-error.ts'

/** One thing that is wrong, and where. */
export interface Fault {
  place: string
  text: string
}

/** Whatever was thrown, fault by fault. Commands are run by whoever has the files: nothing is kept from them. */
export function faultsOf(thrown: unknown): readonly Fault[] {
  if (thrown instanceof MapError) {
    return thrown.faults.map(({ file, line, column, text }) => ({ place: `${file}:${line}:${column}`, text }))
  }
  if (thrown instanceof Failure) {
    return thrown.issues.map(({ expression = '', text }) => ({ place: expression, text }))
  }
  if (thrown instanceof ConfigError) return thrown.problems.map((text) => ({ place: '', text }))
  if (thrown instanceof z.ZodError) {
    return thrown.issues.map(({ path, message }) => ({ place: path.join('.'), text: message }))
  }
  return [{ place: '', text: thrown instanceof Error ? thrown.message : String(thrown) }]
}

/** A line each. */
export const linesOf = (faults: readonly Fault[]): string =>
  faults.map(({ place, text }) => [place, text].filter(Boolean).join(' ')).join('\n')
