import type { Bundle, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import { request } from '../dataset.ts'
import { httpLine, httpRequest } from '../lines.ts'
import { benchSystem } from '../territory.ts'
import { type FhirOrder, fhirOrder, json } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  doctor: string
}

/**
 * A transaction of a Patient, a ServiceRequest for it and a Task about that, each created only where none has its number.
 * Every third asks again for what the one before it has created, perhaps at this moment: it is kept, and nobody hears of a
 * conflict.
 */
export const transaction: Scenario<Order> = {
  name: 'transaction',
  floor: 'floor-insert',
  server: 'gateway',
  order: async (world) => ({ ...(await fhirOrder(world)), doctor: world.data.doctor }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, doctor }, n) {
    const body = JSON.stringify(bundle(n % 3 === 2 ? n - 1 : n, doctor))
    return httpRequest('POST', '/fhir', { ...headers, ...json }, body)
  },
  isRight: ({ status, body }) => status === 200 && body.match(/"status":"20[01]/g)?.length === 3,
}

const local = {
  patient: 'urn:uuid:7a1d6c1e-0a5c-4d0b-9d6c-0d5a2f3b4c01',
  request: 'urn:uuid:7a1d6c1e-0a5c-4d0b-9d6c-0d5a2f3b4c02',
  task: 'urn:uuid:7a1d6c1e-0a5c-4d0b-9d6c-0d5a2f3b4c03',
}

function bundle(n: number, doctor: string): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(patient(n), local.patient),
      entry(asked(n, doctor), local.request),
      entry(task(n, doctor), local.task),
    ],
  }
}

function entry(resource: Resource & Pick<Patient, 'identifier'>, fullUrl: string) {
  const [number] = resource.identifier ?? []
  const ifNoneExist = `identifier=${number?.system}|${number?.value}`
  return { fullUrl, resource, request: { method: 'POST' as const, url: resource.resourceType, ifNoneExist } }
}

const patient = (n: number): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: `${benchSystem}/patient`, value: `transaction-${n}` }],
  name: [{ use: 'official', family: `Transaction-${n % 997}`, given: [`Camille-${n % 89}`] }],
  gender: n % 2 === 0 ? 'female' : 'male',
  birthDate: `${1940 + (n % 70)}-0${1 + (n % 9)}-1${n % 10}`,
})

function asked(n: number, doctor: string): ServiceRequest {
  const { id: _, ...resource } = request(`transaction-${n}`, '', doctor)
  return { ...resource, subject: { reference: local.patient } }
}

const task = (n: number, doctor: string): Task => ({
  resourceType: 'Task',
  identifier: [{ system: `${benchSystem}/task`, value: `transaction-${n}` }],
  status: 'draft',
  intent: 'order',
  focus: { reference: local.request },
  for: { reference: local.patient },
  requester: { reference: `Practitioner/${doctor}` },
})
