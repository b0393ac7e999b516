import { Temporal } from 'temporal-polyfill'

/** An instant as FHIR writes it, with milliseconds and the offset that the zone has then: `2026-03-30T08:00:00.000+02:00`. */
export function instantIn(zone: string, instant: string | number): string {
  const at = typeof instant === 'number' ? instant : Date.parse(instant)
  const { offset } = stretchAt(zone, at)
  const local = new Date(at + offset).toISOString()
  return local.slice(0, -1) + offsetText(offset)
}

/** The calendar day of an instant in a zone: `2026-03-30`. */
export function dayIn(zone: string, instant: string | number): string {
  return instantIn(zone, instant).slice(0, 10)
}

/** Time during which the clocks of a zone are not changed: ms since 1970, end exclusive; ms that they are ahead of UTC. */
export interface Stretch {
  from: number
  until: number
  offset: number
}

/** By zone. A look at the rules of a zone costs a hundred times as much as what is reckoned with them. */
const known = new Map<string, Stretch[]>()
const most = 1_000

/** The stretch of a zone in which an instant lies. Fails: RangeError for what is no time, or no zone. */
export function stretchAt(zone: string, instant: number): Stretch {
  const before = known.get(zone)?.find(({ from, until }) => from <= instant && instant < until)
  if (before) return before
  const made = stretchFrom(zone, instant)
  const all = known.get(zone) ?? []
  if (known.size >= most) known.clear()
  known.set(zone, all.length >= most ? [made] : [...all, made])
  return made
}

function stretchFrom(zone: string, instant: number): Stretch {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  // The clocks may be changed in this very moment: then it is the first of its stretch.
  const from = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous')
  const until = at.getTimeZoneTransition('next')
  return {
    from: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  }
}

/** Of local mean time, in whole minutes. */
function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
