import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

/** A client of the demo, with the private key that a test or a person signs with. */
export interface DemoClient {
  name: string
  clientId: string
  scope: string
  privateJwk: JWK
}

const readAll = 'system/*.rs'
const clinical = [
  'system/Patient.crus',
  'system/ServiceRequest.cruds',
  'system/Task.crus',
  'system/Appointment.crus',
  'system/Communication.crus',
  'system/CommunicationRequest.cruds',
  'system/Observation.cruds',
  'system/QuestionnaireResponse.cruds',
  'system/Condition.cruds',
  'system/DocumentReference.cruds',
  'system/Subscription.cruds',
]

/** Who may what in the demo: name, organisation (business identifier of the demo), role, scopes. */
export const demoClients = [
  { name: 'ehr', organization: 'practice', role: 'prescriber', scopes: [readAll, ...clinical] },
  { name: 'ehr-other', organization: 'practice-other', role: 'prescriber', scopes: [readAll, ...clinical] },
  {
    name: 'ris-v2',
    organization: 'centre-v2',
    role: 'ris',
    scopes: [
      readAll,
      'system/Slot.cruds',
      'system/Schedule.cruds',
      'system/Appointment.crus',
      'system/Communication.crus',
      'system/DiagnosticReport.cruds',
      'system/Task.crus',
    ],
  },
  {
    name: 'ris-fhir',
    organization: 'centre-fhir',
    role: 'ris',
    scopes: [
      readAll,
      'system/Slot.cruds',
      'system/Schedule.cruds',
      'system/Appointment.crus',
      'system/Communication.crus',
      'system/DiagnosticReport.cruds',
      'system/Task.crus',
    ],
  },
  {
    name: 'ris-json',
    organization: 'centre-json',
    role: 'ris',
    scopes: [
      readAll,
      'system/Slot.cruds',
      'system/Schedule.cruds',
      'system/Appointment.crus',
      'system/Communication.crus',
      'system/DiagnosticReport.cruds',
      'system/Task.crus',
    ],
  },
  { name: 'cell', organization: 'cell', role: 'cell', scopes: ['system/*.cruds'] },
  { name: 'region', organization: 'community', role: 'region', scopes: [readAll] },
  {
    name: 'sas',
    organization: 'community',
    role: 'region',
    scopes: [
      'system/Slot.s',
      'system/Schedule.s',
      'system/Practitioner.s',
      'system/PractitionerRole.s',
      'system/Location.s',
      'system/HealthcareService.s',
      'system/Organization.s',
    ],
  },
  {
    name: 'operator',
    organization: 'community',
    role: 'operator',
    scopes: ['system/*.cruds', 'system/metrics', 'system/operation'],
  },
] as const

/**
 * The demo's clients: made at the first start, the same ones after it; `shared` says which ones all know. The file is
 * for its owner's eyes.
 */
export async function demoKeys(
  folder: string,
  tokenUrl: string,
  shared: (own: readonly DemoClient[]) => Promise<DemoClient[]> = async (own) => [...own],
): Promise<DemoClient[]> {
  const path = join(folder, 'clients.json')
  const before = await readFile(path, 'utf8').catch(absent)
  const known: DemoClient[] = before ? JSON.parse(before).clients : []
  const own = await Promise.all(
    demoClients.map(async ({ name, scopes }) => ({
      ...(known.find((one) => one.name === name) ?? (await madeClient(name))),
      scope: scopes.join(' '),
    })),
  )
  const clients = await shared(own)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, `${JSON.stringify({ tokenUrl, clients }, null, 2)}\n`, { mode: 0o600 })
  return clients
}

function absent(thrown: unknown): undefined {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
  throw thrown
}

async function madeClient(name: string): Promise<Omit<DemoClient, 'scope'>> {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return {
    name,
    clientId: name,
    privateJwk: { ...jwk, alg: 'ES384', kid: `${name}-1` },
  }
}

/** The part of a key that may be told. */
export function publicJwk({ kty, crv, x, y, alg, kid }: JWK): JWK {
  return {
    ...(kty && { kty }),
    ...(crv && { crv }),
    ...(x && { x }),
    ...(y && { y }),
    ...(alg && { alg }),
    ...(kid && { kid }),
  }
}
