import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { centres } from './centres.ts'
import { directory } from './directory.ts'
import { type DemoClient, demoClients, publicJwk } from './keys.ts'
import { demoSystem } from './naming.ts'
import type { PartnerAddresses } from './partners/index.ts'
import { protocol } from './protocol.ts'

/** Where the vendor's secret stands, for its connector's file. */
export const vendorSecretFile = (folder: string) => join(folder, 'ris-json.secret')

/**
 * Writes the demo's territory, as any territory's folder is: resources, connectors with the partners' addresses, clients,
 * maps. `networks`: where the senders of HL7 v2 are.
 */
export async function writeTerritory(
  folder: string,
  clients: readonly DemoClient[],
  partners: PartnerAddresses,
  networks: readonly string[] = loopback,
): Promise<string> {
  const territory = join(folder, 'territory')
  await rm(territory, { recursive: true, force: true })
  for (const part of ['resources', 'connectors', 'clients', 'maps', 'rules'])
    await mkdir(join(territory, part), { recursive: true, mode: 0o700 })
  await writeJson(join(territory, 'resources/directory.json'), bundleOf(directory()))
  await writeJson(join(territory, 'resources/protocol.json'), bundleOf(protocol()))
  await writeJson(join(territory, 'rules/entry.json'), entryRules)
  await writeJson(join(territory, 'rules/capacity.json'), capacityRules)
  for (const [name, file] of Object.entries(connectorFiles(folder, partners, networks)))
    await writeJson(join(territory, `connectors/${name}.json`), file)
  for (const client of clients)
    await writeJson(join(territory, `clients/${client.name}.json`), registrationOf(client))
  await cp(new URL('maps/', import.meta.url), join(territory, 'maps'), { recursive: true })
  return territory
}

/** Doctors refer; who is no member is flagged, and so is a patient from elsewhere. */
const entryRules = {
  professions: [{ code: '10', start: '2023-11-02' }],
  nonMembers: 'flag',
  communes: centres.map(({ commune }) => ({ code: commune.insee, start: '2023-11-02' })),
  outsideCommunes: 'flag',
}

/** There are more requests for MRI than places: they wait, and centres are called for more. */
const capacityRules = {
  shortFrom: 5,
  overflow: [{ do: 'wait', modalities: ['MR'], days: 14 }, { do: 'alternative' }],
}

const writeJson = (path: string, value: unknown) =>
  writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })

const bundleOf = (entries: { url: string; resource: unknown }[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries.map(({ url, resource }) => ({ fullUrl: url, resource })),
})

const organization = (id: string) => `${demoSystem}|${id}`

function registrationOf({ name, clientId, privateJwk }: DemoClient) {
  const said = demoClients.find((one) => one.name === name)
  return {
    id: clientId,
    name,
    organization: organization(said?.organization ?? ''),
    role: said?.role,
    scopes: said?.scopes,
    jwks: { keys: [publicJwk(privateJwk)] },
  }
}

/** Addresses of this machine alone. */
const loopback = ['127.0.0.1', '::1']

/** The partners' lines, and the senders of the public sample messages, each as a peer of whom it stands for. */
function connectorFiles(
  folder: string,
  partners: PartnerAddresses,
  addresses: readonly string[],
): Record<string, unknown> {
  const peer = (application: string, facility: string, own: string, client: string) => ({
    kind: 'mllp',
    organization: organization(own),
    client,
    settings: { sendingApplication: [application], sendingFacility: [facility], addresses },
  })
  return {
    'ris-v2': {
      kind: 'mllp',
      organization: organization('centre-v2'),
      client: 'ris-v2',
      settings: {
        sendingApplication: ['DEMO_RIS'],
        addresses,
        host: partners.mllp.host,
        port: partners.mllp.port,
        ackTimeoutMs: 10_000,
      },
    },
    'ris-fhir': {
      kind: 'fhir',
      organization: organization('centre-fhir'),
      client: 'ris-fhir',
      settings: { baseUrl: partners.fhirUrl, pollMs: 5_000 },
    },
    'ris-json': {
      kind: 'json',
      organization: organization('centre-json'),
      client: 'ris-json',
      maps: { Slot: 'vendor-agenda-to-Slot', Appointment: 'vendor-rendezvous-to-Appointment' },
      settings: {
        baseUrl: partners.jsonUrl,
        auth: {
          kind: 'client-secret',
          tokenUrl: `${partners.jsonUrl}/oauth/token`,
          clientId: 'relais',
          secretFile: vendorSecretFile(folder),
        },
        slots: { path: 'v1/agenda?du={from}&au={to}', next: 'suivant', everyMs: 10_000, days: 14 },
        changes: { path: 'v1/rendezvous/changements?depuis={since}', everyMs: 10_000 },
        look: { path: 'v1/rendezvous/{placer}', map: 'vendor-rendezvous-to-Appointment' },
        send: {
          'appointment.requested': { path: 'v1/rendezvous', map: 'Appointment-to-vendor-rendezvous' },
          'appointment.cancelled': {
            path: 'v1/rendezvous/annulation',
            map: 'Appointment-to-vendor-annulation',
          },
          'communication.sent': { path: 'v1/messages', map: 'Communication-to-vendor-message' },
        },
        idempotencyHeader: 'idempotency-key',
      },
    },
    telephone: { kind: 'manual', organization: organization('centre-manual') },
    'ehr-demo': peer('DEMO_EHR', 'MARCHE', 'practice', 'ehr'),
    'sample-orders': peer('ORDApp', 'GHHSFacility', 'practice', 'ehr'),
    'sample-referrals': peer('GHH', 'GHHSFacility', 'practice', 'ehr'),
    'sample-requests-fr': peer('StructureApp', 'StructureFacility', 'practice', 'ehr'),
    'sample-schedules': peer('SCHApp', 'GHHSFacility', 'centre-v2', 'ris-v2'),
    'sample-results': peer('IA PHIMS Stage', 'IA Public Health Lab', 'centre-v2', 'ris-v2'),
    'sample-answers-fr': peer('TLRapp', 'TLRfacility', 'centre-json', 'ris-json'),
  }
}
