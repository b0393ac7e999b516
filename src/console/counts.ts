import type { MeasureReport, MeasureReportGroup } from '@medplum/fhirtypes'
import { extensions } from '../fhir/canonical.ts'
import { dayIn } from '../fhir/zone.ts'
import type { Desk } from '../flows/step.ts'
import { evaluate, indicators, periodOf } from '../indicators/index.ts'
import { placeIn } from '../indicators/indicator.ts'

/** Calendar days, both included. */
export interface Period {
  from: string
  to: string
}

/** The last six months, with this one. */
export function usualPeriod(now: number, zone: string): Period {
  const to = dayIn(zone, now)
  const [year = 0, month = 1] = to.split('-').map(Number)
  const first = new Date(Date.UTC(year, month - 6, 1))
  return { from: first.toISOString().slice(0, 10), to }
}

type Counts = ReadonlyMap<string, MeasureReportGroup>

/** How long figures are shown again without being counted anew. They are a pass over all requests of the period. */
const freshMs = 60_000
/** Of so many periods, the last that were asked for. */
const mostKept = 12

const kept = new WeakMap<Desk['store'], Map<string, { at: number; counts: Promise<Counts> }>>()

/**
 * What is counted over a period, by the name of its indicator; undefined when it is no period.
 *
 * Who looks again within a minute, or together with others, sees what was counted then.
 */
export async function countsOver({ from, to }: Period, desk: Desk): Promise<Counts | undefined> {
  const span = periodOf(from, to, desk.territory.zone)
  if (!span) return undefined
  const known = kept.get(desk.store) ?? new Map()
  kept.set(desk.store, known)
  const [key, now] = [`${from} ${to}`, desk.clock().getTime()]
  const before = known.get(key)
  if (before && Math.abs(now - before.at) < freshMs) return before.counts
  const counts = counted(span, desk)
  known.delete(key)
  known.set(key, { at: now, counts })
  counts.catch(() => known.delete(key)) // whoever asks next counts anew
  for (const oldest of [...known.keys()].slice(0, -mostKept)) known.delete(oldest)
  return counts
}

async function counted(
  span: NonNullable<ReturnType<typeof periodOf>>,
  { store, territory, clock }: Desk,
): Promise<Counts> {
  const asked = { ...span, now: clock().toISOString() }
  const reports = await evaluate(indicators, asked, { ...placeIn(territory), store })
  return new Map(indicators.map(({ name }, n) => [name, groupOf(reports[n])]))
}

const groupOf = (report: MeasureReport | undefined): MeasureReportGroup => report?.group?.[0] ?? {}

type Counted = Pick<MeasureReportGroup, 'population' | 'extension' | 'measureScore'>

/** How many are in a population of a group. */
export const countOf = ({ population = [] }: Counted, code: string): number =>
  population.find(({ code: concept }) => concept?.text === code)?.count ?? 0

/** A delay of a group, in milliseconds: `median`, `p90`, `mean`. */
export function delayOf({ extension = [] }: Counted, name: string): number | undefined {
  const told = extension.find(
    ({ url, extension: parts = [] }) =>
      url === extensions.delay && parts.some((part) => part.url === 'name' && part.valueCode === name),
  )
  const minutes = told?.extension?.find(({ url }) => url === 'value')?.valueQuantity?.value
  return minutes === undefined ? undefined : minutes * 60_000
}

/** The parts that a group is divided into, by name. */
export const strataOf = (
  { stratifier = [] }: MeasureReportGroup,
  by: string,
): readonly (Counted & { name: string })[] =>
  (stratifier.find(({ code }) => code?.some(({ text }) => text === by))?.stratum ?? []).map((stratum) => ({
    ...stratum,
    name: stratum.value?.text ?? '',
  }))
