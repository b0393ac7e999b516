import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, json } from './http.ts'
import type { Scenario } from './scenario.ts'

/** Ids of the requests that were given out, in the driver: one that comes twice is an error. */
const given = new Set<string>()

/** Secretaries reach for the most urgent request of a pool of 16,000; each must get another. */
export const claim: Scenario<FhirOrder> = {
  name: 'claim',
  floor: 'floor-insert',
  server: 'gateway',
  order: (world) => fhirOrder(world, world.cellToken()),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request: ({ headers }) => httpRequest('POST', '/fhir/Task/$claim', { ...headers, ...json }, body),
  isRight({ status, body }) {
    const id = /"id":"([^"]+)"/.exec(body)?.[1]
    const isNew = id !== undefined && !given.has(id)
    if (id !== undefined) given.add(id)
    return status === 200 && isNew && body.includes('"status":"received"')
  },
}

const body = JSON.stringify({ resourceType: 'Parameters' })
