import type { Slot } from '@medplum/fhirtypes'
import type { Kept, Reader } from '../../store/index.ts'

/** As many as a search gives at once. */
const page = 1000

/** All slots that fit a search and begin in a span (instants, end exclusive), however many. */
export async function slotsBetween(
  query: string,
  from: string,
  to: string,
  store: Reader,
): Promise<Kept<Slot>[]> {
  const until = `start=lt${encodeURIComponent(to)}&_sort=start&_count=${page}`
  const found = new Map<string, Kept<Slot>>()
  for (let start = from; ; ) {
    const before = found.size
    const slots = await store.search('Slot', `${query}&start=ge${encodeURIComponent(start)}&${until}`)
    for (const slot of slots) found.set(slot.id, slot)
    const last = slots.at(-1)
    if (slots.length < page || !last) return [...found.values()]
    // Pages overlap by the slots that begin together; a page of nothing else can only be passed over.
    start = found.size > before && last.start !== start ? last.start : later(last.start)
  }
}

const later = (instant: string) => new Date(Date.parse(instant) + 1).toISOString()
