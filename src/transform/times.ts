/** YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+ZZZZ] */
const timestamp = /^(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})?(?:(\d{2})(\.\d{1,4})?)?)?([+-]\d{4})?$/

/** An HL7 timestamp as FHIR date: a time is left out. Fails when it is none. */
export function dateOf(text: string): string {
  const [, year, month, day] = parts(text)
  return [year, month, day].filter(Boolean).join('-')
}

/** An HL7 timestamp as FHIR dateTime, in the offset that it has, or that the zone then has. */
export function dateTimeOf(text: string, zone: string | undefined): string {
  const [, , , , hours, minutes = '00', seconds = '00', fraction = '', offset] = parts(text)
  const date = dateOf(text)
  if (!hours) return date
  const local = `${date}T${hours}:${minutes}:${seconds}${fraction}`
  return local + (offset ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offsetIn(zone, local))
}

export function instantOf(text: string, zone: string | undefined): string {
  if (text.replace(/[.+-].*/, '').length < 14) throw new Error('a time with seconds is needed')
  return dateTimeOf(text, zone)
}

/** A FHIR date, dateTime or instant as HL7 timestamp, in the zone's time when one is known. */
export function timestampOf(text: string, zone: string | undefined): string {
  if (!text.includes('T')) return text.replaceAll('-', '')
  const local = zone ? inZone(Date.parse(text), zone) : text.slice(0, 19)
  const offset = zone ? offsetIn(zone, local) : text.replace(/^.*T[\d:.]+/, '').replace('Z', '+00:00')
  return local.replace(/[-T:]/g, '') + offset.replace(':', '')
}

function parts(text: string): RegExpMatchArray {
  const found = text.match(timestamp)
  if (!found) throw new Error('not an HL7 timestamp')
  return found
}

/** The offset that a zone has at a local time, `+01:00`; at a repeated hour the first. */
function offsetIn(zone: string | undefined, local: string): string {
  if (!zone) throw new Error('a time without offset needs a zone')
  const wall = Date.parse(`${local.slice(0, 19)}Z`)
  const guess = wall - (Date.parse(`${inZone(wall, zone)}Z`) - wall)
  const minutes = Math.round((Date.parse(`${inZone(guess, zone)}Z`) - guess) / 60_000)
  const sign = minutes < 0 ? '-' : '+'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${sign}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The local time of an instant, `2026-01-06T13:44:18`. */
function inZone(at: number, zone: string): string {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    formats.set(zone, format)
  }
  return format.format(at).replace(' ', 'T')
}
