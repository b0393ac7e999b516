import { indexedOf, type Kind, type Parameter } from '../../fhir/search/parameters.ts'
import type { SearchRow } from '../../fhir/search/row.ts'
import { raw, type Sql } from '../sql.ts'

/**
 * Kinds whose values are only ever asked for as they are: each value is a term of its row, `status=free`,
 * `identifier=urn:ris|77`, `subject=Patient/1`, and all terms of a row stand in one index.
 */
const termed: Readonly<Record<Kind, boolean>> = {
  code: true,
  token: true,
  reference: true,
  references: true,
  canonical: true,
  uri: true,
  uris: true,
  phonetic: true,
  typed: true,
  logical: true,
  above: true,
  pairs: true,
  instant: false,
  period: false,
  periods: false,
  string: false,
  quantity: false,
  quantities: false,
  position: false,
  pair: false,
  unsupported: false,
}

export const isTermed = ({ kind, code }: Parameter): boolean => termed[kind] && code !== '_id'

/** What a value of a parameter is called among the terms. */
export const termOf = ({ code }: Parameter, value: string): string => `${code}=${value}`

/** All terms of a row: what is there without a value to find it by stands there by its name alone, `subject=`. */
export function termsOf(type: string, row: SearchRow): string[] {
  return termedOf(type).flatMap((parameter) => {
    const value = row[parameter.column]
    if (value === undefined) return []
    const values = Array.isArray(value) ? value : [value]
    return values.length === 0
      ? [termOf(parameter, '')]
      : values.map((each) => termOf(parameter, String(each)))
  })
}

const known = new Map<string, readonly Parameter[]>()

function termedOf(type: string): readonly Parameter[] {
  const before = known.get(type)
  if (before) return before
  const made = indexedOf(type).filter(isTermed)
  known.set(type, made)
  return made
}

/** The values that a row under an alias has of a parameter, as the rows of a `from`: `term.value`. */
export const valuesIn = (alias: string, { code }: Parameter): Sql =>
  // Codes of parameters are our own: letters, digits, `_` and `-`.
  raw(`lateral (
    select substr(each, ${code.length + 2}) as value from unnest(${alias}.terms) each where starts_with(each, '${code}=')
  ) term`)
