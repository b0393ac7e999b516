import type { Slot } from '@medplum/fhirtypes'
import { normal } from '../../../fhir/search/forms.ts'
import { dayIn, instantIn } from '../../../fhir/zone.ts'
import { isAgreed, weekdayOf } from '../../slots/conventions.ts'
import type { Diary, Opening } from '../../slots/diaries.ts'
import { type Limits, limitsOf } from '../../slots/limits.ts'
import { capacityOf } from '../states.ts'
import { codeIn, type Needs } from './needs.ts'
import { isTimely } from './timing.ts'
import type { Wish } from './wish.ts'

/** Whether a diary is one of those that are asked for. Kinds of wishes all count; of one kind any will do. */
export function isAsked(diary: Diary, wish: Wish, exams: readonly string[]): boolean {
  const { organizations, locations, specialties = [], practitioners = [], places = [], networks } = wish
  const any = <T>(wished: readonly T[], is: (one: T) => boolean) => wished.length === 0 || wished.some(is)
  return (
    any(organizations, (one) => one === diary.centre) &&
    any(locations, (one) => diary.involved.has(one)) &&
    any(practitioners, (one) => diary.involved.has(one)) &&
    any(specialties, (one) => isOfSpecialty(diary, one)) &&
    any(places, (text) => isNamed(diary, text)) &&
    (networks === undefined || networks.has(diary.centre)) &&
    (exams.length === 0 ||
      diary.exams.size === 0 ||
      exams.some((token) => isAmong(token, diary.exams.keys())))
  )
}

/** A token alone means its code in any system. */
const isAmong = (token: string, tokens: Iterable<string>) =>
  [...tokens].some((one) => one === token || (!token.includes('|') && codeIn(one) === token))

/** Radio-diagnostic, and radio-diagnostic with radiotherapy. Source: TRE_R38. */
const radiology = ['SM44', 'SM55']

/** A diary that does not say its specialty is of the one that this gateway is for. */
const isOfSpecialty = ({ specialties }: Diary, token: string) =>
  specialties.size === 0 ? radiology.includes(codeIn(token)) : isAmong(token, specialties)

function isNamed({ words }: Diary, text: string): boolean {
  const wanted = normal(text)
  return wanted !== '' && words.some((word) => ` ${word} `.includes(` ${wanted}`))
}

/** Whether a machine and its diary take this patient and exam. Years by the day of the slot. */
export function isTaken(limits: Limits, needs: Needs, day: string): boolean {
  const { tableWeightKg, implants, contrast, regions, sexes, indications } = limits
  const all = (wanted: readonly string[], allowed: ReadonlySet<string> | undefined) =>
    allowed === undefined || wanted.every((token) => isAmong(token, allowed))
  const some = (wanted: readonly string[], allowed: ReadonlySet<string> | undefined) =>
    allowed === undefined || wanted.length === 0 || wanted.some((token) => isAmong(token, allowed))
  return (
    (tableWeightKg === undefined || needs.weightKg === undefined || needs.weightKg <= tableWeightKg) &&
    all(needs.implants, implants) &&
    !(needs.contrast && contrast === false) &&
    some(needs.regions, regions) &&
    some(needs.reasons, indications) &&
    (sexes === undefined || needs.sex === undefined || needs.sex === 'unknown' || sexes.has(needs.sex)) &&
    isOfAge(limits, needs, day)
  )
}

function isOfAge({ age }: Limits, { bornOn }: Needs, day: string): boolean {
  if (!age || bornOn === undefined) return true
  const years = Number(day.slice(0, 4)) - Number(bornOn.slice(0, 4))
  const isBefore = bornOn.length === 10 && day.slice(5) < bornOn.slice(5)
  const old = years - (isBefore ? 1 : 0)
  return (age.from === undefined || old >= age.from) && (age.to === undefined || old <= age.to)
}

/** How many minutes the exam needs in a diary. */
export function minutesNeeded({ exams, limits }: Diary, needs: Needs, own: Limits = limits): number {
  const said = [...exams]
    .filter(([token]) => needs.exams.some((wanted) => isAmong(wanted, [token])))
    .flatMap(([, minutes]) => minutes ?? [])
  return Math.max(0, own.minimumMinutes ?? 0, said.length > 0 ? Math.min(...said) : 0)
}

/** Whether a place that begins with this slot begins when it is wished. */
export const isTimed = ({ start }: Slot, { zone }: Diary, { timing }: Wish): boolean =>
  !timing || isTimely(start, timing, zone)

/** Whether a slot can be had: long enough or not is another question. */
export function isOpen(slot: Slot, diary: Diary, needs: Needs): boolean {
  const { zone } = diary
  const limits = { ...diary.limits, ...limitsOf(slot) }
  return (
    isTaken(limits, needs, dayIn(zone, slot.start)) &&
    capacityOf(slot) >= needs.people &&
    isAgreed(slot, diary.conventions, zone) &&
    isInHours(slot, diary)
  )
}

/** Whether a slot lies in the hours of its place, where those are said, and not in a time of closing. */
export function isInHours({ start, end }: Pick<Slot, 'start' | 'end'>, diary: Diary): boolean {
  const { zone } = diary
  const [from, to] = [instantIn(zone, start), instantIn(zone, end)]
  const isClosed = diary.closed.some((one) => Date.parse(start) <= one.until && Date.parse(end) > one.since)
  const ends = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11, 19) : '24:00:00'
  const isWithin = ({ days, from: opens, to: closes }: Opening) =>
    (days.length === 0 || days.includes(weekdayOf(from))) && from.slice(11, 19) >= opens && ends <= closes
  return !isClosed && diary.opening.every((hours) => hours.some(isWithin))
}
