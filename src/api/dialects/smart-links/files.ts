import { nobody } from '../../../auth/nobody.ts'
import { parseDate } from '../../../fhir/dates.ts'
import { dayIn } from '../../../fhir/zone.ts'
import type { House } from '../../house.ts'

/** One file of the publication, and the search that finds what is in it. */
export interface PublishedFile {
  type: 'Location' | 'Schedule' | 'Slot'
  name: string
  query: readonly [string, string][]
}

/** How far ahead slots are published. */
const weeks = 8

const locations: PublishedFile = {
  type: 'Location',
  name: 'locations.ndjson',
  query: [['status:not', 'inactive']],
}
const schedules: PublishedFile = {
  type: 'Schedule',
  name: 'schedules.ndjson',
  query: [['active:not', 'false']],
}

/** The files there are now: places, diaries, and the slots of each week from this one on. */
export function filesAt(house: House): PublishedFile[] {
  const { zone } = house.desk(nobody).territory
  const monday = mondayOf(dayIn(zone, house.clock().getTime()))
  return [
    locations,
    schedules,
    ...Array.from({ length: weeks }, (_, n) => slotsOf(daysAfter(monday, 7 * n), house)),
  ]
}

/** The file of this name, if it is one of those there are now. */
export const fileOf = (name: string, house: House): PublishedFile | undefined =>
  filesAt(house).find((file) => file.name === name)

/** The slots of a week that have not begun. */
function slotsOf(monday: string, house: House): PublishedFile {
  const { zone } = house.desk(nobody).territory
  const [from, to] = [monday, daysAfter(monday, 7)].map((day) => parseDate(day, zone)?.low ?? 0)
  const first = Math.max(from ?? 0, house.clock().getTime())
  return {
    type: 'Slot',
    name: `slots-${monday}.ndjson`,
    query: [
      ['start', `ge${new Date(first).toISOString()}`],
      ['start', `lt${new Date(to ?? 0).toISOString()}`],
    ],
  }
}

function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return daysAfter(day, -weekday)
}

/** A calendar day, so many days later; calendars have no hours, so UTC will do. */
const daysAfter = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
