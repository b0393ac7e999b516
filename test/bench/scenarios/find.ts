import { httpLine, httpRequest } from '../lines.ts'
import { benchSystem } from '../territory.ts'
import { type FhirOrder, fhirOrder, json, one } from './http.ts'
import { waiting } from './places.ts'
import type { Scenario } from './scenario.ts'
import { windowOf } from './slot-search.ts'

interface Order extends FhirOrder {
  /** Numbers of referrals. */
  numbers: readonly string[]
  begins: string
}

/** `Appointment/$find` for a referral, at all centres, within three days: the ten best places of some thousands. */
export const find: Scenario<Order> = {
  name: 'find',
  floor: 'floor-read',
  bySlots: true,
  server: 'gateway',
  async order(world) {
    const { requests, begins } = world.data
    const first = requests.length - waiting(requests).length
    const numbers = waiting(requests).map((_, n) => `P-${first + n}`)
    return { ...(await fhirOrder(world)), numbers, begins }
  },
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, numbers, begins }, n) {
    const [start, end] = windowOf(begins, n)
    const value = one(numbers, n)
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'start', valueDateTime: start },
        { name: 'end', valueDateTime: end },
        { name: 'referral-identifier', valueIdentifier: { system: `${benchSystem}/order`, value } },
      ],
    }
    return httpRequest('POST', '/fhir/Appointment/$find', { ...headers, ...json }, JSON.stringify(parameters))
  },
  isRight: ({ status, body }) => status === 200 && body.split('"status":"proposed"').length - 1 === 10,
}
