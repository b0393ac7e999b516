import { bookableCount } from '../dataset.ts'
import { httpLine, httpRequest } from '../lines.ts'
import { centreCount } from '../territory.ts'
import { type FhirOrder, fhirOrder, json } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  requests: readonly string[]
  slots: readonly (readonly string[])[]
}

/**
 * A whole booking: `Appointment/$book` of a free slot for a request; the RIS of the centre is asked by SRM^S01 over
 * MLLP and says yes at once by SRR^S01; answered once the appointment is booked, on disk.
 */
export const booking: Scenario<Order> = {
  name: 'booking',
  floor: 'floor-insert',
  server: 'gateway',
  order: async (world) => ({
    ...(await fhirOrder(world)),
    requests: world.data.requests.slice(0, bookableCount),
    slots: world.data.slots,
  }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, requests, slots }, n) {
    const slot = slots[n % centreCount]?.[Math.floor(n / centreCount)]
    const request = requests[n]
    if (request === undefined || slot === undefined)
      throw new Error('All that could be booked is booked: load more')
    const resource = {
      resourceType: 'Appointment',
      status: 'proposed',
      slot: [{ reference: `Slot/${slot}` }],
      basedOn: [{ reference: `ServiceRequest/${request}` }],
      participant: [{ actor: { display: 'patient' }, status: 'needs-action' }],
    }
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'appointment-resource', resource }] }
    return httpRequest('POST', '/fhir/Appointment/$book', { ...headers, ...json }, JSON.stringify(parameters))
  },
  isRight: ({ status, body }) => status === 200 && body.includes('"status":"booked"'),
}
