import { type Interval, instantMs } from '../dates.ts'
import { failure } from '../outcome.ts'
import type { Search } from '../search.ts'
import type { Filter, Pair } from './filter.ts'
import { clean, normal, separator, wordLine } from './forms.ts'
import { type Area, metresBetween } from './near.ts'
import { eachColumn, isStretched, type Parameter } from './parameters.ts'
import { type PairRow, type SearchRow, wordsColumn } from './row.ts'
import type { Amount, Prefix } from './values.ts'

/**
 * Whether a resource, by what search sees of it, is a match: the same answer as the database's, without one.
 *
 * Fails: unsupported-value for chains and `_has`, which need other resources.
 */
export function matches({ filters }: Pick<Search, 'filters'>, row: SearchRow): boolean {
  return filters.every((filter) => fulfils(filter, row))
}

function fulfils(filter: Filter, row: SearchRow): boolean {
  switch (filter.is) {
    case 'missing':
      return (row[mainColumn(filter.parameter)] === undefined) === filter.missing
    case 'text':
    case 'overlap':
      return texts(row, filter.parameter.column).some((text) => filter.any.includes(text)) !== filter.not
    case 'date': {
      const all = spans(row, filter.parameter, instant)
      const asked = ({ low, high }: { low: string; high: string }) => ({
        low: instantMs(low),
        high: instantMs(high),
      })
      return filter.any.some((value) => all.some((kept) => compare[value.prefix](kept, asked(value))))
    }
    case 'quantity': {
      const all = spans(row, filter.parameter, Number)
      return filter.any.some((amount) => all.some((kept) => measures(amount, kept, kept.units)))
    }
    case 'string':
      return filter.any.some((text) => spells[filter.how](row, filter.parameter.column, text))
    case 'words': {
      const asked = filter.any.map((text) => wordLine(filter.parameter.code, text))
      return parts(row, wordsColumn).some((line) => asked.some((text) => line.startsWith(text)))
    }
    case 'pairs':
      return filter.any.some((pair) => eachOf(row, filter.parameter).some((kept) => pairs(pair, kept)))
    case 'near':
      return filter.any.some((area) => isWithin(area, row, filter.parameter))
    case 'either':
      return filter.any.some((filters) => matches({ filters }, row))
    case 'chain':
    case 'has':
      throw failure(
        'unsupported-value',
        'A condition on another resource cannot be answered from this one alone.',
        filter.parameter.code,
      )
  }
}

const mainColumn = ({ kind, column }: Parameter) =>
  kind === 'position' ? `${column}_latitude` : isStretched({ kind }) ? `${column}_low` : column

/** One text or several: what is not there is none. */
function texts(row: SearchRow, column: string): readonly string[] {
  const value = row[column]
  if (Array.isArray(value)) return value
  return typeof value === 'string' ? [value] : []
}

function isWithin(area: Area, row: SearchRow, { column }: Parameter): boolean {
  const [latitude, longitude] = [row[`${column}_latitude`], row[`${column}_longitude`]]
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return false
  return metresBetween(area, { latitude, longitude }) <= area.metres
}

const instant = (value: unknown) => instantMs(String(value))

type Span = Interval & { units: readonly string[] }

/** What is kept of a parameter: one stretch, or each of several. */
function spans(row: SearchRow, parameter: Parameter, read: (value: unknown) => number): Span[] {
  const { kind, column } = parameter
  if (kind === 'periods' || kind === 'quantities')
    return eachOf(row, parameter).map((kept) => spanOf(kept, read))
  const [low, high] =
    kind === 'instant' ? [row[column], row[column]] : [row[`${column}_low`], row[`${column}_high`]]
  return low === undefined ? [] : [spanOf({ low, high, unit: texts(row, `${column}_unit`) }, read)]
}

const spanOf = (
  { low, high, unit = [] }: { low?: unknown; high?: unknown; unit?: readonly string[] },
  read: (value: unknown) => number,
): Span => ({ low: read(low), high: read(high), units: unit })

const eachOf = (row: SearchRow, parameter: Parameter): readonly PairRow[] =>
  (row[eachColumn(parameter)] ?? []) as readonly PairRow[] // as the row was made

function pairs({ one, other }: Pair, kept: PairRow): boolean {
  if (!kept.one.includes(one)) return false
  if (!('prefix' in other)) return other.some((text) => kept.other?.includes(text))
  return kept.low !== undefined && measures(other, spanOf(kept, Number), kept.unit ?? [])
}

/** What is kept against what is asked. Source: FHIR R4 search, 3.1.1.4.5 (prefixes). */
const compare: Record<Prefix, (kept: Interval, asked: Interval) => boolean> = {
  eq: within,
  ne: (kept, asked) => !within(kept, asked),
  gt: (kept, asked) => kept.high > asked.high,
  lt: (kept, asked) => kept.low < asked.low,
  ge: (kept, asked) => kept.high > asked.high || within(kept, asked),
  le: (kept, asked) => kept.low < asked.low || within(kept, asked),
  sa: (kept, asked) => kept.low > asked.high,
  eb: (kept, asked) => kept.high < asked.low,
  ap: (kept, asked) => kept.low <= asked.high && kept.high >= asked.low,
}

function within(kept: Interval, asked: Interval): boolean {
  return kept.low >= asked.low && kept.high <= asked.high
}

/** What would be rounded to a number lies below its upper end, not on it. */
function measures({ prefix, low, high, unit }: Amount, kept: Interval, units: readonly string[]): boolean {
  if (unit !== undefined && !units.includes(unit)) return false
  const rounds = kept.low >= low && kept.high < high
  if (prefix === 'eq') return rounds
  return prefix === 'ne' ? !rounds : compare[prefix](kept, { low, high })
}

const spells: Record<
  'start' | 'exact' | 'contains',
  (row: SearchRow, column: string, text: string) => boolean
> = {
  start: (row, column, text) => parts(row, column).some((part) => part.startsWith(normal(text))),
  contains: (row, column, text) => parts(row, column).some((part) => part.includes(normal(text))),
  exact: (row, column, text) => texts(row, `${column}_exact`).includes(clean(text)),
}

const parts = (row: SearchRow, column: string): string[] =>
  texts(row, column).flatMap((text) => text.split(separator).slice(1, -1))
