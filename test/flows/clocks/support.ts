import { type Calendar, wholeDays, workingDays } from '../../../src/flows/clocks/calendar.ts'
import type { ClockRule, ClockSettings, RequestFacts } from '../../../src/flows/clocks/clock.ts'
import type { HolidayProfile } from '../../../src/flows/slots/holidays.ts'

/** A calendar in Paris: Monday to Saturday, or to Friday. */
export const calendar = (holidays: HolidayProfile, saturday: boolean): Calendar => ({
  zone: 'Europe/Paris',
  holidays,
  week: saturday ? wholeDays(1, 2, 3, 4, 5, 6) : wholeDays(1, 2, 3, 4, 5),
  closed: [],
})

const rule = (hours: number): ClockRule => ({
  hours,
  strictHours: hours,
  mode: 'next-open-day',
  warnAt: 0.75,
})

/** The usual clocks, open Monday to Saturday. */
export const usual: ClockSettings = {
  rules: { answer: rule(24), exam: rule(48) },
  cell: [workingDays('Europe/Paris')],
  centres: [{ modalities: [], calendar: workingDays('Europe/Paris') }],
}

/** A request of Tuesday 17 November 2026, ten o'clock, and what else is known of it. */
export const requestOf = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  submittedAt: '2026-11-17T10:00:00+01:00',
  pauses: [],
  modalities: ['US'],
  ...more,
})
