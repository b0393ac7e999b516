import type { Appointment, Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { auditOf, provenanceOf, type Versioned } from '../../src/audit/index.ts'
import { patientsOf } from '../../src/audit/patients.ts'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openValidator } from '../../src/validate/index.ts'

const at = '2026-01-05T08:00:00.000Z'
const actor = { client: 'ehr', name: 'Software of the practice', organization: 'Organization/o1' }

const patient = (versionId: string): Versioned => ({ resourceType: 'Patient', id: 'p', meta: { versionId } })
const request = (versionId: string): Versioned => ({
  resourceType: 'ServiceRequest',
  id: 'r',
  meta: { versionId },
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
})

const validator = openValidator({ structures, bindings })

const audit = (written: Versioned[], removed: { type: string; id: string }[] = []) =>
  auditOf({ actor, step: 'referral.received', written, removed, at, requestId: 'q1' })

describe('an AuditEvent', () => {
  test('says who, on whose behalf, what, which version and of whom', () => {
    expect(audit([request('1')])).toMatchObject({
      resourceType: 'AuditEvent',
      action: 'C',
      outcome: '0',
      recorded: at,
      agent: [
        {
          who: { reference: 'Organization/o1' },
          altId: 'ehr',
          name: 'Software of the practice',
          requestor: true,
        },
      ],
      source: { observer: { display: 'Relais' } },
      entity: [
        {
          what: { reference: 'ServiceRequest/r/_history/1' },
          detail: [{ type: 'request', valueString: 'q1' }],
        },
        { what: { reference: 'Patient/p' }, role: { code: '1' } },
      ],
    })
  })

  test('says which person acted, and for whom', () => {
    const person = { ...actor, client: 'person:d', name: 'Alex Exemple', person: 'Practitioner/d' }
    const event = auditOf({ actor: person, step: 'task.claimed', written: [request('2')], removed: [], at })
    expect(event.agent).toEqual([
      { who: { reference: 'Practitioner/d' }, altId: 'person:d', name: 'Alex Exemple', requestor: true },
      { who: { reference: 'Organization/o1' }, requestor: false },
    ])
    expect(validator.validate(event)).toEqual([])
  })

  test.each([
    ['created', [request('1')], [], 'C'],
    ['updated', [request('2')], [], 'U'],
    ['deleted', [], [{ type: 'ServiceRequest', id: 'r' }], 'D'],
    ['created and updated', [patient('3'), request('1')], [], 'E'],
    ['updated and deleted', [request('2')], [{ type: 'Task', id: 't' }], 'E'],
  ])('of what was %s has the action for it', (_, written, removed, action) => {
    expect(audit(written, removed).action).toBe(action)
    expect(validator.validate(audit(written, removed))).toEqual([])
  })

  test('of the gateway itself needs no organisation', () => {
    const { agent } = auditOf({
      actor: { client: 'gateway', name: 'Relais' },
      step: 'hold.expired',
      written: [request('2')],
      removed: [],
      at,
    })
    expect(agent[0]?.who).toMatchObject({ identifier: { value: 'gateway' }, display: 'Relais' })
  })

  test('names a patient once, however many resources are about them', () => {
    const named = audit([request('1'), { ...request('1'), id: 'r2' }]).entity?.filter(
      ({ what }) => what?.reference === 'Patient/p',
    )
    expect(named).toHaveLength(1)
  })
})

test('a Provenance links each version to the message that made it', () => {
  const row = '0190a1f0-0000-7000-8000-000000000000'
  const provenance = provenanceOf({
    actor,
    written: [patient('1'), request('1')],
    at,
    row,
    kind: 'ORM^O01',
  })
  expect(validator.validate(provenance)).toEqual([])
  expect(provenance).toMatchObject({
    target: [{ reference: 'Patient/p/_history/1' }, { reference: 'ServiceRequest/r/_history/1' }],
    agent: [{ onBehalfOf: { reference: 'Organization/o1' } }, { who: { display: 'Relais' } }],
    entity: [{ role: 'source', what: { identifier: { value: `urn:uuid:${row}` }, display: 'ORM^O01' } }],
  })
})

test.each<[string, Resource, string[]]>([
  ['a patient', { resourceType: 'Patient', id: 'p' }, ['Patient/p']],
  [
    'a task',
    { resourceType: 'Task', status: 'requested', intent: 'order', for: { reference: 'Patient/p' } },
    ['Patient/p'],
  ],
  [
    'an appointment',
    {
      resourceType: 'Appointment',
      status: 'booked',
      participant: [
        { status: 'accepted', actor: { reference: 'Location/l' } },
        { status: 'accepted', actor: { reference: 'Patient/p' } },
      ],
    } satisfies Appointment,
    ['Patient/p'],
  ],
  [
    'a group’s plan',
    { resourceType: 'List', status: 'current', mode: 'working', subject: { reference: 'Group/g' } },
    [],
  ],
  [
    'a slot',
    { resourceType: 'Slot', schedule: { reference: 'Schedule/s' }, status: 'free', start: at, end: at },
    [],
  ],
])('%s says whom it is about', (_, resource, patients) => {
  expect(patientsOf(resource)).toEqual(patients)
})
