import type { ServiceRequest } from '@medplum/fhirtypes'
import { parseDate, untilOf } from '../../../fhir/dates.ts'
import { failure } from '../../../fhir/outcome.ts'
import type { Span } from './candidates.ts'
import type { Wish } from './wish.ts'

const instant = (ms: number) => new Date(ms).toISOString()

/**
 * The bounds of what is asked for, in milliseconds since 1970, end exclusive. Days are the zone's, and the last one belongs
 * to it. Fails: value for what is no date.
 */
export function boundsOf({ start, end }: Asked, zone: string): { low: number; high: number } {
  const [first, last] = [parseDate(start, zone), parseDate(end, zone)]
  if (first && last) return { low: first.low, high: untilOf(last) }
  throw failure(
    'value',
    `There is no such date: give ${first ? 'end' : 'start'} anew.`,
    'Parameters.parameter',
  )
}

type Asked = Pick<Wish, 'start' | 'end'>

/** What is left of the window that is asked for: nothing is proposed that has begun. Fails: as `boundsOf`. */
export function windowOf(asked: Asked, now: Date, zone: string): Span {
  const { low, high } = boundsOf(asked, zone)
  return { from: instant(Math.max(low, now.getTime())), to: instant(high) }
}

/** The window in two: within the request's clinical window, and before and after it. Without one, all is within. */
export function spansOf(wish: Wish, now: Date, zone: string): { inWindow: boolean; spans: Span[] }[] {
  const asked = windowOf(wish, now, zone)
  const clinical = clinicalOf(wish.request, zone)
  const [from, to] = [Date.parse(asked.from), Date.parse(asked.to)]
  const begins = Math.min(Math.max(from, clinical.low), to)
  const ends = Math.max(Math.min(to, clinical.high), begins)
  const some = (spans: Span[]) => spans.filter((one) => one.from < one.to)
  return [
    { inWindow: true, spans: some([{ from: instant(begins), to: instant(ends) }]) },
    {
      inWindow: false,
      spans: some([
        { from: asked.from, to: instant(begins) },
        { from: instant(ends), to: asked.to },
      ]),
    },
  ]
}

/** When the exam is wanted: a period, or a day by which. Source: france.md 3.2, the date by which an exam is wished. */
function clinicalOf(request: ServiceRequest | undefined, zone: string): { low: number; high: number } {
  const { occurrencePeriod, occurrenceDateTime } = request ?? {}
  const at = (text: string | undefined) => (text === undefined ? undefined : parseDate(text, zone))
  const low = at(occurrencePeriod?.start)?.low ?? Number.NEGATIVE_INFINITY
  const last = at(occurrencePeriod?.end ?? occurrenceDateTime)?.high
  return { low, high: last === undefined ? Number.POSITIVE_INFINITY : last + 1 }
}
