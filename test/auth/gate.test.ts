import type { Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Actor, Role } from '../../src/auth/actor.ts'
import {
  grantableScopes,
  mayChange,
  mayInteract,
  mayOperate,
  mayReadMetrics,
  mayTouch,
  readableTypes,
  restrictionsOf,
  sightOf,
  sightOfNew,
} from '../../src/auth/gate.ts'
import { Denial, type Permit } from '../../src/auth/permit.ts'
import { type Letter, parseScopes } from '../../src/auth/scopes.ts'
import { systems } from '../../src/fhir/canonical.ts'

function permit(role: Role, scopes: string, organization = 'Organization/o1', member = false): Permit {
  const actor = { client: role, name: role, role, organization, member }
  return {
    actor: { ...actor, sight: sightOf(actor) },
    scopes: parseScopes(scopes).scopes,
    lenient: false,
  }
}

const may = (held: Permit, type: string, letter: string) => {
  try {
    mayInteract(held, type, letter as Letter) // a letter of the table below
    return true
  } catch (denial) {
    expect(denial).toBeInstanceOf(Denial)
    return false
  }
}

const slot = (...codes: string[]): Resource => ({
  resourceType: 'Slot',
  schedule: { reference: 'Schedule/1' },
  status: 'free',
  start: '2026-01-05T08:00:00Z',
  end: '2026-01-05T08:20:00Z',
  ...(codes.length > 0 && { meta: { security: codes.map((code) => ({ system: systems.slotType, code })) } }),
})

describe('scopes', () => {
  test('each letter covers its own interaction on its own type and nothing else', () => {
    for (const held of 'cruds') {
      for (const asked of 'cruds') {
        const client = permit('cell', `system/ServiceRequest.${held}`)
        expect(may(client, 'ServiceRequest', asked), `${held} for ${asked}`).toBe(held === asked)
        expect(may(client, 'Task', asked)).toBe(false)
      }
    }
  })

  test('a wildcard covers every type that is served', () => {
    const client = permit('cell', 'system/*.rs')
    expect(may(client, 'ServiceRequest', 'r')).toBe(true)
    expect(may(client, 'StructureDefinition', 's')).toBe(true)
    expect(may(client, 'ServiceRequest', 'u')).toBe(false)
    expect(may(client, 'MedicationRequest', 'r')).toBe(false)
  })

  test('what is refused names the scope that is missing', () => {
    expect(() => mayInteract(permit('cell', 'system/Slot.rs'), 'Task', 'r')).toThrow(
      expect.objectContaining({
        case: 'forbidden',
        challenge: 'Bearer realm="relais", error="insufficient_scope", scope="system/Task.r"',
      }),
    )
  })

  test('only the types that a token covers can be listed', () => {
    expect(readableTypes(permit('cell', 'system/Slot.s system/Task.r'))).toEqual(['Slot'])
    expect(readableTypes(permit('cell', 'system/Slot.s system/Task.r'), 'r')).toEqual(['Task'])
  })

  test('metrics need their own scope, which no wildcard implies', () => {
    expect(() => mayReadMetrics(permit('operator', 'system/*.cruds'))).toThrow(Denial)
    expect(() => mayReadMetrics(permit('operator', 'system/metrics'))).not.toThrow()
  })

  test('nothing is announced that could not be granted', () => {
    const { faults } = parseScopes(grantableScopes().join(' '))
    expect(faults).toEqual([])
    expect(grantableScopes()).toContain('system/AuditEvent.rs')
    expect(grantableScopes()).toContain('system/StructureDefinition.rs')
  })
})

describe('filtered scopes', () => {
  const active = permit('cell', 'system/ServiceRequest.rus?status=active')

  test('a resource that does not match is out of reach, before and after a change', () => {
    expect(() =>
      mayTouch(active, 'ServiceRequest', 'u', (search) => search === 'status=active'),
    ).not.toThrow()
    expect(() => mayTouch(active, 'ServiceRequest', 'u', () => false)).toThrow(Denial)
  })

  test('a search is narrowed by the filter', () => {
    expect(restrictionsOf(active, 'ServiceRequest', 's')).toEqual(['status=active'])
  })

  test('scopes of one type add up: one without a filter lifts it', () => {
    const wide = permit('cell', 'system/ServiceRequest.s?status=active system/*.s')
    expect(restrictionsOf(wide, 'ServiceRequest', 's')).toBeUndefined()
  })

  test('of several filters one is enough', () => {
    const two = permit('cell', 'system/Slot.rs?status=free system/Slot.rs?status=busy')
    expect(restrictionsOf(two, 'Slot', 's')).toEqual(['status=free', 'status=busy'])
    expect(() => mayTouch(two, 'Slot', 'r', (search) => search === 'status=busy')).not.toThrow()
  })
})

describe('roles', () => {
  const everything = 'system/*.cruds'

  test.each<[Role, string, string, boolean]>([
    ['prescriber', 'ServiceRequest', 'c', true],
    ['prescriber', 'Slot', 'u', false],
    ['prescriber', 'Organization', 'c', false],
    ['prescriber', 'PlanDefinition', 'u', false],
    ['prescriber', 'DiagnosticReport', 'c', false],
    ['prescriber', 'DiagnosticReport', 'r', true],
    ['ris', 'Slot', 'u', true],
    ['ris', 'Schedule', 'c', true],
    ['ris', 'DiagnosticReport', 'c', true],
    ['ris', 'ServiceRequest', 'c', false],
    ['ris', 'Organization', 'u', false],
    ['cell', 'PlanDefinition', 'u', true],
    ['cell', 'Organization', 'c', true],
    ['operator', 'Organization', 'd', true],
    ['region', 'ServiceRequest', 'r', true],
    ['region', 'ServiceRequest', 'c', false],
    ['region', 'Subscription', 'c', false],
    ['operator', 'AuditEvent', 'c', false],
    ['operator', 'AuditEvent', 'r', true],
    ['operator', 'Provenance', 'u', false],
    ['operator', 'StructureDefinition', 'u', false],
  ])('%s, %s, %s: %s', (role, type, letter, allowed) => {
    expect(may(permit(role, everything), type, letter)).toBe(allowed)
  })

  test('a role that nobody knows may do nothing and sees nothing', () => {
    const unknown = permit('constructor' as Role, everything) // as a newer gateway might register one
    expect(may(unknown, 'Slot', 'r')).toBe(false)
    expect(unknown.actor.sight).toEqual([])
  })
})

describe('operations', () => {
  test('booking needs a right to make or change appointments', () => {
    expect(() =>
      mayOperate(permit('prescriber', 'system/Appointment.c'), 'book', 'Appointment'),
    ).not.toThrow()
    expect(() =>
      mayOperate(permit('prescriber', 'system/Appointment.u'), 'book', 'Appointment'),
    ).not.toThrow()
    expect(() => mayOperate(permit('prescriber', 'system/Appointment.rs'), 'book', 'Appointment')).toThrow(
      Denial,
    )
    expect(() => mayOperate(permit('region', 'system/*.cruds'), 'book', 'Appointment')).toThrow(Denial)
  })

  test('finding a place needs slots and appointments', () => {
    expect(() => mayOperate(permit('prescriber', 'system/Slot.rs'), 'find', 'Appointment')).toThrow(Denial)
    expect(() =>
      mayOperate(permit('prescriber', 'system/Slot.rs system/Appointment.r'), 'find', 'Appointment'),
    ).not.toThrow()
  })

  test('an operation on the whole needs a right to some type', () => {
    expect(() => mayOperate(permit('region', 'system/Slot.s'), 'validate')).not.toThrow()
    expect(() => mayOperate(permit('region', 'system/metrics'), 'validate')).toThrow(Denial)
  })

  test.each([
    ['book', 'Appointment', 'system/Appointment.cu?status=entered-in-error'],
    ['hold', 'Appointment', 'system/Appointment.cu?status=entered-in-error'],
    ['find', 'Appointment', 'system/Slot.s?status=busy system/Appointment.rs'],
    ['judge', 'ServiceRequest', 'system/ServiceRequest.r?status=revoked'],
    ['claim', 'Task', 'system/Task.u?status=completed'],
  ])('a filtered scope is none for $%s, which could not obey it', (code, type, filtered) => {
    expect(() => mayOperate(permit('cell', filtered), code, type)).toThrow(Denial)
    expect(() => mayOperate(permit('cell', filtered.replaceAll(/\?\S+/g, '')), code, type)).not.toThrow()
  })

  test.each(['everything', 'meta', 'validate'])('a filtered scope is one for $%s, which obeys it', (code) => {
    const some = permit('cell', 'system/ServiceRequest.r?status=revoked')
    expect(() => mayOperate(some, code, 'ServiceRequest')).not.toThrow()
  })

  test('an operation that is not in the table is refused, whatever the scopes', () => {
    const client = permit('operator', 'system/*.cruds')
    expect(() => mayOperate(client, 'constructor', 'Patient')).toThrow(Denial)
    expect(() => mayOperate(client, 'expunge', 'Patient')).toThrow(Denial)
  })
})

describe('sight', () => {
  const doctor = permit('prescriber', '', 'Organization/practice').actor
  const member = permit('prescriber', '', 'Organization/practice', true).actor
  const centre = permit('ris', '', 'Organization/centre', true).actor

  test('a prescriber sees its own and what is public; a member what is for members', () => {
    expect(doctor.sight).toEqual(['org:practice', 'directory', 'public', 'professional'])
    expect(member.sight).toEqual(['org:practice', 'directory', 'public', 'professional', 'member'])
  })

  test('a RIS sees its own centre, and no reserved slots of others', () => {
    expect(centre.sight).toEqual(['org:centre', 'directory'])
  })

  test.each<Role>(['cell', 'region', 'operator', 'gateway'])('%s sees the territory', (role) => {
    expect(permit(role, '').actor.sight).toBe('all')
  })

  test('what is clinical is for its writer alone; directories are for all', () => {
    expect(sightOfNew(doctor, { resourceType: 'Patient' })).toEqual(['org:practice', 'keeper:practice'])
    expect(sightOfNew(doctor, { resourceType: 'Practitioner' })).toContain('directory')
    expect(sightOfNew({}, { resourceType: 'AuditEvent' } as Resource)).toEqual([]) // only its type counts
  })

  test('a slot is for its centre alone until its step says for whom else', () => {
    expect(sightOfNew(centre, slot('PUBLIC'))).toEqual(['org:centre', 'keeper:centre'])
  })
})

describe('changing', () => {
  const centre = permit('ris', '', 'Organization/centre').actor
  const other = permit('ris', '', 'Organization/other').actor
  const doctor = permit('prescriber', '', 'Organization/practice').actor
  const changes = (actor: Actor, type: string, keys: string[]) => {
    try {
      mayChange(actor, type, keys)
      return true
    } catch {
      return false
    }
  }

  test('a schedule that all may see is changed by its centre only', () => {
    const keys = sightOfNew(centre, { resourceType: 'Schedule', actor: [] })
    expect(changes(centre, 'Schedule', keys)).toBe(true)
    expect(changes(other, 'Schedule', keys)).toBe(false)
  })

  test('a comment is not rewritten by whoever receives it', () => {
    const keys = [
      ...sightOfNew(centre, { resourceType: 'Communication', status: 'completed' }),
      'org:practice',
    ]
    expect(changes(doctor, 'Communication', keys)).toBe(false)
  })

  test('an appointment is changed by all who take part, and by nobody else', () => {
    const keys = ['org:centre', 'keeper:centre', 'org:practice']
    expect(changes(doctor, 'Appointment', keys)).toBe(true)
    expect(changes(other, 'Appointment', keys)).toBe(false)
    expect(changes(other, 'Appointment', [...keys, 'public'])).toBe(false)
  })

  test('nobody without an organisation keeps what has no keeper', () => {
    expect(
      changes({ client: 'x', name: 'x', role: 'ris', sight: [], member: false }, 'Slot', ['keeper:']),
    ).toBe(false)
  })

  test('who sees the territory changes what the role lets it', () => {
    expect(changes(permit('cell', '').actor, 'Schedule', [])).toBe(true)
  })
})
