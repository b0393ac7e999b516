import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, json } from './http.ts'
import { bookedSlot } from './places.ts'
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
    requests: world.data.requests,
    slots: world.data.slots,
  }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, requests, slots }, n) {
    const place = bookedSlot(slots, requests, n)
    if (!place) return undefined
    const { slot, request } = place
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
