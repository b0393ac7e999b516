import { proposalId } from '../../../src/flows/booking/proposal.ts'
import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, json } from './http.ts'
import { heldSlot } from './places.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  requests: readonly string[]
  slots: readonly (readonly string[])[]
}

/**
 * A place that is held and then booked: `$hold` of a proposal, `$book` of the hold, with an instant RIS between; answered
 * once the appointment is booked, on disk. Each client takes other slots: a conflict would be no other client's.
 */
export const holdBook: Scenario<Order> = {
  name: 'hold-book',
  floor: 'floor-insert',
  bySlots: true,
  server: 'gateway',
  order: async (world) => ({
    ...(await fhirOrder(world)),
    requests: world.data.requests,
    slots: world.data.slots,
  }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request(order, n) {
    const place = heldSlot(order.slots, order.requests, n)
    return place && asks('hold', proposalId(place), order)
  },
  follows(order, { status, body }) {
    const [, id] = /"resourceType":"Appointment","id":"([^"]+)"/.exec(body) ?? []
    return status === 200 && id !== undefined ? asks('book', id, order) : undefined
  },
  isRight: ({ status, body }) => status === 200 && body.includes('"status":"booked"'),
}

function asks(operation: 'hold' | 'book', id: string, { headers }: Order): Buffer {
  const parameters = {
    resourceType: 'Parameters',
    parameter: [{ name: 'appointment-reference', valueReference: { reference: `Appointment/${id}` } }],
  }
  return httpRequest(
    'POST',
    `/fhir/Appointment/$${operation}`,
    { ...headers, ...json },
    JSON.stringify(parameters),
  )
}
