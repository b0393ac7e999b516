import { Temporal } from 'temporal-polyfill'

/** Which public holidays a centre keeps. Source: code du travail L.3133-1, L.3134-13, L.3422-2. */
export type HolidayProfile = keyof typeof profiles

interface Profile {
  /** `MM-DD` */
  fixed: readonly string[]
  afterEaster: readonly number[]
}

const nationalDays = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25']
/** Easter Monday, Ascension, Whit Monday. */
const nationalAfterEaster = [1, 39, 50]
const goodFriday = -2

/** The national days and some fixed ones. */
const nationalAnd = (...days: string[]): Profile => ({
  fixed: [...nationalDays, ...days],
  afterEaster: nationalAfterEaster,
})

const profiles = {
  national: nationalAnd(),
  'alsace-moselle': { fixed: [...nationalDays, '12-26'], afterEaster: [...nationalAfterEaster, goodFriday] },
  // Good Friday is kept only where there is a Protestant or a mixed church.
  'alsace-moselle-without-good-friday': nationalAnd('12-26'),
  mayotte: nationalAnd('04-27'),
  martinique: nationalAnd('05-22'),
  guadeloupe: nationalAnd('05-27'),
  guyane: nationalAnd('06-10'),
  reunion: nationalAnd('12-20'),
  none: { fixed: [], afterEaster: [] },
} satisfies Record<string, Profile>

/** Whether this is the name of a calendar of public holidays. */
export const isHolidayProfile = (name: string | undefined): name is HolidayProfile =>
  name !== undefined && Object.hasOwn(profiles, name)

/** Whether a day (`2026-12-25`) is a public holiday of the profile. */
export function isHoliday(day: string, profile: HolidayProfile): boolean {
  const { fixed, afterEaster }: Profile = profiles[profile]
  if (fixed.includes(day.slice(5))) return true
  return afterEaster.some((days) => aroundEaster(Number(day.slice(0, 4))).get(days) === day)
}

/** Days of a year by their distance from Easter Sunday: they are asked for each clock that is set. */
const known = new Map<number, ReadonlyMap<number, string>>()

function aroundEaster(year: number): ReadonlyMap<number, string> {
  const before = known.get(year)
  if (before) return before
  const sunday = easter(year)
  const offsets = new Set(Object.values<Profile>(profiles).flatMap(({ afterEaster }) => afterEaster))
  const days = new Map([...offsets].map((offset) => [offset, sunday.add({ days: offset }).toString()]))
  if (known.size >= mostYears) known.clear()
  known.set(year, days)
  return days
}

const mostYears = 100

/** Easter Sunday of a year in the Gregorian calendar. Source: Meeus, Jones, Butcher. */
export function easter(year: number): Temporal.PlainDate {
  const div = (n: number, by: number) => Math.floor(n / by)
  const a = year % 19
  const b = div(year, 100)
  const c = year % 100
  const g = div(b - div(b + 8, 25) + 1, 3)
  const h = (19 * a + b - div(b, 4) - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * div(c, 4) - h - (c % 4)) % 7
  const m = div(a + 11 * h + 22 * l, 451)
  const day = h + l - 7 * m + 114
  return Temporal.PlainDate.from({ year, month: div(day, 31), day: (day % 31) + 1 })
}
