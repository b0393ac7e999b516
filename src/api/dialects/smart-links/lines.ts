import type { Location, Schedule, Slot } from '@medplum/fhirtypes'
import { parseSearch } from '../../../fhir/search.ts'
import type { Kept, Sight } from '../../../store/index.ts'
import type { House } from '../../house.ts'
import { fileOf, type PublishedFile } from './files.ts'
import { isOpen, locationOf, scheduleOf, slotOf } from './forms.ts'

/** Resources that are read at once: the most that a file of any length holds in memory. */
const atOnce = 500

/** A file, line by line, as it is read: pages follow as the reader takes them. With `since`, only what has changed. */
export async function* linesOf(
  file: PublishedFile,
  house: House,
  since: string | undefined,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const { sight } = await house.auth.nobody()
  const read: Read = (type, asked) => pagesOf(type, asked, house, sight)
  const made = await formOf(file.type, house, read)
  const query: [string, string][] = since === undefined ? [] : [['_lastUpdated', `ge${since}`]]
  for await (const page of read(file.type, [...file.query, ...query])) {
    const lines = page.flatMap((resource) => made(resource) ?? []).map((one) => `${JSON.stringify(one)}\n`)
    if (lines.length > 0) yield encoder.encode(lines.join(''))
  }
}

/** The pages of a search, with the eyes that the file is read with. */
type Read = (type: PublishedFile['type'], query: readonly [string, string][]) => AsyncGenerator<Kept[]>

/** How a resource of a type is put: nothing for what cannot be published. */
async function formOf(
  type: PublishedFile['type'],
  house: House,
  read: Read,
): Promise<(resource: Kept) => object | undefined> {
  // Each is of the type that was searched for.
  if (type === 'Location') return (resource) => locationOf(resource as Kept<Location>)
  const places = await placesIn(house, read)
  if (type === 'Schedule') return (resource) => scheduleOf(resource as Kept<Schedule>, places)
  const diaries = await diariesIn(house, places, read)
  return (resource) => {
    const slot = resource as Kept<Slot>
    const place = diaries.get(slot.schedule.reference ?? '')
    return place && slotOf(slot, place)
  }
}

/** The places that are published, by reference. There are as many as centres. */
async function placesIn(house: House, read: Read): Promise<ReadonlyMap<string, Location>> {
  const places = new Map<string, Location>()
  for await (const page of read('Location', fileOf('locations.ndjson', house)?.query ?? [])) {
    for (const resource of page) {
      const place = locationOf(resource as Kept<Location>) // searched for
      if (place) places.set(`Location/${resource.id}`, place)
    }
  }
  return places
}

/** Where each diary that is published is, by reference. There are a few for each centre. */
async function diariesIn(
  house: House,
  places: ReadonlyMap<string, Location>,
  read: Read,
): Promise<ReadonlyMap<string, Location>> {
  const diaries = new Map<string, Location>()
  for await (const page of read('Schedule', fileOf('schedules.ndjson', house)?.query ?? [])) {
    for (const resource of page) {
      const place = scheduleOf(resource as Kept<Schedule>, places)?.actor[0]?.reference // searched for
      const location = place === undefined ? undefined : places.get(place)
      if (location) diaries.set(`Schedule/${resource.id}`, location)
    }
  }
  return diaries
}

async function* pagesOf(
  type: PublishedFile['type'],
  query: readonly [string, string][],
  { store }: House,
  sight: Sight,
): AsyncGenerator<Kept[]> {
  const sort: [string, string][] = type === 'Slot' ? [['_sort', 'start']] : []
  const { search } = parseSearch(type, new URLSearchParams([...query, ...sort, ['_count', String(atOnce)]]))
  for (let cursor: string | undefined; ; ) {
    const { entries, next } = await store.search(cursor === undefined ? search : { ...search, cursor }, sight)
    // Bodies are what the store keeps: resources, complete.
    yield entries.map(({ body }) => JSON.parse(body) as Kept).filter(isOpen)
    if (next === undefined) return
    cursor = next
  }
}
