import { zoneOffsetMs } from './dates.ts'

/** An instant as FHIR writes it, with milliseconds and the offset that the zone has then: `2026-03-30T08:00:00.000+02:00`. */
export function instantIn(zone: string, instant: string | number): string {
  const at = typeof instant === 'number' ? instant : Date.parse(instant)
  const offset = zoneOffsetMs(at, zone)
  const local = new Date(at + offset).toISOString()
  return local.slice(0, -1) + offsetText(offset)
}

/** The calendar day of an instant in a zone: `2026-03-30`. */
export function dayIn(zone: string, instant: string | number): string {
  return instantIn(zone, instant).slice(0, 10)
}

/** Of local mean time, in whole minutes. */
function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
