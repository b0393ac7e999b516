import { request } from '../dataset.ts'
import { httpLine, httpRequest } from '../lines.ts'
import { type FhirOrder, fhirOrder, json, one } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  patients: readonly string[]
  doctor: string
}

/** A referral by `POST ServiceRequest`: validated by its profile, flagged, with its Task, found, audited, durable. */
export const create: Scenario<Order> = {
  name: 'servicerequest-create',
  floor: 'floor-insert',
  server: 'gateway',
  order: async (world) => ({
    ...(await fhirOrder(world)),
    patients: world.data.patients,
    doctor: world.data.doctor,
  }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, patients, doctor }, n) {
    const { id: _, ...resource } = request(`bench-${n}`, one(patients, n), doctor)
    return httpRequest('POST', '/fhir/ServiceRequest', { ...headers, ...json }, JSON.stringify(resource))
  },
  isRight: ({ status }) => status === 201,
}
