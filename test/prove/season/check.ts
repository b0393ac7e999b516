import type { Appointment, MeasureReportGroup, Task } from '@medplum/fhirtypes'
import { parseSearch } from '../../../src/fhir/search.ts'
import { dayIn } from '../../../src/fhir/zone.ts'
import type { Calendar } from '../../../src/flows/clocks/calendar.ts'
import { type ClockName, calendarsOf } from '../../../src/flows/clocks/clock.ts'
import { dueAt } from '../../../src/flows/clocks/due.ts'
import { settingsOf } from '../../../src/flows/clocks/settings.ts'
import { isOfRequest } from '../../../src/flows/task.ts'
import type { Gateway } from '../../../src/gateway.ts'
import { evaluate, indicators } from '../../../src/indicators/index.ts'
import { placeIn } from '../../../src/indicators/indicator.ts'
import type { Kept } from '../../../src/store/index.ts'
import type { Entry } from './ledger.ts'

/** What a season promises and did not keep. */
export interface Breach {
  rule: string
  text: string
}

/** What was counted by the gateway and by the season itself, of each number. */
export interface Compared {
  name: string
  gateway: number | undefined
  ledger: number
}

export interface Checked {
  breaches: readonly Breach[]
  compared: readonly Compared[]
}

const zone = 'Europe/Paris'

/** Holds what the gateway keeps against what the season knows of itself. */
export async function check(gateway: Gateway, entries: readonly Entry[], now: number): Promise<Checked> {
  const [tasks, appointments] = await Promise.all([
    all<Task>(gateway, 'Task', 'code=fulfill').then((found) => found.filter(isOfRequest)),
    all<Appointment>(gateway, 'Appointment', ''),
  ])
  const compared = await counts(gateway, entries, now)
  return {
    breaches: [
      ...forgotten(entries, tasks),
      ...twice(appointments),
      ...compared
        .filter(({ gateway, ledger }) => gateway !== ledger)
        .map(({ name, gateway, ledger }) => ({
          rule: 'counts',
          text: `${name}: the gateway counts ${gateway}, the ledger ${ledger}`,
        })),
    ],
    compared,
  }
}

/** Each request was answered, or taken back before; each is examined, refused, taken back or declared short; no Task is left. */
function forgotten(entries: readonly Entry[], tasks: readonly Task[]): Breach[] {
  const open = ['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold']
  return [
    ...entries
      .filter(({ answeredAt, ended }) => answeredAt === undefined && ended !== 'withdrawn')
      .map(({ number }) => ({ rule: 'answered', text: `${number} was never answered` })),
    ...entries
      .filter(({ examAt, ended }) => examAt === undefined && ended === undefined)
      .map(({ number, story }) => ({
        rule: 'forgotten',
        text: `${number} was forgotten: ${story.join(', ')}`,
      })),
    ...tasks
      .filter(({ status }) => open.includes(status ?? ''))
      .map(({ focus, status }) => ({ rule: 'forgotten', text: `${focus?.reference} is still ${status}` })),
    ...(tasks.length === entries.length
      ? []
      : [{ rule: 'requests', text: `${entries.length} requests have ${tasks.length} Tasks` }]),
  ]
}

const hasPlace = ['pending', 'booked', 'arrived', 'checked-in', 'fulfilled', 'noshow']

/** No place was given twice: all places of the season are for one. */
function twice(appointments: readonly Kept<Appointment>[]): Breach[] {
  const placed = appointments.filter(({ status }) => hasPlace.includes(status ?? ''))
  const bySlot = Map.groupBy(placed, ({ slot }) => slot?.[0]?.reference ?? 'none')
  return [...bySlot]
    .filter(([, same]) => same.length > 1)
    .map(([slot, same]) => ({
      rule: 'twice',
      text: `${slot} was given to ${same.map(({ id }) => id).join(' and ')}`,
    }))
}

async function all<R extends Task | Appointment>(
  { store }: Gateway,
  type: R['resourceType'],
  query: string,
): Promise<Kept<R>[]> {
  const found: Kept<R>[] = []
  let cursor: string | undefined
  do {
    const params = new URLSearchParams(query)
    params.set('_count', '500')
    if (cursor !== undefined) params.set('_cursor', cursor)
    const page = await store.search(parseSearch(type, params).search, 'all')
    found.push(...page.entries.map(({ body }) => JSON.parse(body) as Kept<R>)) // of the type that was searched
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

/** Each number that is published, beside the season's own. */
async function counts(
  { store, loaded }: Gateway,
  entries: readonly Entry[],
  now: number,
): Promise<Compared[]> {
  const { territory } = loaded
  const asked = {
    start: '2026-01-01T00:00:00+01:00',
    end: new Date(now + 1).toISOString(),
    now: new Date(now).toISOString(),
  }
  const reports = await evaluate(indicators, asked, { ...placeIn(territory), store })
  const groupOf = (name: string) =>
    reports.find(({ measure }) => measure.includes(`/${name}|`))?.group?.[0] ?? ({} as MeasureReportGroup)
  return [
    ...delays('answer', groupOf('request-to-answer'), entries, clockOf(territory, 'answer')),
    ...delays('exam', groupOf('request-to-exam'), entries, clockOf(territory, 'exam')),
    ...bookings(groupOf('booked-appointments'), entries),
    ...prescribers(groupOf('active-prescribers'), entries),
    ...strata('top-exams', groupOf('top-exams'), entries, ({ exam }) => exam),
    ...strata(
      'demand',
      groupOf('demand'),
      entries.filter(({ ended }) => ended !== 'withdrawn'),
      ({ modality }) => modality,
    ),
  ]
}

type DueOf = (entry: Entry) => { due: number; strict: number }

function clockOf(territory: Parameters<typeof settingsOf>[0], name: ClockName): DueOf {
  const settings = settingsOf(territory)
  const { hours, strictHours, mode } = settings.rules[name]
  return ({ receivedAt, modality }) => {
    const calendars: readonly Calendar[] = calendarsOf(name, { modalities: [modality] }, settings)
    return {
      due: dueAt(receivedAt, { hours, mode }, calendars),
      strict: receivedAt + strictHours * 3_600_000,
    }
  }
}

/** Whether a request counts for a clock, and when that was stopped. */
export function stopOf(
  name: ClockName,
  { ended, answeredAt, examAt }: Entry,
): number | 'excluded' | undefined {
  if (name === 'answer') return answeredAt ?? (ended === 'withdrawn' ? 'excluded' : undefined)
  if (ended === 'withdrawn' || ended === 'refused') return 'excluded'
  return examAt
}

function delays(
  name: ClockName,
  group: MeasureReportGroup,
  entries: readonly Entry[],
  dueOf: DueOf,
): Compared[] {
  const known = entries.flatMap((entry) => {
    const stop = stopOf(name, entry)
    return stop === 'excluded' ? [] : [{ entry, stop, ...dueOf(entry) }]
  })
  const stopped = known.flatMap(({ stop, ...one }) => (stop === undefined ? [] : [{ ...one, stop }]))
  const minutes = stopped
    .map(({ stop, entry }) => Math.round((stop - entry.receivedAt) / 60_000))
    .sort((a, b) => a - b)
  const quantile = (share: number) => minutes[Math.max(0, Math.ceil(share * minutes.length) - 1)] ?? 0
  const named = (what: string, gateway: number | undefined, ledger: number): Compared => ({
    name: `${name}: ${what}`,
    gateway,
    ledger,
  })
  return [
    named('received', countOf(group, 'initial-population'), entries.length),
    named('counted', countOf(group, 'denominator'), known.length),
    named('in time', countOf(group, 'numerator'), stopped.filter(({ stop, due }) => stop <= due).length),
    named(
      'in time by plain hours',
      countOf(group, 'numerator-strict'),
      stopped.filter(({ stop, strict }) => stop <= strict).length,
    ),
    named('median, minutes', delayOf(group, 'median'), quantile(0.5)),
    named('p90, minutes', delayOf(group, 'p90'), quantile(0.9)),
  ]
}

function bookings(group: MeasureReportGroup, entries: readonly Entry[]): Compared[] {
  const own = entries.flatMap(({ bookings }) => bookings)
  const months = [...new Set(own.map(({ at }) => dayIn(zone, at).slice(0, 7)))].sort()
  return [
    { name: 'booked: all', gateway: countOf(group, 'initial-population'), ledger: own.length },
    {
      name: 'booked: cancelled since',
      gateway: countOf(group, 'cancelled'),
      ledger: own.filter(({ isCancelled }) => isCancelled).length,
    },
    ...months.map((month) => ({
      name: `booked in ${month}`,
      gateway: stratumOf(group, month),
      ledger: own.filter(({ at }) => dayIn(zone, at).startsWith(month)).length,
    })),
  ]
}

function prescribers(group: MeasureReportGroup, entries: readonly Entry[]): Compared[] {
  const distinct = (some: readonly Entry[]) => new Set(some.map(({ rpps }) => rpps)).size
  return [
    { name: 'doctors who asked', gateway: countOf(group, 'initial-population'), ledger: distinct(entries) },
    {
      name: 'members who asked',
      gateway: countOf(group, 'numerator'),
      ledger: distinct(entries.filter(({ isMember }) => isMember)),
    },
  ]
}

function strata(
  name: string,
  group: MeasureReportGroup,
  entries: readonly Entry[],
  by: (entry: Entry) => string,
): Compared[] {
  return [...Map.groupBy(entries, by)].map(([value, same]) => ({
    name: `${name}: ${value}`,
    gateway: stratumOf(group, value),
    ledger: same.length,
  }))
}

type Population = MeasureReportGroup['population']

const countIn = (population: Population, code: string) =>
  population?.find((one) => one.code?.text === code)?.count
const countOf = ({ population }: MeasureReportGroup, code: string) => countIn(population, code)
const stratumOf = ({ stratifier = [] }: MeasureReportGroup, value: string) =>
  countIn(
    stratifier.flatMap(({ stratum = [] }) => stratum).find((one) => one.value?.text === value)?.population,
    'initial-population',
  )

const delayOf = ({ extension = [] }: MeasureReportGroup, name: string) =>
  extension
    .find(({ extension: parts = [] }) => parts.some(({ valueCode }) => valueCode === name))
    ?.extension?.find(({ url }) => url === 'value')?.valueQuantity?.value
