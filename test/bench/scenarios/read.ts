import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, one } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  requests: readonly string[]
}

/** `GET ServiceRequest/<id>`, another one each time. */
export const read: Scenario<Order> = {
  name: 'read',
  floor: 'floor-read',
  server: 'gateway',
  order: async (world) => ({ ...(await fhirOrder(world)), requests: world.data.requests }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request: ({ headers, requests }, n) =>
    httpRequest('GET', `/fhir/ServiceRequest/${one(requests, n)}`, headers),
  isRight: ({ status, body }) => status === 200 && body.startsWith('{"resourceType":"ServiceRequest"'),
}
