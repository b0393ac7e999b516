import type { Slot } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Kept } from '../../store/index.ts'
import type { Desk } from '../step.ts'
import type { ForWhom, Wanted } from './facts.ts'

/** A time in a diary, whichever its slots are. Id, instants; without an end, the one slot that begins then. */
export interface DiaryTime extends ForWhom {
  schedule: string
  start: string
  end?: string
}

/** The free slots that a time in a diary is made of. Fails: conflict when they are not, or not all, free. */
export async function wantedAt({ schedule, start, end, ...whom }: DiaryTime, desk: Desk): Promise<Wanted> {
  const query = new URLSearchParams([
    ['schedule', `Schedule/${schedule}`],
    ['status', 'free'],
    ['start', `ge${start}`],
    ...(end === undefined ? [['start', `le${start}`]] : [['start', `lt${end}`]]),
    ['_sort', 'start'],
    ['_count', '100'],
  ] as [string, string][])
  const { entries } = await desk.store.search(parseSearch('Slot', query).search, desk.actor.sight)
  const slots = chosen(
    entries.map(({ body }) => JSON.parse(body) as Kept<Slot>), // as they are kept
    Date.parse(start),
    end === undefined ? undefined : Date.parse(end),
  )
  const [first, ...others] = slots.map(({ id }) => id)
  if (first !== undefined) return { slot: first, ...(others.length > 0 && { with: others }), ...whom }
  throw failure(
    'conflict',
    'This diary has no free slots that make up this time. Look for others with Appointment/$find.',
    'Appointment.start',
  )
}

/** Slots without a gap from the one instant to the other; none when they do not reach. */
export function chosen(free: readonly Kept<Slot>[], start: number, end: number | undefined): Kept<Slot>[] {
  const found: Kept<Slot>[] = []
  let at = start
  for (const slot of free) {
    if (Date.parse(slot.start) !== at) continue
    found.push(slot)
    at = Date.parse(slot.end)
    if (end === undefined || at >= end) break
  }
  return end === undefined || at === end ? found : []
}
