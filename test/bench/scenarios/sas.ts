import { randomBytes } from 'node:crypto'
import type {
  Location,
  Organization,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes'
import { systems } from '../../../src/fhir/canonical.ts'
import { uuidv7 } from '../../../src/fhir/id.ts'
import { instantIn } from '../../../src/fhir/zone.ts'
import { openStore } from '../../../src/store/index.ts'
import { httpLine, httpRequest } from '../lines.ts'
import type { World } from '../world.ts'
import { type FhirOrder, fhirOrder } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  numbers: readonly string[]
  from: string
  until: string
}

const doctors = 25
/** Of each doctor within the 72 hours: all of them together are one page. */
const slotsEach = 39

/** The national aggregator's question at its largest: 25 professionals, 72 hours, diaries, doctors and places along. */
export const sas: Scenario<Order> = {
  name: 'sas',
  floor: 'floor-read',
  bySlots: true,
  server: 'gateway',
  async order(world) {
    const from = Date.now() + 3_600_000
    return {
      ...(await fhirOrder(world)),
      numbers: await laid(world, from),
      from: instantIn('Europe/Paris', from),
      until: instantIn('Europe/Paris', from + 71 * 3_600_000),
    }
  },
  line: ({ where: { host, port } }) => httpLine(host, port),
  request({ headers, numbers, from, until }) {
    const query = [
      '_include=Slot:schedule',
      '_include:iterate=Schedule:actor',
      `start=ge${encodeURIComponent(from)}`,
      `start=le${encodeURIComponent(until)}`,
      `schedule.actor:Practitioner.identifier=${encodeURIComponent(numbers.join(','))}`,
      'status=free',
      '_count=1000',
    ].join('&')
    return httpRequest('GET', `/sas/Slot?${query}`, { ...headers, accept: 'application/json+fhir' })
  },
  isRight: ({ status, body }) =>
    status === 200 && body.split('"resourceType":"Slot"').length - 1 === doctors * slotsEach,
}

/** Lays down the doctors, their places and diaries; comes back with their numbers. */
async function laid({ gateway: { databaseUrl } }: World, from: number): Promise<string[]> {
  await using store = await openStore({ dataDir: '', databaseUrl })
  const at = new Date().toISOString()
  const run = Number.parseInt(randomBytes(3).toString('hex'), 16).toString().padStart(8, '0')
  const all = Array.from({ length: doctors }, (_, n) => practice(n, from, run))
  const resources = all.flat().map((resource) => ({
    resource: { ...resource, meta: { versionId: '1', lastUpdated: at } },
    replaces: 0,
    sight: ['public', 'directory'],
  }))
  for (let n = 0; n < resources.length; n += 200)
    if (!(await store.write({ at, resources: resources.slice(n, n + 200) })))
      throw new Error('New resources met older ones')
  return all.map((_, n) => `${systems.psIdNat}|8${rppsOf(n, run)}`)
}

/** Eleven figures, of this run alone. */
const rppsOf = (n: number, run: string) => `1${run}${String(n).padStart(2, '0')}`

function practice(n: number, from: number, run: string): (Resource & { id: string })[] {
  const newId = () => uuidv7(Date.now(), randomBytes(10))
  const organization: Organization & { id: string } = {
    resourceType: 'Organization',
    id: newId(),
    identifier: [{ system: systems.structIdNat, value: `1${rppsOf(n, run).slice(2)}` }],
    name: `Cabinet ${n}`,
  }
  const location: Location & { id: string } = {
    resourceType: 'Location',
    id: newId(),
    name: `Cabinet ${n}`,
    address: { line: ['1 rue Fictive'], city: 'Rive-sur-Mer', postalCode: '14990' },
    managingOrganization: { reference: `Organization/${organization.id}` },
  }
  const practitioner: Practitioner & { id: string } = {
    resourceType: 'Practitioner',
    id: newId(),
    identifier: [{ system: systems.rpps, value: rppsOf(n, run) }],
    name: [{ family: `Fictif-${n}`, given: ['Camille'] }],
  }
  const role: PractitionerRole & { id: string } = {
    resourceType: 'PractitionerRole',
    id: newId(),
    practitioner: { reference: `Practitioner/${practitioner.id}` },
    organization: { reference: `Organization/${organization.id}` },
    location: [{ reference: `Location/${location.id}` }],
  }
  const schedule: Schedule & { id: string } = {
    resourceType: 'Schedule',
    id: newId(),
    actor: [practitioner, role].map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` })),
  }
  const slots = Array.from({ length: slotsEach }, (_, k): Slot & { id: string } => ({
    resourceType: 'Slot',
    id: newId(),
    serviceType: [{ coding: [{ system: systems.dicom, code: 'US', display: 'Ultrasound' }] }],
    schedule: { reference: `Schedule/${schedule.id}` },
    status: 'free',
    start: instantIn('Europe/Paris', from + k * 100 * 60_000),
    end: instantIn('Europe/Paris', from + k * 100 * 60_000 + 20 * 60_000),
  }))
  return [organization, location, practitioner, role, schedule, ...slots]
}
