import { systems } from '../../../fhir/canonical.ts'
import { earliest, zoneOffsetMs } from '../../../fhir/dates.ts'
import { type Failure, failure, failures, type Issue, issue } from '../../../fhir/outcome.ts'
import type { Filter } from '../../../fhir/search/filter.ts'
import { dateComparison, split } from '../../../fhir/search/values.ts'
import { parseSearch } from '../../../fhir/search.ts'
import type { Call } from '../../call.ts'
import { national } from './identifiers.ts'

/** A form in which the aggregator asks for slots, by the names of its parameters. */
export interface Form {
  /** Of the instants between which slots begin. */
  start: string
  status: string
  /** Of the numbers of the professionals or structures. */
  asked: string
  /** The same question, as a search of slots puts it. */
  chain: string
  /** What it may ask for along, each by all the ways it is written. */
  along: Readonly<Record<string, readonly string[]>>
}

/** What the aggregator wants, checked. */
export interface Wanted {
  /** Instants; both belong to it. */
  from: string
  until: string
  /** A search of slots that finds them. */
  query: [string, string][]
  /** Whether it asks for this along. */
  brings(name: string): boolean
}

const windowMs = 72 * 3_600_000
const maxAsked = 25
const maxCount = 1000

/**
 * Reads one of the aggregator's questions. Nothing that has begun is found, whatever the window.
 *
 * Fails, with all faults at once: required, value, unknown-parameter. Source: SAS 1.2.0, INT_R01 and INT_R04.
 */
export function wantedBy(call: Call, form: Form): Wanted {
  const { query } = call
  const faults = [...unknownIn(query, form), ...statusFaults(query.getAll(form.status), form)]
  const span = tried(faults, () => spanOf(call, form))
  const numbers = tried(faults, () => numbersIn(query.getAll(form.asked), form))
  const count = tried(faults, () => countOf(query.get('_count')))
  if (faults.length > 0 || !span || !numbers) throw failures(faults)
  const { from, until } = span
  const cursor = query.get('_cursor')
  return {
    from,
    until,
    query: [
      ['status', 'free'],
      ['start', `ge${from}`],
      ['start', `le${until}`],
      [form.chain, numbers.join(',')],
      ['_sort', 'start'],
      ['_count', String(count)],
      ...(cursor === null ? [] : [['_cursor', cursor] satisfies [string, string]]),
    ],
    brings: (name) =>
      query.getAll(name.split('=')[0] ?? '').some((value) => form.along[name]?.includes(value)),
  }
}

function tried<T>(faults: Issue[], read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    faults.push(...(thrown as Failure).issues) // nothing else is thrown by what reads a query
    return undefined
  }
}

/** Said of the result, wherever it is asked. */
const everywhere = ['_count', '_cursor', '_format', '_pretty']

function unknownIn(query: URLSearchParams, { start, status, asked, along }: Form): Issue[] {
  const isKnown = (name: string, value: string) =>
    [...everywhere, start, status, asked].includes(name) ||
    Object.entries(along).some(([key, values]) => key.startsWith(`${name}=`) && values.includes(value))
  const served = [start, status, asked, ...Object.keys(along)].join(', ')
  return [...query]
    .filter(([name, value]) => !isKnown(name, value))
    .map(([name]) => {
      const shown = name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
      return issue('unknown-parameter', `«${shown}» is not served so. This form has: ${served}.`, shown)
    })
}

function statusFaults(values: readonly string[], { status }: Form): Issue[] {
  if (values.length === 1 && values[0] === 'free') return []
  const isMissing = values.length === 0
  return [issue(isMissing ? 'required' : 'value', `Ask for free slots: ${status}=free.`, status)]
}

function spanOf({ house, query, permit }: Call, { start }: Form) {
  const { zone } = house.desk(permit.actor).territory
  const said = query.getAll(start).map((text) => dateComparison(start, text, zone))
  const [first, second, ...more] = said
  const from = said.find(({ prefix }) => prefix === 'ge')?.low
  const last = said.find(({ prefix }) => prefix === 'le')
  const until = last?.high
  if (!first || !second)
    throw failure('required', `Say from when and until when: ${start}=ge… and ${start}=le….`, start)
  if (from === undefined || last === undefined || until === undefined || more.length > 0)
    throw failure('value', `The window is one ${start}=ge… and one ${start}=le….`, start)
  if (from > until) throw failure('value', 'The window begins before it ends.', start)
  if (isLong(Date.parse(from), last, zone))
    throw failure('value', 'The window is 72 hours at most, or three days of the calendar.', start)
  const now = house.clock().toISOString()
  return { from: from > now ? from : now, until }
}

/** Whether a window is too long. Three whole days are not, though the clocks change in them: then they have 73 hours. */
function isLong(from: number, last: { low: string; high: string }, zone: string): boolean {
  const [low, high] = [Date.parse(last.low), Date.parse(last.high)]
  // A time without its milliseconds, or seconds, means all of them: it is measured from its first.
  if (high - low < 60_000) return low - from > windowMs
  const daysLater = earliest(from + zoneOffsetMs(from, zone) + windowMs, zone)
  return high + 1 > Math.max(from + windowMs, daysLater)
}

/** Numbers, each with its equivalents; there may be blanks after the commas. */
function numbersIn(values: readonly string[], { asked }: Form): string[] {
  const [value, ...more] = values
  if (value === undefined) throw failure('required', `Say whose slots: ${asked}=system|value,….`, asked)
  if (more.length > 0) throw failure('value', 'Name all in one list, by commas.', asked)
  const numbers = split(value, ',').map((each) => each.trim())
  if (numbers.length > maxAsked) throw failure('value', `At most ${maxAsked} are asked for at once.`, asked)
  if (numbers.some((each) => !/^[^|\s]+\|[^|\s]+$/.test(each)))
    throw failure('value', 'Each of them is system|value.', asked)
  return numbers.flatMap(national)
}

function countOf(text: string | null): number {
  if (text === null || text === '') return maxCount
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw failure('value', '_count is a number of at least 1.', '_count')
  return Math.min(Number(text), maxCount)
}

/** Slots of these labels (TRE_R314), and those without any, which are for everybody. */
export function labelled(labels: readonly string[]): Filter {
  const tokens = labels.map((label) => `${systems.slotType}|${label}`).join(',')
  const filtersOf = (query: [string, string][]) =>
    parseSearch('Slot', new URLSearchParams(query)).search.filters
  return {
    is: 'either',
    any: [filtersOf([['_security:missing', 'true']]), filtersOf([['_security', tokens]])],
  }
}
