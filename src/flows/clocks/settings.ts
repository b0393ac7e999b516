import type {
  Extension,
  HealthcareService,
  HealthcareServiceAvailableTime,
  Resource,
} from '@medplum/fhirtypes'
import { z } from 'zod'
import { extensions, systems } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { isHolidayProfile } from '../slots/holidays.ts'
import type { Territory } from '../step.ts'
import { type Calendar, type Hours, type Week, wholeDays, workingDays } from './calendar.ts'
import type { ClockName, ClockRule, ClockSettings } from './clock.ts'
import { modes } from './due.ts'

/** Source: the action sheets, "réponse rapide, sous 24h", "dans un délai de 48h". */
const promised: Readonly<Record<ClockName, ClockRule>> = {
  answer: { hours: 24, strictHours: 24, mode: 'next-open-day', warnAt: 0.75 },
  exam: { hours: 48, strictHours: 48, mode: 'next-open-day', warnAt: 0.75 },
}

/** The clocks of a territory; those that are promised by default, Monday to Saturday, where it says nothing. */
export const settingsOf = ({ clocks, zone }: Pick<Territory, 'clocks' | 'zone'>): ClockSettings =>
  clocks ?? usualIn(zone)

/** The same calendars each time: what is reckoned by one is kept with it. */
const usual = new Map<string, ClockSettings>()

function usualIn(zone: string): ClockSettings {
  const known = usual.get(zone)
  if (known) return known
  const calendar = workingDays(zone)
  const made = { rules: promised, cell: [calendar], centres: [{ modalities: [], calendar }] }
  usual.set(zone, made)
  return made
}

/**
 * What a territory's resources say of its clocks: extension `clock-rule` of the community; opening hours, closings and
 * holidays of the cell's and the centres' HealthcareServices.
 */
export function settingsIn(
  resources: readonly Resource[],
  { community, cell, zone }: Pick<Territory, 'community' | 'cell' | 'zone'>,
): ClockSettings {
  const services = resources.filter(isService)
  const ofCell = services.filter(({ providedBy }) => providedBy?.reference === cell)
  const ofCentres = services.filter(({ providedBy }) => providedBy?.reference !== cell)
  return {
    rules: rulesIn(resources.find((one) => `Organization/${one.id}` === community)),
    cell: ofCell.length > 0 ? ofCell.map((service) => calendarOf(service, zone)) : [workingDays(zone)],
    centres:
      ofCentres.length > 0
        ? ofCentres.map((service) => ({
            modalities: modalitiesOf(service),
            calendar: calendarOf(service, zone),
          }))
        : [{ modalities: [], calendar: workingDays(zone) }],
  }
}

const isService = (resource: Resource): resource is HealthcareService =>
  resource.resourceType === 'HealthcareService' && resource.active !== false

const modalitiesOf = ({ type = [] }: HealthcareService): string[] =>
  type.flatMap(({ coding = [] }) =>
    coding.flatMap(({ system, code }) => (system === systems.dicom && code ? [code] : [])),
  )

const ruleShape = z.strictObject({
  name: z.enum(['answer', 'exam']),
  hours: z.number().positive().optional(),
  'strict-hours': z.number().positive().optional(),
  mode: z.enum(modes).optional(),
  'warn-at': z.number().gt(0).lt(1).optional(),
})

function rulesIn(community: Resource | undefined): ClockSettings['rules'] {
  const said = community?.resourceType === 'Organization' ? (community.extension ?? []) : []
  const rules: Record<ClockName, ClockRule> = { ...promised }
  for (const { extension = [] } of said.filter(({ url }) => url === extensions.clockRule)) {
    const { name, 'strict-hours': strictHours, 'warn-at': warnAt, hours, mode } = ruleOf(extension)
    rules[name] = {
      ...promised[name],
      ...(hours !== undefined && { hours }),
      ...(strictHours !== undefined && { strictHours }),
      ...(mode && { mode }),
      ...(warnAt !== undefined && { warnAt }),
    }
  }
  return rules
}

function ruleOf(parts: readonly Extension[]): z.infer<typeof ruleShape> {
  const said = Object.fromEntries(
    parts.map(({ url, valueCode, valueDecimal }) => [url, valueCode ?? valueDecimal]),
  )
  const read = ruleShape.safeParse(said)
  if (read.success) return read.data
  const [first] = read.error.issues
  throw failure(
    'value',
    ["A clock's rule", ...(first?.path ?? []), first?.message].join(': '),
    'Organization.extension(clock-rule)',
  )
}

/** A service's calendar: its opening hours, else Monday to Saturday; its closings; the holidays it keeps. */
export function calendarOf(
  { availableTime = [], notAvailable = [], extension = [] }: HealthcareService,
  territoryZone: string,
): Calendar {
  const code = (url: string) => extension.find((one) => one.url === url)?.valueCode
  const holidays = code(extensions.holidays)
  return {
    zone: code('http://hl7.org/fhir/StructureDefinition/timezone') ?? territoryZone,
    holidays: isHolidayProfile(holidays) ? holidays : 'national',
    week: availableTime.length > 0 ? weekOf(availableTime) : wholeDays(1, 2, 3, 4, 5, 6),
    closed: notAvailable.flatMap(({ during }) =>
      during ? [{ from: during.start?.slice(0, 10) ?? '', to: during.end?.slice(0, 10) ?? '9999' }] : [],
    ),
  }
}

const daysOfWeek = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function weekOf(times: readonly HealthcareServiceAvailableTime[]): Week {
  const week = new Map<number, Hours[]>()
  for (const { daysOfWeek: days = [], ...time } of times) {
    for (const day of days) {
      const number = daysOfWeek.indexOf(day) + 1
      week.set(number, [...(week.get(number) ?? []), hoursOf(time)])
    }
  }
  return week
}

function hoursOf({
  allDay,
  availableStartTime: from,
  availableEndTime: to,
}: Omit<HealthcareServiceAvailableTime, 'daysOfWeek'>): Hours {
  if (allDay || from === undefined) return { from: '00:00', to: '24:00' }
  return { from, to: to === undefined || to === '00:00:00' ? '24:00' : to }
}
