import type { Resource } from '@medplum/fhirtypes'
import { failures, type Issue } from '../../fhir/outcome.ts'
import { isObject } from '../../validate/check.ts'
import type { Definition } from './operation.ts'

/**
 * Passes when whatever is sent to an operation has the shape of its types, to the last element. What of it has to be there,
 * and which codes, is for the operation to say; so is all of a resource that it takes of any type.
 *
 * Fails: structure, value, each fault with its place.
 */
export function refuseMisshapen(
  { parameter: declared = [] }: Definition,
  sent: unknown,
  validate: (resource: Resource) => Issue[],
): void {
  if (!isObject(sent)) return // told as no Parameters
  const isAny = (name: unknown) =>
    declared.some((each) => each.use === 'in' && each.type === 'Resource' && each.name === name)
  const isBare = sent.resourceType !== 'Parameters'
  if (isBare && isAny('resource')) return
  const parameter = Array.isArray(sent.parameter)
    ? sent.parameter.map((part) => (isObject(part) && isAny(part.name) ? { name: part.name } : part))
    : sent.parameter
  const held = isBare ? sent : { ...sent, ...(parameter !== undefined && { parameter }) }
  // Any JSON value is welcome there, whatever its type says.
  const faults = validate(held as unknown as Resource).filter(isOfShape)
  if (faults.length > 0) throw failures(faults)
}

const isOfShape = ({ case: what, severity = 'error' }: Issue): boolean =>
  (what === 'structure' || what === 'value') && severity !== 'warning' && severity !== 'information'
