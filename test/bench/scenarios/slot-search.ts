import { slotMinutes, slotsPerCentre } from '../dataset.ts'
import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, one } from './http.ts'
import { firstFree } from './places.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  schedules: readonly string[]
  begins: string
}

const pageSize = 50

/** The free slots of one diary within three days, in order of time: a page of 50 of more than 100. */
const search = (name: string, more: string, entries: number): Scenario<Order> => ({
  name,
  floor: 'floor-read',
  bySlots: true,
  server: 'gateway',
  order: async (world) => ({
    ...(await fhirOrder(world)),
    schedules: world.data.schedules,
    begins: world.data.begins,
  }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, schedules, begins }, n) {
    const [from, to] = windowOf(begins, n)
    const query = `schedule=Schedule/${one(schedules, n)}&status=free&start=ge${from}&start=lt${to}&_sort=start&_count=${pageSize}${more}`
    return httpRequest('GET', `/fhir/Slot?${query}`, headers)
  },
  isRight: ({ status, body }) => status === 200 && body.split('"fullUrl"').length - 1 === entries,
})

export const slotSearch = search('slot-search', '', pageSize)
export const slotSearchInclude = search('slot-search-include', '&_include=Slot:schedule', pageSize + 1)

const slotMs = slotMinutes * 60_000
const windowMs = 3 * 86_400_000
const firstMs = firstFree * slotMs
/** The last window ends with the diary. */
const lastMs = slotsPerCentre * slotMs - windowMs

/** A window of three days in which there is always enough, whatever is booked meanwhile: another each time. */
export function windowOf(begins: string, n: number): [string, string] {
  const hours = Math.floor((lastMs - firstMs) / 3_600_000)
  const from = Date.parse(begins) + firstMs + (n % hours) * 3_600_000
  return [new Date(from).toISOString(), new Date(from + windowMs).toISOString()]
}
