import { Temporal } from 'temporal-polyfill'

/** An instant as FHIR writes it, with milliseconds and the offset that the zone has then: `2026-03-30T08:00:00.000+02:00`. */
export function instantIn(zone: string, instant: string | number): string {
  const at = typeof instant === 'number' ? instant : Date.parse(instant)
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', fractionalSecondDigits: 3 })
}

/** The calendar day of an instant in a zone: `2026-03-30`. */
export function dayIn(zone: string, instant: string | number): string {
  return instantIn(zone, instant).slice(0, 10)
}
