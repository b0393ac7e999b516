import type { TypedValue } from '@medplum/core'
import type { Resource } from '@medplum/fhirtypes'
import { type Half, halvesOf, type Parameter } from './parameters.ts'
import { type Path, pathOf } from './path.ts'

/** The values of the two halves in one element. */
export interface Paired {
  one: readonly TypedValue[]
  other: readonly TypedValue[]
  /** The one code system that the codes of the first half are from. */
  system: string | undefined
}

/** The two halves of each element that a pair of several is made from. */
export function pairsOf(type: string, parameter: Parameter): (resource: Resource) => Paired[] {
  const halves = halvesOf(type, parameter)
  if (!halves) throw new Error(`The pair ${type}.${parameter.code} is made of nothing known`)
  const [one, other] = [valuesBelow(halves[0]), valuesBelow(halves[1])]
  const elements = elementsOf(type, parameter.expression)
  const { system } = halves[0].parameter
  return (resource) =>
    elements(resource).map(({ value }) => ({ one: one(value), other: other(value), system }))
}

/** `Observation | Observation.component`: of the resource itself, and of what repeats in it. */
function elementsOf(type: string, expression: string): Path {
  const itself: Path = (resource) => [{ type, value: resource }]
  const paths = expression.split(' | ').map((part) => (part === type ? itself : pathOf(type, part)))
  return (resource) => paths.flatMap((path) => [...path(resource)])
}

/** `code`, `value`, `value.ofType(Quantity) | value.ofType(Range)`: what stands there in an element. */
function valuesBelow({ parameter, expression }: Half): (element: unknown) => TypedValue[] {
  const reads = expression.split(' | ').flatMap((part) => {
    const [, name, only] = /^(\w+)(?:\.ofType\((\w+)\))?$/.exec(part) ?? []
    if (name === undefined) throw new Error(`A half of a pair is not read by ${part}`)
    const types = only === undefined ? parameter.types : [only]
    return types.flatMap((type) => [
      { type, name: `${name}${type.charAt(0).toUpperCase()}${type.slice(1)}` },
      ...(types.length === 1 && only === undefined ? [{ type, name }] : []),
    ])
  })
  return (element) =>
    reads.flatMap(({ type, name }) => {
      const value = (element as Record<string, unknown>)[name] // an element by its name
      return value === undefined || value === null ? [] : [{ type, value }]
    })
}
