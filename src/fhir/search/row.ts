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
import { clean, clip, joined, normal, tokenForm, tokenForms, typedForm, wordLine } from './forms.ts'
import { indexedOf, isWorded, type Kind, type Parameter } from './parameters.ts'
import { type Path, pathOf } from './path.ts'
import { soundsOf } from './sounds.ts'

/** What search sees of a resource: column → value, as JSON. A column that is absent has no value. */
export type SearchRow = Readonly<Record<string, unknown>>

/** What search sees of a resource, by the definitions of its type. Dates without an offset are local time in `zone`. */
export function searchRow(resource: Resource, zone?: string): SearchRow {
  const row: Record<string, unknown> = { id: resource.id, updated: resource.meta?.lastUpdated }
  const names = Object.keys(resource)
  const words: string[] = []
  for (const { parameter, path, elements, worded } of extractors(resource.resourceType)) {
    if (!elements.some((element) => isAmong(names, element))) continue
    const values = path(resource)
    if (values.length > 0) Object.assign(row, kept[parameter.kind](parameter, values, zone))
    if (worded) words.push(...values.flatMap(wordsOf).map((text) => wordLine(parameter.code, text)))
  }
  if (words.length > 0) row[wordsColumn] = joined([...new Set(words)])
  return row
}

/** Whether an element is there: `value` also as `valueQuantity`. Most are not, and asking is cheap. */
const isAmong = (names: readonly string[], element: string) => names.some((name) => name.startsWith(element))

/** The column with the words that go with codes. */
export const wordsColumn = 'words'

interface Extractor {
  parameter: Parameter
  path: Path
  /** Without any of these there is no value; every resource has `id`, which stands for no such rule. */
  elements: readonly string[]
  /** Whether the words of its values are kept. */
  worded: boolean
}

const parsed = new Map<string, readonly Extractor[]>()

/** Expressions are made ready once. */
function extractors(type: string): readonly Extractor[] {
  const known = parsed.get(type)
  if (known) return known
  const made = indexedOf(type)
    .filter(({ kind, code }) => !unkept.includes(kind) && code !== '_id' && code !== '_lastUpdated')
    .map((parameter) => ({
      parameter,
      path: pathOf(type, expressionOf(parameter)),
      elements: elementsOf(type, parameter.expression),
      worded: parameter.kind !== 'typed' && isWorded(type, parameter),
    }))
  parsed.set(type, made)
  return made
}

const unkept: readonly Kind[] = ['unsupported', 'pair']

/** Who is named by number alone cannot be asked for its type. */
const expressionOf = ({ kind, expression }: Parameter): string =>
  kind === 'logical' ? expression.replace(/\.where\(\(?resolve\(\) is \w+\)?\)/g, '') : expression

/** A test for existence has a value where there is none. */
function elementsOf(type: string, expression: string): string[] {
  if (expression.includes('exists()')) return ['id']
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
  string: ({ column }, values) => strings(column, values.flatMap(texts)),
  uri: ({ column }, values) => single(column, primitives(values).map(clip)),
  uris: ({ column }, values) => several(column, primitives(values).map(clip)),
  quantity: ({ column }, values) => amount(column, values[0]),
  phonetic: ({ column }, values) => several(column, values.flatMap(texts).flatMap(soundsOf)),
  position: ({ column }, values) => position(column, values[0]?.value as LocationPosition | undefined),
  pair: () => ({}),
  typed: ({ column }, values) => ifAny(column, values.flatMap(typed)),
  logical: ({ column, target }, values) =>
    ifAny(
      column,
      values.flatMap((value) => logical(value, target)),
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
  if (typed?.type === 'Range') {
    const { low, high } = typed.value as Range
    return measured(column, low?.value ?? -Infinity, high?.value ?? Infinity, low ?? high)
  }
  const quantity = typed?.value as Quantity
  if (typeof quantity?.value !== 'number') return {}
  const { comparator = '', value } = quantity
  const low = comparator.startsWith('<') ? -Infinity : value
  return measured(column, low, comparator.startsWith('>') ? Infinity : value, quantity)
}

function measured(column: string, low: number, high: number, unit: Quantity | undefined) {
  const form = (value: number) => (Number.isFinite(value) ? value : String(value))
  const named = unit?.unit === undefined ? [] : [tokenForm(undefined, unit.unit)]
  const units = unit ? [...tokenForms(unit.system, unit.code), ...named] : []
  return { ...ends(column, { low, high }, form), ...several(`${column}_unit`, units) }
}
