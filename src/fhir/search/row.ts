import type { TypedValue } from '@medplum/core'
import type {
  Address,
  CodeableConcept,
  Coding,
  ContactPoint,
  HumanName,
  Identifier,
  LocationPosition,
  Period,
  Quantity,
  Range,
  Reference,
  Resource,
  Timing,
} from '@medplum/fhirtypes'
import { type Interval, instantText, parseDate } from '../dates.ts'
import {
  clean,
  clip,
  joined,
  normal,
  parentsOf,
  tokenForm,
  tokenForms,
  typedForm,
  wordLine,
} from './forms.ts'
import { type Paired, pairsOf } from './pairs.ts'
import { eachColumn, indexedOf, isWorded, type Kind, type Parameter } from './parameters.ts'
import { type Path, pathOf } from './path.ts'
import { soundsOf } from './sounds.ts'

/** What search sees of a resource: column → value, as JSON. A column that is absent has no value. */
export type SearchRow = Readonly<Record<string, unknown>>

/** What search sees of a resource, by the definitions of its type. Dates without an offset are local time in `zone`. */
export function searchRow(resource: Resource, zone?: string): SearchRow {
  const row: Record<string, unknown> = { id: resource.id, updated: resource.meta?.lastUpdated }
  const words: string[] = []
  for (const { parameter, path, pairs, worded } of worthAsking(resource)) {
    if (pairs) Object.assign(row, paired(parameter, pairs(resource)))
    const values = path(resource)
    if (values.length > 0) Object.assign(row, kept[parameter.kind](parameter, values, zone))
    if (worded) words.push(...values.flatMap(wordsOf).map((text) => wordLine(parameter.code, text)))
  }
  if (words.length > 0) row[wordsColumn] = joined([...new Set(words)])
  return row
}

/** Those of which the resource has an element; most elements are absent from any one resource. */
function worthAsking(resource: Resource): Extractor[] {
  const all = extractors(resource.resourceType)
  const asked = new Set<number>()
  for (const name of Object.keys(resource)) for (const n of askedBy(all, name)) asked.add(n)
  return [...asked].sort((a, b) => a - b).flatMap((n) => all.of[n] ?? [])
}

/** Which look at an element, by their numbers: at `valueQuantity` those that look at `value`, too. */
function askedBy({ of, byElement }: Extractors, name: string): readonly number[] {
  const known = byElement.get(name)
  if (known) return known
  const found = of.flatMap(({ elements }, n) => (elements.some((one) => name.startsWith(one)) ? [n] : []))
  if (byElement.size < mostElements) byElement.set(name, found)
  return found
}

/** More than any type has: what is kept is valid, but nothing here relies on it. */
const mostElements = 200

/** The column with the words that go with codes. */
export const wordsColumn = 'words'

interface Extractor {
  parameter: Parameter
  path: Path
  /** Of pairs, in place of the path. */
  pairs?: (resource: Resource) => Paired[]
  /** Without any of these there is no value; every resource has `id`, which stands for no such rule. */
  elements: readonly string[]
  /** Whether the words of its values are kept. */
  worded: boolean
}

interface Extractors {
  readonly of: readonly Extractor[]
  /** Numbers of those that look at an element, by the elements that have been met. */
  readonly byElement: Map<string, readonly number[]>
}

const parsed = new Map<string, Extractors>()

/** Expressions are made ready once. */
function extractors(type: string): Extractors {
  const known = parsed.get(type)
  if (known) return known
  const of = indexedOf(type)
    .filter(({ kind, code }) => !unkept.includes(kind) && code !== '_id' && code !== '_lastUpdated')
    .map((parameter) => ({
      parameter,
      ...(parameter.kind === 'pairs'
        ? { path: () => [], pairs: pairsOf(type, parameter) }
        : { path: pathOf(type, expressionOf(parameter)) }),
      elements: elementsOf(type, parameter.expression),
      worded: parameter.kind !== 'typed' && isWorded(type, parameter),
    }))
  const made = { of, byElement: new Map() }
  parsed.set(type, made)
  return made
}

const unkept: readonly Kind[] = ['unsupported', 'pair']

/** Who is named by number alone cannot be asked for its type. */
const expressionOf = ({ kind, expression }: Parameter): string =>
  kind === 'logical' ? expression.replace(/\.where\(\(?resolve\(\) is \w+\)?\)/g, '') : expression

/** A test for existence has a value where there is none. */
function elementsOf(type: string, expression: string): string[] {
  if (expression.includes('exists()') || expression.split(' | ').includes(type)) return ['id']
  return [...expression.matchAll(new RegExp(`\\b${type}\\.(\\w+)`, 'g'))].map(([, element = '']) => element)
}

type Keep = (parameter: Parameter, values: readonly TypedValue[], zone?: string) => Record<string, unknown>

const kept: Record<Kind, Keep> = {
  code: ({ column }, values) => single(column, primitives(values).map(clip)),
  token: ({ column, system }, values) =>
    several(
      column,
      values.flatMap((value) => tokens(value, system)),
    ),
  reference: ({ column }, values) => single(column, values.flatMap(references)),
  references: ({ column }, values) => several(column, values.flatMap(references)),
  canonical: ({ column }, values) => several(column, values.flatMap(canonicals)),
  instant: ({ column }, values, zone) => moment(column, values[0], zone),
  period: ({ column }, values, zone) => ends(column, interval(values[0], zone), instantText),
  periods: (parameter, values, zone) =>
    each(
      parameter,
      values.flatMap((value) => interval(value, zone) ?? []),
      instantText,
    ),
  string: ({ column }, values) => strings(column, values.flatMap(texts)),
  uri: ({ column }, values) => single(column, primitives(values).map(clip)),
  uris: ({ column }, values) => several(column, primitives(values).map(clip)),
  quantity: ({ column }, values) => amount(column, values[0]),
  quantities: (parameter, values) =>
    each(
      parameter,
      values.flatMap((value) => measure(value) ?? []),
      amountText,
    ),
  phonetic: ({ column }, values) => several(column, values.flatMap(texts).flatMap(soundsOf)),
  position: ({ column }, values) => position(column, values[0]?.value as LocationPosition | undefined),
  pair: () => ({}),
  pairs: () => ({}),
  typed: ({ column }, values) => ifAny(column, values.flatMap(typed)),
  logical: ({ column, target }, values) =>
    ifAny(
      column,
      values.flatMap((value) => logical(value, target)),
    ),
  above: ({ column }, values) =>
    ifAny(
      column,
      primitives(values)
        .flatMap((uri) => [uri.replace(/\/$/, ''), ...parentsOf(uri)])
        .map(clip),
    ),
  unsupported: () => ({}),
}

/** What is there without anything to find it by (a reference by name alone) is empty: `:missing` tells it from absent. */
const single = (column: string, [value = '']: readonly string[]) => ({ [column]: value })

const several = (column: string, values: readonly string[]) => ({ [column]: [...new Set(values)] })

/** Nothing at all where there is none: these say nothing of whether the parameter itself has a value. */
const ifAny = (column: string, values: readonly string[]) =>
  values.length > 0 ? several(column, values) : {}

function strings(column: string, values: readonly string[]) {
  return { [column]: joined(values.map(normal)), [`${column}_exact`]: values.map(clean) }
}

const primitives = (values: readonly TypedValue[]): string[] =>
  values
    .filter(({ value }) => value !== null && ['string', 'boolean', 'number'].includes(typeof value))
    .map(({ value }) => String(value))

// Below, `type` says what `value` is: the casts go by it.

function tokens({ type, value }: TypedValue, system: string | undefined): string[] {
  switch (type) {
    case 'Coding':
      return coding(value as Coding)
    case 'CodeableConcept':
      return ((value as CodeableConcept).coding ?? []).flatMap(coding)
    case 'Identifier':
      return tokenForms((value as Identifier).system, (value as Identifier).value)
    case 'ContactPoint':
      return tokenForms((value as ContactPoint).system, (value as ContactPoint).value)
    default:
      return [...tokenForms(undefined, String(value)), ...(system ? tokenForms(system, String(value)) : [])]
  }
}

function typed({ type, value }: TypedValue): string[] {
  const { value: number, type: kind } = value as Identifier // or another type, which has no such parts
  if (type !== 'Identifier' || number === undefined) return []
  return (kind?.coding ?? []).map(({ system, code }) => typedForm(system, code, number))
}

/** By number: those that say that they are of another type than the parameter asks for are not meant. */
function logical({ value }: TypedValue, target: readonly string[]): string[] {
  const { identifier, type } = value as Reference
  if (!identifier || (type !== undefined && target.length > 0 && !target.includes(type))) return []
  return tokenForms(identifier.system, identifier.value)
}

/** The words that go with a code. Source: FHIR R4 search, 3.1.1.4.10 (token, `:text`). */
function wordsOf({ type, value }: TypedValue): string[] {
  const displays = (codings: readonly Coding[] = []) => codings.map(({ display }) => display)
  switch (type) {
    case 'CodeableConcept':
      return present([(value as CodeableConcept).text, ...displays((value as CodeableConcept).coding)])
    case 'Coding':
      return present(displays([value as Coding]))
    case 'Identifier': {
      const { text, coding } = (value as Identifier).type ?? {}
      return present([text, ...displays(coding)])
    }
    default:
      return []
  }
}

function position(column: string, at: LocationPosition | undefined): Record<string, unknown> {
  if (at?.latitude === undefined || at.longitude === undefined) return {}
  return { [`${column}_latitude`]: at.latitude, [`${column}_longitude`]: at.longitude }
}

const coding = ({ system, code }: Coding): string[] => tokenForms(system, code)

/** References into the resource itself are to nothing that is kept; those to a version are to its resource. */
function references({ value }: TypedValue): string[] {
  const { reference } = value as Reference
  return reference === undefined || reference.startsWith('#')
    ? []
    : [clip(reference.replace(/\/_history\/.*$/, ''))]
}

/** With its version and without: a search may name either. */
function canonicals(typed: TypedValue): string[] {
  if (typed.type === 'Reference') return references(typed)
  return primitives([typed]).flatMap((url) => [clip(url), clip(url.replace(/\|.*$/, ''))])
}

function moment(column: string, typed: TypedValue | undefined, zone: string | undefined) {
  const date = parseDate(String(typed?.value), zone)
  return date ? { [column]: instantText(date.low) } : {}
}

function interval(typed: TypedValue | undefined, zone: string | undefined): Interval | undefined {
  if (typed?.type === 'Period') return periodInterval(typed.value as Period, zone)
  if (typed?.type === 'Timing') return timingInterval(typed.value as Timing, zone)
  return typeof typed?.value === 'string' ? parseDate(typed.value, zone) : undefined
}

function periodInterval({ start, end }: Period, zone: string | undefined): Interval | undefined {
  const [from, to] = [start, end].map((text) => (text === undefined ? undefined : parseDate(text, zone)))
  if (!from && !to) return undefined
  const low = from?.low ?? Number.NEGATIVE_INFINITY
  // One that ends before it begins is invalid, and still must not confuse an index that goes by its beginning.
  return { low, high: Math.max(low, to?.high ?? Number.POSITIVE_INFINITY) }
}

/** Only the outer limits count. Source: FHIR R4 search, 3.1.1.4.9 (date). */
function timingInterval({ event = [], repeat }: Timing, zone: string | undefined): Interval | undefined {
  const dates = event.flatMap((text) => parseDate(text, zone) ?? [])
  const bounds = repeat?.boundsPeriod && periodInterval(repeat.boundsPeriod, zone)
  const all: Interval[] = bounds ? [...dates, bounds] : dates
  if (all.length === 0) return undefined
  return { low: Math.min(...all.map(({ low }) => low)), high: Math.max(...all.map(({ high }) => high)) }
}

function ends<Value>(
  column: string,
  found: Interval | undefined,
  form: (end: number) => Value,
): Record<string, unknown> {
  return found ? { [`${column}_low`]: form(found.low), [`${column}_high`]: form(found.high) } : {}
}

function texts({ type, value }: TypedValue): string[] {
  switch (type) {
    case 'HumanName': {
      const { text, family, given, prefix, suffix } = value as HumanName
      return present([family, ...(given ?? []), text, ...(prefix ?? []), ...(suffix ?? [])])
    }
    case 'Address': {
      const { text, line, city, district, state, postalCode, country } = value as Address
      return present([text, ...(line ?? []), city, district, state, postalCode, country])
    }
    case 'CodeableConcept':
      return present([(value as CodeableConcept).text])
    default:
      return typeof value === 'string' ? [value] : []
  }
}

const present = (values: readonly (string | undefined | null)[]): string[] =>
  values.filter((value) => value !== undefined && value !== null)

function amount(column: string, typed: TypedValue | undefined): Record<string, unknown> {
  const found = measure(typed)
  if (!found) return {}
  return { ...ends(column, found, amountText), ...several(`${column}_unit`, found.unit) }
}

/** An amount between two ends, in its unit. */
type Measure = Interval & { unit: string[] }

function measure(typed: TypedValue | undefined): Measure | undefined {
  if (typed?.type === 'Range') {
    const { low, high } = typed.value as Range
    return { low: low?.value ?? -Infinity, high: high?.value ?? Infinity, unit: unitOf(low ?? high) }
  }
  const quantity = typed?.value as Quantity
  if (typeof quantity?.value !== 'number') return undefined
  const { comparator = '', value } = quantity
  const low = comparator.startsWith('<') ? -Infinity : value
  return { low, high: comparator.startsWith('>') ? Infinity : value, unit: unitOf(quantity) }
}

function unitOf(unit: Quantity | undefined): string[] {
  const named = unit?.unit === undefined ? [] : [tokenForm(undefined, unit.unit)]
  return unit ? [...tokenForms(unit.system, unit.code), ...named] : []
}

const amountText = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

/** Each of several values, and their outermost ends. */
function each<Value>(
  { column }: Parameter,
  all: readonly (Interval & { unit?: string[] })[],
  form: (end: number) => Value,
): Record<string, unknown> {
  if (all.length === 0) return {}
  const outer = {
    low: Math.min(...all.map(({ low }) => low)),
    high: Math.max(...all.map(({ high }) => high)),
  }
  const written = all.map(({ low, high, ...rest }) => ({ ...rest, low: form(low), high: form(high) }))
  return { ...ends(column, outer, form), [eachColumn({ column })]: written }
}

/** One element of a pair: `one` and `other` are texts to be found by, or the other half is an amount. */
export interface PairRow {
  one: readonly string[]
  other?: readonly string[]
  low?: number | string
  high?: number | string
  unit?: readonly string[]
}

/** Elements with both halves, each by itself; what is asked of their first halves is found as a token is. */
function paired({ column }: Parameter, all: readonly Paired[]): Record<string, unknown> {
  const rows = all.flatMap(({ one, other, system }): PairRow[] => {
    const first = one.flatMap((value) => tokens(value, system))
    return other.map((value) => ({ one: first, ...second(value) }))
  })
  if (rows.length === 0) return {}
  return {
    ...several(
      column,
      rows.flatMap(({ one }) => one),
    ),
    [eachColumn({ column })]: rows,
  }
}

function second(typed: TypedValue): Omit<PairRow, 'one'> {
  if (typed.type === 'Quantity' || typed.type === 'Range') {
    const found = measure(typed)
    return found ? { low: amountText(found.low), high: amountText(found.high), unit: found.unit } : {}
  }
  return { other: typed.type === 'Reference' ? references(typed) : tokens(typed, undefined) }
}
