import type { Patient, ServiceRequest } from '@medplum/fhirtypes'
import fhirpath from 'fhirpath'
import { model } from '../../fhir/fhirpath.ts'

/** What a condition may speak of. */
export interface Known {
  request: ServiceRequest
  patient: Patient | undefined
  /** Full years; undefined when it cannot be told. */
  age: number | undefined
  /** Codes of the questions that are answered so. */
  yes: readonly string[]
  no: readonly string[]
  unknown: readonly string[]
  /** What else was answered: numbers and words. */
  values: readonly { code: string; value: number | string }[]
}

/** A condition of the protocol: true, false, or undefined when what is known does not tell. */
export interface Condition {
  /** FHIRPath. */
  text: string
  holds(known: Known): boolean | undefined
}

/**
 * A condition in FHIRPath on the request, with `%patient`, `%age` (years), `%yes`, `%no`, `%unknown` (codes of questions)
 * and `%values` (code and value). Fails when it cannot be read.
 *
 * What an expression trips over is as if it were not known: a person then looks.
 */
export function conditionOf(expression: string): Condition {
  // What its functions trace would be patients' data in a log.
  const evaluate = fhirpath.compile({ base: 'ServiceRequest', expression }, model, {
    async: false,
    traceFn: () => undefined,
  })
  return {
    text: expression,
    holds({ request, patient, age, ...answers }) {
      try {
        const environment = { patient: patient ?? [], age: age ?? [], ...answers }
        const [result, ...more] = evaluate(request, environment)
        return more.length === 0 && typeof result === 'boolean' ? result : undefined
      } catch {
        return undefined // the plan B: nothing is decided by it
      }
    },
  }
}
