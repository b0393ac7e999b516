import type { Appointment, CodeableConcept, Slot } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { slotsBetween } from '../slots/between.ts'
import type { Moment } from '../step.ts'

/** No slot is longer: a half-day session at most. */
const longestMs = 6 * 3_600_000

/** The slots of these sources that overlap the time of an appointment. */
export async function slotsDuring(
  { start, end }: Appointment,
  sources: readonly string[],
  store: Reader,
): Promise<Kept<Slot>[]> {
  if (start === undefined || sources.length === 0) return []
  const from = Date.parse(start)
  const until = Math.max(from + 1, Date.parse(end ?? start))
  const query = `_source=${sources.map(encodeURIComponent).join(',')}`
  const [earliest, latest] = [from - longestMs, until].map((at) => new Date(at).toISOString())
  const slots = await slotsBetween(query, earliest ?? start, latest ?? start, store)
  return slots.filter((slot) => Date.parse(slot.end) > from)
}

/**
 * The slots that an appointment fills, in order of time, of those that overlap it: one that begins when it does, else one
 * that it begins in, and what follows in that diary until its end. None where several fit, and its exam does not tell which.
 */
export function slotsMeant(said: Appointment, during: readonly Kept<Slot>[], at: Moment): Kept<Slot>[] {
  const begin = Date.parse(said.start ?? '')
  const first = slotAt(said, beginning(during, begin), at)
  if (!first) return []
  const until = Math.max(Date.parse(first.end), Date.parse(said.end ?? first.end))
  const diary = during.filter(({ schedule }) => schedule.reference === first.schedule.reference)
  const meant = [first]
  for (let last: Kept<Slot> | undefined = first; last; ) {
    const from: number = Date.parse(last.end)
    const after = diary.filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < until)
    const soonest = Math.min(...after.map(({ start }) => Date.parse(start)))
    const next = after.filter(({ start }) => Date.parse(start) === soonest)
    last = slotAt({ serviceType: first.serviceType ?? [] }, next, at)
    if (last) meant.push(last)
  }
  return meant
}

/** Those that begin then; else those that it falls into; else those that begin first after it. */
function beginning(during: readonly Kept<Slot>[], begin: number): Kept<Slot>[] {
  const beginAt = (time: number) => during.filter(({ start }) => Date.parse(start) === time)
  const then = beginAt(begin)
  if (then.length > 0) return then
  const around = during.filter(({ start }) => Date.parse(start) < begin)
  return around.length > 0 ? around : beginAt(Math.min(...during.map(({ start }) => Date.parse(start))))
}

/** The slot that is meant, of those that begin then: the only one, or the only one for this exam or its modality. */
function slotAt(
  { serviceType = [] }: Pick<Appointment, 'serviceType'>,
  slots: readonly Kept<Slot>[],
  at: Moment,
): Kept<Slot> | undefined {
  if (slots.length === 1) return slots[0]
  const wanted = examsOf(serviceType, at)
  const fitting = slots.filter((slot) =>
    examsOf(slot.serviceType ?? [], at).some((exam) => wanted.includes(exam)),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Codes of exams, and of the modalities they are made with: `system|code`. */
function examsOf(concepts: readonly CodeableConcept[], { territory }: Moment): string[] {
  const codes = concepts.flatMap(({ coding = [] }) => coding.map(({ system, code }) => `${system}|${code}`))
  const modalities = codes.flatMap((code) => territory.modalities.get(code) ?? [])
  return [...codes, ...modalities.map((code) => `${systems.dicom}|${code}`)]
}
