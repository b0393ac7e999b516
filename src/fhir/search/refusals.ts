import { type Failure, failure } from '../outcome.ts'
import { parametersOf } from './parameters.ts'

/** What a query may say on every type, of the result. */
const everywhere = ['_contained', '_count', '_has', '_include', '_revinclude', '_sort', '_summary', '_total']

/** Fails with the parameters that the type has. */
export function unknownParameter(type: string, name: string): Failure {
  const own = [...parametersOf(type).values()]
    .filter(({ kind }) => kind !== 'unsupported')
    .map(({ code }) => code)
  return failure(
    'unknown-parameter',
    `${type} has no search parameter "${shown(name)}". It has: ${[...own, ...everywhere].join(', ')}.`,
    shown(name),
  )
}

/** Known to FHIR, not executed here. */
export function unsupportedParameter(name: string, why: string): Failure {
  return failure(
    'unknown-parameter',
    `The search parameter "${shown(name)}" is not supported: ${why}.`,
    shown(name),
  )
}

export function unsupportedModifier(name: string, modifier: string, supported: readonly string[]): Failure {
  const instead =
    supported.length > 0 ? `; supported here: ${supported.map((one) => `:${one}`).join(', ')}` : ''
  return failure(
    'unsupported-value',
    `The modifier ":${shown(modifier)}" is not supported on "${shown(name)}"${instead}.`,
    shown(name),
  )
}

/** Says what a value should be, and never the value: it may be a patient's. */
export function badValue(name: string, expected: string): Failure {
  return failure('value', `The search parameter "${shown(name)}" takes ${expected}.`, shown(name))
}

/** A name as it may stand in a message: short, one line. */
export const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
