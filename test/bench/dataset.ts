import { randomBytes } from 'node:crypto'
import type { Patient, Resource, Schedule, ServiceRequest, Slot, Task } from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../../src/fhir/canonical.ts'
import { uuidv7 } from '../../src/fhir/id.ts'
import { sourceOf } from '../../src/flows/booking/states.ts'
import { clocked } from '../../src/flows/clocks/kept.ts'
import { openStore, type Store, type Written } from '../../src/store/index.ts'
import { benchSystem, centreCount, centreName, risName } from './territory.ts'

export const slotsPerCentre = 1_000
const patientCount = 5_000
const requestCount = 20_000
/** So many requests have their Task, and can be booked. */
const taskCount = 16_000
/** How long a slot is. */
export const slotMinutes = 20
/** What every diary is for. */
export const exam = { system: 'http://loinc.org', code: '24558-9' }

/** Ids of what was loaded. */
export interface Dataset {
  doctor: string
  patients: readonly string[]
  requests: readonly string[]
  /** One a centre. */
  schedules: readonly string[]
  /** By centre, in order of time. */
  slots: readonly (readonly string[])[]
  /** Instant at which every diary begins. */
  begins: string
}

/** Fills a store with what a territory has after some months, by the store's own writes. */
export async function loadDataset(databaseUrl: string): Promise<Dataset> {
  await using store = await openStore({ dataDir: '', databaseUrl })
  const practice = [`org:${await idOf(store, 'Organization', 'practice')}`]
  const doctor = await idOf(store, 'Practitioner', 'doctor')
  const cell = await idOf(store, 'Organization', 'cell')
  const [begins, at] = [tomorrow(), new Date().toISOString()]

  const patients = numbers(patientCount).map((n) => patient(n))
  const requests = numbers(requestCount).map((n) => request(n, patients[n % patientCount]?.id ?? '', doctor))
  const tasks = requests.slice(0, taskCount).map((one, n) => task(one, cell, before(at, n)))
  const schedules = numbers(centreCount).map((centre) => schedule(centre))
  const slots = schedules.map(({ id }, centre) =>
    numbers(slotsPerCentre).map((n) =>
      slot(centre, id, new Date(Date.parse(begins) + n * slotMinutes * 60_000)),
    ),
  )
  await writeAll(store, [...schedules, ...slots.flat()], ['public'], at)
  await writeAll(store, [...patients, ...requests, ...tasks], practice, at)
  return {
    doctor,
    begins,
    patients: ids(patients),
    requests: ids(requests),
    schedules: ids(schedules),
    slots: slots.map(ids),
  }
}

const ids = (resources: readonly { id: string }[]) => resources.map(({ id }) => id)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const newId = () => uuidv7(Date.now(), randomBytes(10))

/** Eight in the morning, UTC: whole seconds. */
const tomorrow = () => `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T08:00:00Z`

async function idOf(store: Store, type: 'Organization' | 'Practitioner', value: string): Promise<string> {
  const found = await store.reader().identified(type, benchSystem, value)
  if (!found) throw new Error(`The territory has no ${type} ${value}`)
  return found.id
}

const atOnce = 500

/** New resources for the same eyes, by the store's own writes. */
export async function writeAll(
  store: Store,
  resources: readonly (Resource & { id: string })[],
  sight: readonly string[],
  at: string,
) {
  for (let from = 0; from < resources.length; from += atOnce) {
    const written = resources.slice(from, from + atOnce).map((resource) => writtenAs(resource, sight, at))
    if (!(await store.write({ at, resources: written }))) throw new Error('New resources met older ones')
  }
}

function writtenAs(resource: Resource & { id: string }, sight: readonly string[], at: string): Written {
  const meta = { ...resource.meta, versionId: '1', lastUpdated: at }
  return { resource: { ...resource, meta }, replaces: 0, sight }
}

function patient(n: number): Patient & { id: string } {
  return {
    resourceType: 'Patient',
    id: newId(),
    identifier: [{ system: `${benchSystem}/patient`, value: String(n) }],
    name: [{ use: 'official', family: `Fictif-${n % 997}`, given: [`Camille-${n % 89}`] }],
    gender: n % 2 === 0 ? 'female' : 'male',
    birthDate: `${1940 + (n % 70)}-0${1 + (n % 9)}-1${n % 10}`,
    address: [{ line: [`${n} rue Fictive`], city: 'Rive-sur-Mer', postalCode: '14990', country: 'FR' }],
  }
}

/** A referral as doctors' software sends it: number, exam, reason, purpose, justification. About 1.5 KB with what the gateway adds. */
export function request(
  n: number | string,
  patient: string,
  doctor: string,
): ServiceRequest & { id: string } {
  const note = (valueCode: string, text: string) => ({
    extension: [{ url: extensions.noteKind, valueCode }],
    text,
  })
  return {
    resourceType: 'ServiceRequest',
    id: newId(),
    identifier: [
      {
        type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
        system: `${benchSystem}/order`,
        value: `P-${n}`,
      },
    ],
    status: 'active',
    intent: 'order',
    category: [{ coding: [{ system: 'http://snomed.info/sct', code: '363679005', display: 'Imaging' }] }],
    priority: 'urgent',
    code: { coding: [exam], text: 'Échographie abdominale' },
    subject: { reference: `Patient/${patient}` },
    occurrencePeriod: { end: '2030-11-23' },
    authoredOn: '2026-11-21T09:30:00+01:00',
    requester: { reference: `Practitioner/${doctor}` },
    reasonCode: [
      { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'N23' }], text: 'colique néphrétique' },
    ],
    note: [
      note('purpose', 'Rechercher une dilatation des cavités pyélocalicielles.'),
      note('justification', 'Douleur lombaire fébrile depuis 24 h.'),
      { text: 'À jeun depuis ce matin.' },
    ],
  }
}

function task(
  { id, subject, requester }: ServiceRequest & { id: string },
  cell: string,
  at: string,
): Task & { id: string } {
  const asked: Task & { id: string } = {
    resourceType: 'Task',
    id: newId(),
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    priority: 'urgent',
    focus: { reference: `ServiceRequest/${id}` },
    for: subject,
    authoredOn: at,
    lastModified: at,
    ...(requester?.reference !== undefined && { requester: { reference: requester.reference } }),
    owner: { reference: `Organization/${cell}` },
  }
  return clocked(asked, ['US'], { now: at, newId, territory: { ...nowhere, cell: `Organization/${cell}` } })
}

/** All that the clocks of a Task ask of a territory is said by default. */
const nowhere = { community: '', zone: 'Europe/Paris', peers: [], modalities: new Map<string, string>() }

/** One after the other, a second apart. */
const before = (at: string, seconds: number) => new Date(Date.parse(at) - seconds * 1000).toISOString()

/** A diary of a centre, for one exam. */
export const schedule = (centre: number, code = exam.code): Schedule & { id: string } => ({
  resourceType: 'Schedule',
  id: newId(),
  meta: { source: sourceOf(risName(centre)) },
  extension: [
    {
      url: frCore.serviceTypeDuration,
      extension: [{ url: 'serviceType', valueCodeableConcept: { coding: [{ ...exam, code }] } }],
    },
  ],
  identifier: [{ system: `${benchSystem}/diary`, value: `${centreName(centre)}-${code}` }],
  active: true,
  actor: [{ display: centreName(centre) }],
})

const slot = (centre: number, schedule: string, start: Date): Slot & { id: string } => ({
  resourceType: 'Slot',
  id: newId(),
  meta: { source: sourceOf(risName(centre)) },
  extension: [{ url: extensions.lastSeen, valueInstant: new Date().toISOString() }],
  identifier: [{ system: `${benchSystem}/slot`, value: `${centre}-${start.toISOString()}` }],
  serviceType: [{ coding: [exam] }],
  schedule: { reference: `Schedule/${schedule}` },
  status: 'free',
  start: start.toISOString(),
  end: new Date(start.getTime() + slotMinutes * 60_000).toISOString(),
})
