import { randomBytes } from 'node:crypto'
import type { Identifier, Patient } from '@medplum/fhirtypes'
import { uuidv7 } from '../../src/fhir/id.ts'
import type { Kept, Store } from '../../src/store/index.ts'

export const newId = () => uuidv7(Date.now(), randomBytes(10))

/** 2 March 2026, so many minutes after eight in Paris (seven in UTC). */
export const minute = (count: number) => new Date(Date.UTC(2026, 2, 2, 7, count)).toISOString()

interface Varied {
  version?: number
  family?: string
  at?: string
  identifier?: Identifier[]
}

export function patient(
  id: string,
  { version = 1, family = 'Martin', at = minute(0), identifier }: Varied = {},
): Kept<Patient> {
  return {
    resourceType: 'Patient',
    id,
    meta: { versionId: String(version), lastUpdated: at },
    ...(identifier && { identifier }),
    name: [{ family }],
  }
}

/** Writes a first version, seen by everyone; true when it is committed. */
export const create = (store: Store, resource: Kept, sight: readonly string[] = ['public']) =>
  store.write({
    at: resource.meta.lastUpdated,
    resources: [{ resource, replaces: Number(resource.meta.versionId) - 1, sight }],
  })
