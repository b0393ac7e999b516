import type { Client } from 'pg'
import { type SearchRow, searchRow } from '../../../src/fhir/search/row.ts'
import { searchTable } from '../../../src/store/search/schema.ts'
import { termsOf } from '../../../src/store/search/terms.ts'

/** Enough that reading a whole table is slower than any index. */
const counts = {
  Schedule: 200,
  Patient: 2_000,
  ServiceRequest: 5_000,
  Slot: 20_000,
  Task: 5_000,
  Appointment: 3_000,
}

type Type = keyof typeof counts
type Made = Record<string, unknown>

const id = (index: number) => `0190-${String(index).padStart(8, '0')}`
const reference = (type: Type, index: number) => ({ reference: `${type}/${id(index % counts[type])}` })
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 7) + minutes * 60_000).toISOString()
const pick = <Value>(values: readonly Value[], index: number) => values[index % values.length]
const concept = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })

const shapes: Record<Type, (index: number) => Made> = {
  Schedule: (index) => ({ active: true, actor: [{ reference: `Location/${id(index % 40)}` }] }),
  Patient: (index) => ({
    name: [{ family: `Nom${index % 700} Élan`, given: [`Prénom${index % 90}`] }],
    birthDate: `19${50 + (index % 50)}-0${1 + (index % 9)}-11`,
    identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.8', value: `${index}` }],
  }),
  ServiceRequest: (index) => ({
    status: pick(['active', 'completed', 'revoked', 'draft'], index),
    intent: 'order',
    priority: pick(['routine', 'urgent'], index),
    code: concept(`code-${index % 60}`),
    subject: reference('Patient', index),
    requester: { reference: `PractitionerRole/${id(index % 300)}` },
    authoredOn: at(index * 7),
    identifier: [{ system: 'urn:placer', value: `P-${index}` }],
  }),
  Slot: (index) => ({
    status: pick(['free', 'busy', 'busy', 'busy-unavailable'], index),
    schedule: reference('Schedule', index),
    start: at(index * 3),
    end: at(index * 3 + 20),
    serviceType: [concept(`modality-${index % 5}`)],
    identifier: [{ system: 'urn:ris', value: `S-${index}` }],
  }),
  Task: (index) => ({
    status: pick(['requested', 'accepted', 'completed', 'completed'], index),
    intent: 'order',
    owner: { reference: `Organization/${id(index % 25)}` },
    focus: reference('ServiceRequest', index),
    authoredOn: at(index * 7),
  }),
  Appointment: (index) => ({
    status: pick(['booked', 'pending', 'cancelled'], index),
    start: at(index * 3),
    end: at(index * 3 + 20),
    slot: [reference('Slot', index)],
    basedOn: [reference('ServiceRequest', index)],
    participant: [{ actor: reference('Patient', index), status: 'accepted' }],
  }),
}

/** Searches that a gateway answers all day. */
export const commonSearches: readonly (readonly [type: Type, query: string])[] = [
  ['Slot', 'status=free&start=ge2026-01-20&start=lt2026-01-21&_sort=start'],
  ['Slot', `schedule=Schedule/${id(7)}&status=free&start=ge2026-01-20&_sort=start`],
  ['Slot', 'schedule.actor=Location/0190-00000003&status=free&start=ge2026-01-20&_sort=start&_count=20'],
  ['Slot', 'service-type=modality-3&status=free&_sort=start'],
  ['Slot', 'identifier=urn:ris|S-777'],
  ['Slot', '_count=50'],
  ['Slot', '_lastUpdated=ge2026-02-10T00:00:00Z&_sort=_lastUpdated'],
  ['ServiceRequest', 'identifier=urn:placer|P-77'],
  ['ServiceRequest', `subject=Patient/${id(5)}`],
  ['ServiceRequest', `patient=${id(5)}&status=active,draft`],
  ['ServiceRequest', 'status=active&_sort=-authored'],
  ['ServiceRequest', 'authored=2026-01-10'],
  ['ServiceRequest', 'code=http://loinc.org|code-3&status=active'],
  ['ServiceRequest', 'patient.identifier=urn:oid:1.2.250.1.213.1.4.8|42'],
  ['ServiceRequest', '_has:Task:focus:owner=Organization/0190-00000003&status=active'],
  ['Patient', 'family=nom77&birthdate=1977-09-11'],
  ['Patient', 'family:exact=Nom77 Élan'],
  ['Patient', 'name:contains=nom699'],
  ['Patient', '_sort=family&_count=20'],
  ['Task', `owner=Organization/${id(3)}&status=requested`],
  ['Task', `focus=ServiceRequest/${id(3)}`],
  ['Appointment', `slot=Slot/${id(3)}`],
  ['Appointment', 'status=pending&date=ge2026-01-08&_sort=date'],
  ['Appointment', `patient=${id(3)}`],
]

/** Writes the crowd into the tables as they are, many rows a statement. */
export async function fill(client: Client): Promise<void> {
  for (const type of Object.keys(counts) as Type[]) {
    const resources = Array.from({ length: counts[type] }, (_, index) => made(type, index))
    await kept(client, type, resources)
    await indexed(
      client,
      type,
      resources.map((resource) => searchRow(resource)),
    )
  }
  await client.query('analyze')
}

function made(type: Type, index: number) {
  const meta = { versionId: '1', lastUpdated: new Date(Date.UTC(2026, 1, 1) + index * 60_000).toISOString() }
  // Shaped as its type says, above.
  return { resourceType: type, id: id(index), meta, ...shapes[type](index) } as Parameters<
    typeof searchRow
  >[0]
}

const access = (index: number) => pick([['public'], ['member'], ['org:1'], ['org:2']], index)

async function kept(client: Client, type: Type, resources: readonly object[]): Promise<void> {
  await client.query(
    `insert into resource (type, id, version, updated, deleted, body, access, xact, seq)
     select $1, body ->> 'id', 1, (body -> 'meta' ->> 'lastUpdated')::timestamptz, false, body::text, '{public}', 1, number
     from jsonb_array_elements($2::jsonb) with ordinality as each (body, number)`,
    [type, JSON.stringify(resources)],
  )
}

async function indexed(client: Client, type: Type, rows: readonly SearchRow[]): Promise<void> {
  const table = searchTable(type)
  await client.query(
    `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [
      JSON.stringify(
        rows.map((row, index) => ({ ...row, terms: termsOf(type, row), access: access(index) })),
      ),
    ],
  )
}
