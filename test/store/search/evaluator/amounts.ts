import type { Quantity } from '@medplum/fhirtypes'
import { meant, partsOf } from './texts.ts'

/** Numbers are compared in millionths: none of those here has more digits. */
const unit = 1_000_000n
const endless = 10n ** 40n

/** A decimal, as it is written. */
function exact(text: string): bigint {
  const [, sign, whole = '', part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e(\d+))?$/.exec(text) ?? []
  const digits = BigInt(whole + part) * unit * 10n ** BigInt(power)
  return (sign === '-' ? -1n : 1n) * (digits / 10n ** BigInt(part.length))
}

/** One in the last place that is written. */
function step(text: string): bigint {
  const [, part = '', power = '0'] = /(?:\.(\d+))?(?:e(\d+))?$/.exec(text) ?? []
  return (unit * 10n ** BigInt(power)) / 10n ** BigInt(part.length)
}

interface Range {
  low: bigint
  high: bigint
}

/** What an amount may be: of «less than 5», all up to 5. */
export function rangeOf({ value = 0, comparator }: Quantity): Range {
  const at = exact(String(value))
  return {
    low: comparator === '<' ? -endless : at,
    high: comparator === '>' ? endless : at,
  }
}

/** Source: FHIR R4 search, 3.1.1.4.5 (prefixes), 3.1.1.4.11 (quantity). */
const holds: Readonly<Record<string, (kept: Range, asked: bigint, half: bigint) => boolean>> = {
  eq: ({ low, high }, asked, half) => low >= asked - half && high < asked + half,
  ne: (kept, asked, half) => !holds.eq?.(kept, asked, half),
  gt: ({ high }, asked) => high > asked,
  lt: ({ low }, asked) => low < asked,
  ge: ({ low, high }, asked) => high > asked || (low === asked && high === asked),
  le: ({ low, high }, asked) => low < asked || (low === asked && high === asked),
  sa: ({ low }, asked) => low > asked,
  eb: ({ high }, asked) => high < asked,
  ap: ({ low, high }, asked) => {
    const tenth = (asked < 0n ? -asked : asked) / 10n
    return low <= asked + tenth && high >= asked - tenth
  },
}

/** `gt5.4`, `5.4||mg`, `5.4|http://unitsofmeasure.org|mg`. */
export function amounts(asked: string, kept: Quantity): boolean {
  const [said = '', system = '', code = ''] = partsOf(asked, '|').map(meant)
  const [, prefix = 'eq', number = ''] = /^([a-z]{2})?(.*)$/.exec(said) ?? []
  const isOfUnit =
    code === '' ||
    (system === '' ? kept.code === code || kept.unit === code : kept.system === system && kept.code === code)
  return isOfUnit && (holds[prefix]?.(rangeOf(kept), exact(number), step(number) / 2n) ?? false)
}
