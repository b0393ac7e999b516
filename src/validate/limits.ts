import type { ElementDefinition } from '@medplum/fhirtypes'
import { type Check, fault, report } from './check.ts'

/** Checks of an element's greatest length, and of its least and greatest value. Fails for bounds of a type with units. */
export function limitChecks(definition: ElementDefinition): Check[] {
  const { maxLength } = definition
  return [
    ...(maxLength === undefined
      ? []
      : [limit((value) => `${value}`.length <= maxLength, `At most ${maxLength} characters.`)]),
    ...boundChecks(definition, 'minValue', (value, bound) => value >= bound, 'At least'),
    ...boundChecks(definition, 'maxValue', (value, bound) => value <= bound, 'At most'),
  ]
}

function boundChecks(
  definition: ElementDefinition,
  prefix: 'minValue' | 'maxValue',
  holds: (value: number | string, bound: number | string) => boolean,
  words: string,
): Check[] {
  const [, bound] = Object.entries(definition).find(([name]) => name.startsWith(prefix)) ?? []
  if (bound === undefined) return []
  if (typeof bound !== 'number' && typeof bound !== 'string')
    throw new Error(`${definition.id}: ${prefix} of this type is not supported.`)
  return [
    limit(
      (value) => typeof value !== typeof bound || holds(value as typeof bound, bound),
      `${words} ${bound}.`,
    ),
  ]
}

function limit(holds: (value: unknown) => boolean, text: string): Check {
  const wrong = fault('business-rule', text)
  return (value, place, context) => {
    if (!holds(value)) report(context, wrong, place)
  }
}
