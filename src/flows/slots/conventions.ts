import type { Extension, OrganizationAffiliation, Slot } from '@medplum/fhirtypes'
import { extensions } from '../../fhir/canonical.ts'
import { coversDay } from '../../fhir/dates.ts'
import { dayIn, instantIn } from '../../fhir/zone.ts'
import type { Kept, Reader } from '../../store/index.ts'

/** What a centre and the community have agreed: from when to when, for which exams, at which hours. */
export type Convention = OrganizationAffiliation

/** By `Organization/<id>` of the centre, past ones too. */
export type Conventions = ReadonlyMap<string, readonly Convention[]>

/** The conventions of a centre, past ones too. */
export async function conventionsOf(
  centre: string | undefined,
  store: Reader,
): Promise<readonly Kept<Convention>[]> {
  if (centre === undefined) return []
  return store.search('OrganizationAffiliation', `participating-organization=${centre}`)
}

/** Whether a centre takes part on a day (`2026-01-31`). One that has no convention at all is bound by none. */
export const isOpenOn = (day: string, conventions: readonly Convention[]): boolean =>
  conventions.length === 0 || conventions.some((one) => isInForce(one, day))

const isInForce = ({ active, period = {} }: Convention, day: string) =>
  active !== false && coversDay(period, day)

/** Whether a place is one that a convention speaks of: by its day, its exam, and its hours there. */
export function isAgreed(
  slot: Pick<Slot, 'start' | 'end' | 'serviceType'>,
  conventions: readonly Convention[],
  zone: string,
): boolean {
  if (conventions.length === 0) return true
  return conventions.some(
    (one) =>
      isInForce(one, dayIn(zone, slot.start)) && isAgreedExam(slot, one) && isAgreedHour(slot, one, zone),
  )
}

const said = ({ extension = [] }: Convention, url: string) => extension.filter((one) => one.url === url)

function isAgreedExam({ serviceType = [] }: Pick<Slot, 'serviceType'>, convention: Convention): boolean {
  const exams = said(convention, extensions.agreedExam).flatMap(
    ({ valueCodeableConcept }) => valueCodeableConcept?.coding ?? [],
  )
  if (exams.length === 0) return true
  return serviceType.some(({ coding = [] }) =>
    coding.some(({ system, code }) => exams.some((one) => one.system === system && one.code === code)),
  )
}

function isAgreedHour(
  { start, end }: Pick<Slot, 'start' | 'end'>,
  convention: Convention,
  zone: string,
): boolean {
  const hours = said(convention, extensions.agreedHours).map(hoursOf)
  if (hours.length === 0) return true
  const [from, to] = [instantIn(zone, start), instantIn(zone, end)]
  const day = weekdayOf(from)
  return hours.some(
    ({ days, opens, closes }) =>
      (days.length === 0 || days.includes(day)) &&
      from.slice(11, 19) >= opens &&
      from.slice(0, 10) === to.slice(0, 10) &&
      to.slice(11, 19) <= closes,
  )
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** FHIR's day of the week of a date, or of an instant as it is written. */
export const weekdayOf = (date: string): string =>
  weekdays[(new Date(`${date.slice(0, 10)}T00:00:00Z`).getUTCDay() + 6) % 7] ?? ''

function hoursOf({ extension = [] }: Extension) {
  const part = (name: string) => extension.filter(({ url }) => url === name)
  return {
    days: part('day').flatMap(({ valueCode }) => valueCode ?? []),
    opens: part('start')[0]?.valueTime ?? '00:00:00',
    closes: part('end')[0]?.valueTime ?? '24:00:00',
  }
}
