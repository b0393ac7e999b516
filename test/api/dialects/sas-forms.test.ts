import type { Organization, Practitioner, Slot } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import {
  organizationOf,
  placeOf,
  practitionerOf,
  profiles,
  roleOf,
  slotOf,
  slotWriter,
} from '../../../src/api/dialects/sas/forms.ts'
import { national, structureNumber } from '../../../src/api/dialects/sas/identifiers.ts'
import { systems } from '../../../src/fhir/canonical.ts'
import { r5 } from '../../../src/fhir/cross-version.ts'

const finess = { system: 'https://finess.esante.gouv.fr', value: '970000010' }
const siret = { system: 'https://sirene.fr', value: '12345678900012' }
const siren = { system: 'https://sirene.fr', value: '123456789' }
const organization = (...identifier: NonNullable<Organization['identifier']>): Organization => ({
  resourceType: 'Organization',
  id: 'o',
  identifier,
})

describe('a structure is told', () => {
  test('by its FINESS first, then its SIRET, then its number with the rank of a doctor', () => {
    const rank = { system: systems.structIdNat, value: '410005531586003' }
    expect(structureNumber(organization(rank, siret, finess))).toBe('1970000010')
    expect(structureNumber(organization(rank, siret))).toBe('312345678900012')
    expect(structureNumber(organization(rank))).toBe('410005531586003')
    expect(structureNumber(organization(siren))).toBeUndefined()
  })

  test('by a number of the kind that the profile wants, or not at all', () => {
    expect(
      organizationOf(organization(finess, siret), profiles.organizationSos, '3')?.identifier?.[0]?.value,
    ).toBe('312345678900012')
    expect(organizationOf(organization(finess), profiles.organizationSos, '3')).toBeUndefined()
  })
})

test('a national number is looked for as it is asked, and as the directory keeps it', () => {
  expect(national(`${systems.psIdNat}|810101288385`)).toEqual([
    `${systems.psIdNat}|810101288385`,
    `${systems.rpps}|10101288385`,
  ])
  expect(national(`${systems.structIdNat}|312345678900012`)[1]).toBe('https://sirene.fr|12345678900012')
  expect(national('urn:other|8123')).toEqual(['urn:other|8123'])
})

test('a doctor without a national number is nobody to the aggregator', () => {
  const doctor: Practitioner = {
    resourceType: 'Practitioner',
    id: 'p',
    identifier: [{ system: 'urn:local', value: '1' }],
  }
  expect(practitionerOf(doctor)).toBeUndefined()
})

test.each([
  ['01 99 00 00 01', '14990', '+33199000001'],
  ['05.90.00.00.01', '97139', '+590590000001'],
  ['0033199000001', '14990', '+33199000001'],
  ['+33 1 99 00 00 01', '97139', '+33199000001'],
  ['poste 12', '14990', undefined],
])('the telephone %s at %s is %s', (value, postalCode, told) => {
  const role = roleOf(
    {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: { reference: 'Practitioner/p' },
      telecom: [{ system: 'phone', value }],
    },
    { resourceType: 'Location', id: 'l', address: { line: ['1 rue'], city: 'Ville', postalCode } },
    organization(finess),
  )
  expect(role?.telecom?.[0]?.value).toBe(told)
})

test('a place without a street, a town or a postal code of five figures is none', () => {
  const at = (address: object) => placeOf({ resourceType: 'Location', id: 'l', address }, profiles.location)
  expect(at({ line: ['1 rue', 'Bâtiment B'], city: 'Ville', postalCode: '14990' })?.address?.line).toEqual([
    '1 rue, Bâtiment B',
  ])
  expect(at({ city: 'Ville', postalCode: '14990' })).toBeUndefined()
  expect(at({ line: ['1 rue'], postalCode: '14990' })).toBeUndefined()
  expect(at({ line: ['1 rue'], city: 'Ville', postalCode: '1499' })).toBeUndefined()
})

describe('the times of a slot', () => {
  const form = { profile: profiles.slot, labels: ['PUBLIC'], named: false, pages: 'https://a.example' }
  const at = (start: string, zone: string) => {
    const slot: Slot = {
      resourceType: 'Slot',
      schedule: { reference: 'Schedule/1' },
      status: 'free',
      start,
      end: start,
    }
    return slotOf(slot, { ...form, zone }).start
  }

  test.each([
    ['2026-03-29T00:30:00Z', 'Europe/Paris', '2026-03-29T01:30:00.000+01:00'],
    ['2026-03-29T01:30:00Z', 'Europe/Paris', '2026-03-29T03:30:00.000+02:00'],
    ['2026-10-25T00:30:00Z', 'Europe/Paris', '2026-10-25T02:30:00.000+02:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Paris', '2026-10-25T02:30:00.000+01:00'],
    ['2026-06-01T12:00:00Z', 'America/Guadeloupe', '2026-06-01T08:00:00.000-04:00'],
    ['2026-06-01T12:00:00Z', 'Indian/Reunion', '2026-06-01T16:00:00.000+04:00'],
    ['2026-06-01T12:00:00Z', 'Pacific/Marquesas', '2026-06-01T02:30:00.000-09:30'],
  ])('%s in %s is %s', (instant, zone, told) => {
    expect(at(instant, zone)).toBe(told)
  })

  test('stay as they are kept when they have milliseconds and an offset', () => {
    expect(at('2026-06-01T08:00:00.000-04:00', 'Europe/Paris')).toBe('2026-06-01T08:00:00.000-04:00')
  })
})

test('slots are written as each of them is put into form, whatever they have alike', () => {
  const form = {
    profile: profiles.slotCpts,
    labels: ['PUBLIC', 'SNP'],
    named: true,
    zone: 'Europe/Paris',
    pages: 'https://a.example',
  }
  const label = (code: string): Partial<Slot> => ({
    meta: { security: [{ system: systems.slotType, code }] },
  })
  const kinds: Partial<Slot>[] = [
    {},
    label('SNP'),
    label('CPTS'),
    { serviceType: [{ text: 'Échographie «1»' }] },
    {
      serviceType: [
        { extension: [{ url: r5.slotServiceType, valueReference: { reference: 'HealthcareService/s' } }] },
      ],
    },
    { specialty: [{ coding: [{ system: 'urn:other', code: 'x' }] }] },
    { appointmentType: { text: 'Sans rendez-vous' } },
    { comment: 'https://a.example/rdv?a="1"' },
    { comment: 'À jeun' },
  ]
  const slots = [...kinds, ...kinds].map(
    (kind, n): Slot => ({
      resourceType: 'Slot',
      id: `slot-${n}`,
      schedule: { reference: `Schedule/${n % 3}` },
      status: 'free',
      start: `2026-06-01T${10 + (n % 10)}:00:00.000+02:00`,
      end: `2026-06-01T${10 + (n % 10)}:20:00Z`,
      ...kind,
    }),
  )
  const write = slotWriter(form)
  expect(slots.map((slot) => JSON.parse(write(slot)))).toEqual(slots.map((slot) => slotOf(slot, form)))
})
