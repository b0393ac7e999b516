import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ConnectorFile,
  practiceV2,
  type Territory,
  telephone,
  writeTerritory,
} from '../support/gateway.ts'

/** Client credentials of the pretend vendor of the JSON system. */
export const vendor = { clientId: 'relais', secret: 'of-this-proof-alone' }

/** Where the pretend systems listen, and how they are read. */
export interface Systems {
  /** Ports on this machine. */
  fhir: number
  json: number
  pollMs: number
  /** How far ahead diaries are read. */
  days: number
  timeoutMs?: number
  /** Connectors beside those of the two systems, the practice and the telephone. */
  others: Readonly<Record<string, ConnectorFile>>
}

/** The demo's people and places, with centres of a FHIR and of a JSON system beside those that are given. */
export async function territoryWith(systems: Systems): Promise<Territory> {
  const secrets = await mkdtemp(join(tmpdir(), 'rls-'))
  const secretFile = join(secrets, 'vendor.secret')
  await writeFile(secretFile, vendor.secret, { mode: 0o600 })
  const territory = await writeTerritory({
    connectors: {
      ehr: practiceV2,
      'ris-fhir': fhirFile(systems),
      'ris-json': jsonFile(systems, secretFile),
      telephone,
      ...systems.others,
    },
  })
  const maps = fileURLToPath(new URL('../../src/demo/maps/', import.meta.url))
  await cp(maps, join(territory.path, 'maps'), { recursive: true })
  return {
    ...territory,
    async [Symbol.asyncDispose]() {
      await territory[Symbol.asyncDispose]()
      await rm(secrets, { recursive: true, force: true })
    },
  }
}

const fhirFile = ({ fhir, pollMs, days, timeoutMs }: Systems): ConnectorFile => ({
  kind: 'fhir',
  organization: 'centre-fhir',
  client: 'ris-fhir',
  settings: {
    baseUrl: `http://127.0.0.1:${fhir}/fhir`,
    pollMs,
    days,
    ...(timeoutMs !== undefined && { timeoutMs }),
  },
})

const jsonFile = ({ json, pollMs, days, timeoutMs }: Systems, secretFile: string): ConnectorFile => ({
  kind: 'json',
  organization: 'centre-json',
  client: 'ris-json',
  maps: { Slot: 'vendor-agenda-to-Slot', Appointment: 'vendor-rendezvous-to-Appointment' },
  settings: {
    baseUrl: `http://127.0.0.1:${json}`,
    ...(timeoutMs !== undefined && { timeoutMs }),
    auth: {
      kind: 'client-secret',
      tokenUrl: `http://127.0.0.1:${json}/oauth/token`,
      clientId: vendor.clientId,
      secretFile,
    },
    slots: { path: 'v1/agenda?du={from}&au={to}', next: 'suivant', everyMs: pollMs, days },
    changes: { path: 'v1/rendezvous/changements?depuis={since}', everyMs: pollMs },
    look: { path: 'v1/rendezvous/{placer}', map: 'vendor-rendezvous-to-Appointment' },
    send: {
      'appointment.requested': { path: 'v1/rendezvous', map: 'Appointment-to-vendor-rendezvous' },
      'appointment.cancelled': { path: 'v1/rendezvous/annulation', map: 'Appointment-to-vendor-annulation' },
    },
    idempotencyHeader: 'idempotency-key',
  },
})
