import type { Address, CodeableConcept, ContactPoint, HumanName } from '@medplum/fhirtypes'
import { dayIn } from '../fhir/zone.ts'

/** The languages of the pages. */
export const languages = ['fr', 'en'] as const
export type Language = (typeof languages)[number]

/** How times are written: for whom, where, and what time it is now. */
export interface Clockwork {
  language: Language
  /** IANA zone of the territory. */
  zone: string
  /** Milliseconds since 1970. */
  now: number
}

const locales: Readonly<Record<Language, string>> = { fr: 'fr-FR', en: 'en-GB' }

const hour = 3_600_000
const day = 24 * hour

/** An instant as one says it: «aujourd’hui 14:10», «mar. 24 nov. 14:10». */
export function when(instant: string, clockwork: Clockwork): string {
  return `${dayWords(instant, clockwork)} ${timeOf(instant, clockwork)}`
}

/** The time of day: «14:10». */
export function timeOf(instant: string, { language, zone }: Clockwork): string {
  return dateFormat(language, zone, { hour: '2-digit', minute: '2-digit' }).format(Date.parse(instant))
}

/** The day, in words when it is near. */
export function dayWords(instant: string, { language, zone, now }: Clockwork): string {
  const [there, today] = [dayIn(zone, instant), dayIn(zone, now)]
  const apart = Math.round((Date.parse(there) - Date.parse(today)) / day)
  if (Math.abs(apart) <= 1)
    return new Intl.RelativeTimeFormat(locales[language], { numeric: 'auto' }).format(apart, 'day')
  const sameYear = there.slice(0, 4) === today.slice(0, 4)
  return dateFormat(language, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(!sameYear && { year: 'numeric' }),
  }).format(Date.parse(instant))
}

/** A calendar day in full: «mardi 24 novembre 2026». */
export function longDay(date: string, { language }: Pick<Clockwork, 'language'>): string {
  return dateFormat(language, 'UTC', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(Date.parse(`${date.slice(0, 10)}T12:00:00Z`))
}

/** A month: «nov. 2026», from «2026-11». */
export function monthName(month: string, { language }: Pick<Clockwork, 'language'>): string {
  return dateFormat(language, 'UTC', { month: 'short', year: 'numeric' }).format(
    Date.parse(`${month}-15T12:00:00Z`),
  )
}

/** A date as it is written by hand: «24/11/2026»; a year or a month alone stays so. */
export function shortDate(date: string, { language }: Pick<Clockwork, 'language'>): string {
  const [, month, dayOfMonth] = date.split('-')
  const parts: DateParts = { year: 'numeric' }
  if (month !== undefined) parts.month = '2-digit'
  if (dayOfMonth !== undefined) parts.day = '2-digit'
  const padded = [date.slice(0, 4), month ?? '01', dayOfMonth ?? '01'].join('-')
  return dateFormat(language, 'UTC', parts).format(Date.parse(`${padded}T12:00:00Z`))
}

/** A span of time, by its two greatest units: «2 j 4 h», «3 h 20 min». */
export function span(ms: number, language: Language): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const
  const first = parts.findIndex(([value]) => value > 0)
  const told = first < 0 ? [parts[2]] : parts.slice(first, first + 2).filter(([value]) => value > 0)
  return told.map(([value, unit]) => unitFormat(language, unit).format(value)).join(' ')
}

/** The number by which somebody is called, if one is known. */
export const phoneOf = (telecom: readonly ContactPoint[] = []): string | undefined =>
  telecom.find(({ system }) => system === 'phone')?.value

/** Age on a day, in years; in months below two years. */
export function age(birthDate: string, { language, zone, now }: Clockwork): string {
  const months = monthsBetween(birthDate, dayIn(zone, now))
  const young = months < 24
  return new Intl.NumberFormat(locales[language], {
    style: 'unit',
    unit: young ? 'month' : 'year',
    unitDisplay: 'long',
  }).format(young ? months : Math.floor(months / 12))
}

function monthsBetween(from: string, to: string): number {
  const [y1 = 0, m1 = 1, d1 = 1] = from.split('-').map(Number)
  const [y2 = 0, m2 = 1, d2 = 1] = to.split('-').map(Number)
  return Math.max(0, (y2 - y1) * 12 + (m2 - m1) - (d2 < d1 ? 1 : 0))
}

export function number(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(value)
}

export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: 0 }).format(
    share,
  )
}

/** A person's name, family name first: «EXEMPLE Camille»; the one in use, when another was given at birth. */
export function nameOf(names: readonly HumanName[] = []): string {
  const name = names.find(({ use }) => use === 'official') ?? names[0]
  if (!name) return ''
  const usual = names.find(({ use }) => use === 'usual')?.family
  const family = [
    name.family?.toUpperCase(),
    usual && usual !== name.family ? `(${usual.toUpperCase()})` : '',
  ]
  return [...family, ...(name.given ?? []).slice(0, 1)].filter(Boolean).join(' ') || (name.text ?? '')
}

/** Where somebody lives, by the name of the commune. */
export function communeOf(addresses: readonly Address[] = []): string {
  return (addresses.find(({ use }) => use === 'home') ?? addresses[0])?.city ?? ''
}

/** What a concept says to people. */
export function wordsOf(concept: CodeableConcept | undefined): string {
  const [coding] = concept?.coding ?? []
  return concept?.text ?? coding?.display ?? coding?.code ?? ''
}

type DateParts = Intl.DateTimeFormatOptions
const dateFormats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs far more than using it: one for each way of writing. */
function dateFormat(language: Language, timeZone: string, parts: DateParts): Intl.DateTimeFormat {
  const key = JSON.stringify([language, timeZone, parts])
  const known = dateFormats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locales[language], { ...parts, timeZone })
  dateFormats.set(key, made)
  return made
}

const unitFormat = (language: Language, unit: string) =>
  new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'short' })
