import type { Expression, Measure, MeasureReport, MeasureReportGroup } from '@medplum/fhirtypes'
import { canonical, isNamedBy } from '../fhir/canonical.ts'
import { parseDate } from '../fhir/dates.ts'
import type { Store } from '../store/index.ts'
import { activeConventions } from './active-conventions.ts'
import { activePrescribers } from './active-prescribers.ts'
import { bookedAppointments } from './booked-appointments.ts'
import { capacity } from './capacity.ts'
import { demand } from './demand.ts'
import { type AnyIndicator, type Asked, codingOf, type Indicator, type Place } from './indicator.ts'
import { requestToAnswer } from './request-to-answer.ts'
import { requestToExam } from './request-to-exam.ts'
import { type Sources, sources } from './sources.ts'
import { topExams } from './top-exams.ts'

/** What is counted: each with one definition, here. */
export const indicators: readonly AnyIndicator[] = [
  activeConventions,
  bookedAppointments,
  activePrescribers,
  requestToAnswer,
  requestToExam,
  topExams,
  demand,
  capacity,
]

const version = '1.0.0'

export const measureUrl = (name: string): string => `${canonical}/Measure/${name}`

/** The Measure that an indicator is told as. */
export function measureOf({ name, title, meaning, scoring, populations, strata }: AnyIndicator): Measure {
  return {
    resourceType: 'Measure',
    url: measureUrl(name),
    identifier: [{ system: `${canonical}/NamingSystem/measure`, value: name }],
    version,
    name: machineName(name),
    title,
    status: 'active',
    description: meaning,
    scoring: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-scoring', code: scoring }],
    },
    group: [
      {
        population: Object.entries(populations).map(([code, description]) => ({
          code: { coding: [codingOf(code)], text: code },
          description,
          criteria: inWords(description),
        })),
        ...(strata.length > 0 && { stratifier: strata.map((text) => ({ code: { text } })) }),
      },
    ],
  }
}

/** The definition is said in words, and done by `tally`: R4 may have other languages than those that the type names. */
const inWords = (expression: string): Expression =>
  ({ language: 'text/plain', expression }) as unknown as Expression

/** `request-to-answer` → `RequestToAnswer`. */
const machineName = (name: string) =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The project's Measures, as entries of a territory. */
export const measures = (): { url: string; resource: Measure }[] =>
  indicators.map((indicator) => ({
    url: `urn:local:measure:${indicator.name}`,
    resource: measureOf(indicator),
  }))

/** The indicator that a Measure's URL, with or without version, or name means. */
export const indicatorOf = (measure: string): AnyIndicator | undefined =>
  indicators.find(({ name }) => name === measure || isNamedBy({ url: measureUrl(name), version }, measure))

/**
 * The time from a day to another, both included, in a zone.
 *
 * Days are FHIR dates (`2026-01`, too: the whole month).
 */
export function periodOf(
  first: string,
  last: string,
  zone: string,
): Pick<Asked, 'start' | 'end'> | undefined {
  const [from, to] = [parseDate(first, zone), parseDate(last, zone)]
  if (!from || !to || from.low > to.high) return undefined
  return { start: new Date(from.low).toISOString(), end: new Date(to.high + 1).toISOString() }
}

/** What counting is done with. */
export interface CountingDesk extends Place {
  store: Store
}

/**
 * The reports of some indicators, over one period: each source is read once, a page at a time, whatever the number of
 * indicators that are counted over it.
 */
export async function evaluate(
  wanted: readonly AnyIndicator[],
  asked: Asked,
  desk: CountingDesk,
): Promise<MeasureReport[]> {
  const groups = new Map<string, MeasureReportGroup[]>()
  for (const source of ['requests', 'bookings', 'slots', 'conventions'] as const) {
    await countOver(source, wanted, asked, desk, groups)
  }
  return wanted.map(({ name }) => reportOf(name, groups.get(name) ?? [], asked, desk))
}

async function countOver<Source extends keyof Sources>(
  source: Source,
  wanted: readonly AnyIndicator[],
  asked: Asked,
  desk: CountingDesk,
  groups: Map<string, MeasureReportGroup[]>,
): Promise<void> {
  // Those that are over this source take what it yields.
  const own = wanted.filter(({ over }) => over === source) as unknown as readonly Indicator<Source>[]
  if (own.length === 0) return
  const tallies = own.map(({ name, tally }) => ({ name, tally: tally(asked, desk) }))
  for await (const item of sources[source](asked, desk, desk.store)) {
    for (const { tally } of tallies) tally.add(item)
  }
  for (const { name, tally } of tallies) groups.set(name, tally.groups())
}

function reportOf(
  name: string,
  group: MeasureReportGroup[],
  { start, end, centre, now }: Asked,
  { community }: Place,
): MeasureReport {
  return {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: `${measureUrl(name)}|${version}`,
    ...(centre && { subject: { reference: centre } }),
    date: now,
    reporter: { reference: community },
    // R4: the end of a period belongs to it.
    period: { start, end: new Date(Date.parse(end) - 1).toISOString() },
    group,
  }
}
