import { Temporal } from 'temporal-polyfill'
import { remembered } from './remembered.ts'

/** A stretch of time in milliseconds since 1970; both ends belong to it. */
export interface Stretch {
  from: number
  to: number
}

/** Where dates without an offset are. */
const zone = 'Europe/Paris'

type Step = { years: 1 } | { months: 1 } | { days: 1 } | { minutes: 1 } | { seconds: 1 } | { milliseconds: 1 }

/** How long each form of a date lasts, by how much of it is written. */
const forms: readonly (readonly [RegExp, rest: string, Step])[] = [
  [/^\d{4}$/, '-01-01T00:00:00', { years: 1 }],
  [/^\d{4}-\d\d$/, '-01T00:00:00', { months: 1 }],
  [/^\d{4}-\d\d-\d\d$/, 'T00:00:00', { days: 1 }],
  [/T\d\d:\d\d$/, '', { minutes: 1 }],
  [/T\d\d:\d\d:\d\d$/, '', { seconds: 1 }],
  [/T\d\d:\d\d:\d\d\.\d{3}$/, '', { milliseconds: 1 }],
]

/** The stretch that a FHIR date, dateTime or instant names. */
export const stretchOf = remembered((text: string): Stretch => {
  const [, written = '', offset] = /^(.*?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const form = forms.find(([shape]) => shape.test(written))
  if (!form) throw new Error(`This is read by nobody here: ${text}`)
  const begin = Temporal.PlainDateTime.from(`${written}${form[1]}`)
  const end = begin.add(form[2])
  if (offset !== undefined) return { from: shifted(begin, offset), to: shifted(end, offset) - 1 }
  return { from: inZone(begin, 'earlier'), to: Math.max(inZone(begin, 'earlier'), inZone(end, 'later') - 1) }
})

const shifted = (at: Temporal.PlainDateTime, offset: string): number =>
  Temporal.Instant.from(`${at}${offset}`).epochMilliseconds

/** What clocks never show is the moment at which they are put forward. */
function inZone(at: Temporal.PlainDateTime, which: 'earlier' | 'later'): number {
  const found = at.toZonedDateTime(zone, { disambiguation: which })
  if (found.toPlainDateTime().equals(at)) return found.epochMilliseconds
  const before = at.toZonedDateTime(zone, { disambiguation: 'earlier' })
  return before.getTimeZoneTransition('next')?.epochMilliseconds ?? before.epochMilliseconds
}
