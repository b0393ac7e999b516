import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Organization, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { systems } from '../../src/fhir/canonical.ts'

/** How many centres there are, each with a RIS and a diary. */
export const centreCount = 20

/** Business identifiers of the bench's own things. */
export const benchSystem = 'https://relais.example/bench'

export const centreName = (centre: number) => `centre-${centre}`

/** Name of a centre's connector, and MSH-3 of its RIS. */
export const risName = (centre: number) => `ris-${centre}`

/** MSH-3 of the doctors' software. */
export const senderName = 'BENCH'

/** A client: what it signs with, and what it asks for. */
export interface BenchClient {
  id: string
  key: JWK
  scopes: readonly string[]
}

/** The doctors' software, and the cell's. */
export interface BenchClients {
  practice: BenchClient
  cell: BenchClient
}

/** Writes a territory's folder: a community with a cell, a practice with one doctor, and the centres. */
export async function writeTerritory(folder: string, risPort: number): Promise<BenchClients> {
  const write = async (name: string, value: unknown) => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), JSON.stringify(value))
  }
  const entry = resources().map((resource, n) => ({ fullUrl: localUrl(resource, n), resource }))
  await write('resources/all.json', { resourceType: 'Bundle', type: 'collection', entry })
  for (let centre = 0; centre < centreCount; centre++)
    await write(`connectors/${risName(centre)}.json`, ris(centre, risPort))
  await write('connectors/practice.json', {
    kind: 'mllp',
    organization: `${benchSystem}|practice`,
    client: 'practice',
    settings: { sendingApplication: [senderName], addresses: loopback },
  })
  const clients = {
    practice: await benchClient('practice', practiceScopes),
    cell: await benchClient('cell', ['system/Task.rus']),
  }
  await write('clients/practice.json', registration(clients.practice, 'prescriber'))
  await write('clients/cell.json', registration(clients.cell, 'cell'))
  return clients
}

function registration({ id, scopes, key: { kty, crv, x, y, alg, kid } }: BenchClient, role: string) {
  return {
    id,
    name: id,
    organization: `${benchSystem}|${id}`,
    role,
    scopes,
    jwks: { keys: [{ kty, crv, x, y, alg, kid }] },
  }
}

const loopback = ['127.0.0.1', '::1']

const practiceScopes = [
  'system/*.rs',
  'system/Patient.cruds',
  'system/ServiceRequest.cruds',
  'system/Task.crus',
  'system/Appointment.crus',
]

async function benchClient(id: string, scopes: readonly string[]): Promise<BenchClient> {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  return {
    id,
    key: { ...(await exportJWK(privateKey)), alg: 'ES384', kid: 'bench-1' },
    scopes,
  }
}

const ris = (centre: number, port: number) => ({
  kind: 'mllp',
  organization: `${benchSystem}|${centreName(centre)}`,
  settings: {
    sendingApplication: [risName(centre)],
    receivingApplication: risName(centre),
    addresses: loopback,
    host: '127.0.0.1',
    port,
  },
})

/** Local names by which the doctor's roles say where and who. */
const localUrl = ({ resourceType }: Resource, n: number) => `urn:local:${resourceType}-${n}`

function resources(): Resource[] {
  const cpts = { system: systems.establishmentCategory, code: '604' }
  const cell = { system: systems.organizationType, code: 'cell' }
  const first = [organization('community', cpts), organization('cell', cell), organization('practice')]
  const doctor: Practitioner = {
    resourceType: 'Practitioner',
    identifier: [{ system: benchSystem, value: 'doctor' }],
    name: [{ family: 'Exemple', given: ['Camille'] }],
  }
  const roles = ['Organization-0', 'Organization-2'].map(roleAt)
  const centres = Array.from({ length: centreCount }, (_, centre) => organization(centreName(centre)))
  return [...first, doctor, ...roles, ...centres]
}

function organization(value: string, type?: { system: string; code: string }): Organization {
  return {
    resourceType: 'Organization',
    identifier: [{ system: benchSystem, value }],
    active: true,
    ...(type && { type: [{ coding: [type] }] }),
    name: value,
  }
}

const roleAt = (place: string): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  identifier: [{ system: benchSystem, value: `doctor@${place}` }],
  active: true,
  practitioner: { reference: 'urn:local:Practitioner-3' },
  organization: { reference: `urn:local:${place}` },
})
