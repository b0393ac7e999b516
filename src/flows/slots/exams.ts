import type { CodeableConcept, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { frCore } from '../../fhir/canonical.ts'
import type { Entry, Known } from '../entries.ts'
import { examsOf, tokensOf } from './limits.ts'

/**
 * A diary and its slots agree on what they are for, whichever of them says it: a slot that does not say is for the exams
 * of its diary, and a diary for those that its slots have said. By this a diary is found without a look at its slots.
 */
export function withExams(entries: readonly Entry[], known: Known): Entry[] {
  const schedules = entries.filter(isSchedule)
  return entries.map((entry) => {
    if (isSchedule(entry)) return { ...entry, resource: withThoseOf(entry, entries.filter(isSlot), known) }
    if (!isSlot(entry) || entry.resource.serviceType?.length) return entry
    const own = schedules.find(({ url }) => url === entry.resource.schedule.reference)
    return own ? { ...entry, resource: forExams(entry.resource, saidBy(own.resource)) } : entry
  })
}

type Of<R extends Resource> = Entry & { resource: R }

const isSchedule = (entry: Entry): entry is Of<Schedule> => entry.resource.resourceType === 'Schedule'
const isSlot = (entry: Entry): entry is Of<Slot> => entry.resource.resourceType === 'Slot'

/** In FR Core's form, or in R4's, which it is kept in its place of. */
export const saidBy = (schedule: Schedule): CodeableConcept[] => [
  ...(schedule.serviceType ?? []),
  ...examsOf(schedule).map(({ concept }) => concept),
]

/** The slot, for these exams; as it is when there are none. */
export function forExams<S extends Slot>(slot: S, exams: readonly CodeableConcept[]): S {
  return exams.length === 0 ? slot : { ...slot, serviceType: [...exams] }
}

/** What slots have said once, now or before, stays: a day without any is no reason to forget it. */
function withThoseOf({ url, resource }: Of<Schedule>, slots: readonly Of<Slot>[], known: Known): Schedule {
  const before = known.get(url)
  const earlier = before?.resourceType === 'Schedule' ? examsOf(before).map(({ concept }) => concept) : []
  const theirs = slots
    .filter((slot) => slot.resource.schedule.reference === url)
    .flatMap((slot) => slot.resource.serviceType ?? [])
  const own = saidBy(resource)
  if (own.length > 0 && theirs.length === 0) return resource
  const seen = new Set(own.flatMap(tokensOf))
  const more: CodeableConcept[] = []
  for (const concept of own.length > 0 ? theirs : [...earlier, ...theirs]) {
    const tokens = tokensOf(concept)
    if (tokens.every((token) => seen.has(token))) continue
    for (const token of tokens) seen.add(token)
    more.push(concept)
  }
  if (more.length === 0) return resource
  const extension = more.map((valueCodeableConcept) => ({
    url: frCore.serviceTypeDuration,
    extension: [{ url: 'serviceType', valueCodeableConcept }],
  }))
  return { ...resource, extension: [...(resource.extension ?? []), ...extension] }
}
