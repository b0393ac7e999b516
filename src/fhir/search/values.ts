import { type Interval, instantText, parseDate } from '../dates.ts'
import { clip, normal, tokenForm } from './forms.ts'
import type { Parameter } from './parameters.ts'
import { badValue } from './refusals.ts'

/** How a value is compared with what is kept. Source: FHIR R4 search, 3.1.1.4.5 (prefixes). */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/** A stretch to compare with. Ends belong to it; of `ap` it is widened already. */
export interface Comparison<Value> {
  prefix: Prefix
  low: Value
  high: Value
}

/** A number to compare with; for `eq` and `ne` what would be rounded to it, the upper end excluded. */
export interface Amount extends Comparison<number> {
  /** As a token: code, system and code, or the unit's text. */
  unit?: string
}

const day = 86_400_000

/** Parts of a text between unescaped separators, still escaped. */
export function split(text: string, separator: ',' | '|' | '$'): string[] {
  const parts: string[] = []
  let part = ''
  for (let index = 0; index < text.length; index++) {
    if (text[index] === separator) {
      parts.push(part)
      part = ''
    } else part += text[index] === '\\' ? text.slice(index, ++index + 1) : text[index]
  }
  return [...parts, part]
}

/** `\,` `\|` `\$` and `\\` for what they stand for. Source: FHIR R4 search, 3.1.1.4.7 (escaping). */
export const unescaped = (text: string): string => text.replace(/\\([,|$\\])/g, '$1')

/** Instants as text, so that what is compared here and in the database is the same. */
export function dateComparison(name: string, text: string, zone?: string): Comparison<string> {
  const { prefix, rest } = prefixed(text)
  // A `+` that was not escaped in the URL comes as a blank.
  const date = parseDate(rest.replace(/ (\d{2}:\d{2})$/, '+$1'), zone)
  if (!date) throw badValue(name, 'a date such as 2026-03, 2026-03-31 or 2026-03-31T14:30:00+02:00')
  const { low, high } = prefix === 'ap' ? widened(date) : date
  return { prefix, low: instantText(low), high: instantText(high) }
}

/** About: a day more on each side. */
const widened = ({ low, high }: Interval): Interval => ({ low: low - day, high: high + day })

/** Source: FHIR R4 search, 3.1.1.4.6 (number) and 3.1.1.4.11 (quantity). */
export function amountComparison(name: string, text: string): Amount {
  const [number = '', system, code, ...more] = split(text, '|').map(unescaped)
  const { prefix, rest } = prefixed(number)
  const isWhole = more.length === 0 && (system === undefined || Boolean(code)) // a system alone is no unit
  if (!isWhole || !/^-?\d{1,15}(\.\d{1,15})?(e-?\d{1,2})?$/i.test(rest)) {
    throw badValue(name, 'a number, or number|system|code, such as 5.4|http://unitsofmeasure.org|mg')
  }
  const value = Number(rest)
  const unit = code ? { unit: tokenForm(system || undefined, code) } : {}
  const [low, high] = around(prefix, value, rest)
  return { prefix, low, high, ...unit }
}

function around(prefix: Prefix, value: number, text: string): [low: number, high: number] {
  if (prefix === 'ap') return [value - Math.abs(value) / 10, value + Math.abs(value) / 10]
  if (prefix !== 'eq' && prefix !== 'ne') return [value, value]
  return [rounded(value, text, -1), rounded(value, text, 1)]
}

/** Half a unit of the last digit given, up or down, without the dust of binary fractions. */
function rounded(value: number, text: string, direction: 1 | -1): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent)
  return Number((value + (direction * 10 ** -decimals) / 2).toPrecision(15))
}

function prefixed(text: string): { prefix: Prefix; rest: string } {
  const [, prefix, rest = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s.exec(text) ?? []
  return { prefix: (prefix as Prefix | undefined) ?? 'eq', rest } // the pattern allows no other
}

/** The one form in which the index has what is asked for. */
export function tokenValue(name: string, text: string): string {
  const [first = '', ...rest] = split(text, '|')
  const code = rest.length > 0 ? unescaped(rest.join('|')) : undefined
  if (code === undefined) return tokenForm(undefined, unescaped(first))
  if (first === '' && code === '') throw badValue(name, 'a code, system|code, system| or |code')
  return tokenForm(unescaped(first), code)
}

/** Codes whose system goes without saying; none when the system named is another. */
export function codeValue({ code: name, system }: Parameter, text: string): string[] {
  const [first = '', ...rest] = split(text, '|').map(unescaped)
  if (rest.length === 0) return [clip(first)]
  const code = rest.join('|')
  if (code === '') throw badValue(name, 'a code, or system|code')
  return first === '' || first === system ? [clip(code)] : []
}

export function stringValue(name: string, how: 'start' | 'exact' | 'contains', text: string): string {
  if (how !== 'exact' && normal(text) === '') throw badValue(name, 'a text with letters or digits')
  return text
}
