import { randomBytes } from 'node:crypto'
import type {
  HealthcareService,
  Location,
  Organization,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes'
import { systems } from '../../src/fhir/canonical.ts'
import { uuidv7 } from '../../src/fhir/id.ts'
import { instantIn } from '../../src/fhir/zone.ts'
import { openTestApi, permit, type TestApi } from '../support/api.ts'

/** Now, for these tests: Monday, ten in the morning in Paris. */
export const now = '2026-06-01T10:00:00.000+02:00'
export const zone = 'Europe/Paris'

/** So many hours from now, as the aggregator writes it. */
export const inHours = (hours: number): string => instantIn(zone, Date.parse(now) + hours * 3_600_000)

export const number = (rpps: string) => `${systems.psIdNat}|8${rpps}`
export const alone = { id: 'doctor-alone', rpps: '10101288385' }
export const twice = { id: 'doctor-twice', rpps: '10002673899' }
export const idle = { id: 'doctor-idle', rpps: '10100050075' }
/** SIRET of the centre that is asked for by its place. */
export const siret = '12345678900012'
export const finess = '990000051'

const practitioner = ({ id, rpps }: typeof alone, family: string): Practitioner => ({
  resourceType: 'Practitioner',
  id,
  identifier: [
    { system: systems.rpps, value: rpps },
    { system: 'urn:local:staff', value: id },
  ],
  name: [{ family, given: ['Camille'], prefix: ['DR'] }],
  ...(id === alone.id && { telecom: [{ system: 'phone' as const, value: '01 99 00 00 01' }] }),
})

const organization = (id: string, identifier: Organization['identifier'], name: string): Organization => ({
  resourceType: 'Organization',
  id,
  ...(identifier && { identifier }),
  name,
})

const location = (id: string, manager: string, city: string, postalCode: string): Location => ({
  resourceType: 'Location',
  id,
  name: `Imagerie de ${city}`,
  telecom: [{ system: 'phone', value: '+33199000002' }],
  address: { line: ['1 rue Fictive'], city, postalCode },
  managingOrganization: { reference: `Organization/${manager}` },
})

const role = (id: string, doctor: string, at: string, place: string): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  id,
  practitioner: { reference: `Practitioner/${doctor}` },
  organization: { reference: `Organization/${at}` },
  location: [{ reference: `Location/${place}` }],
})

const schedule = (id: string, ...actors: string[]): Schedule => ({
  resourceType: 'Schedule',
  id,
  actor: actors.map((reference) => ({ reference })),
})

const service: HealthcareService = {
  resourceType: 'HealthcareService',
  id: 'service-cpts',
  providedBy: { reference: 'Organization/community' },
  name: 'Soins non programmés',
}

export const directory: readonly Resource[] = [
  practitioner(alone, 'Seul'),
  practitioner(twice, 'Double'),
  practitioner(idle, 'Libre'),
  organization('centre-a', [{ system: 'https://finess.esante.gouv.fr', value: '990000010' }], 'Centre A'),
  organization('centre-b', [{ system: 'https://sirene.fr', value: siret }], 'Centre B'),
  organization('community', [{ system: 'https://finess.esante.gouv.fr', value: finess }], 'CPTS'),
  location('place-a', 'centre-a', 'Rive-sur-Mer', '14990'),
  location('place-b', 'centre-b', 'Deux-Rives', '14991'),
  role('role-alone', alone.id, 'centre-a', 'place-a'),
  role('role-twice-a', twice.id, 'centre-a', 'place-a'),
  role('role-twice-b', twice.id, 'centre-b', 'place-b'),
  role('role-idle', idle.id, 'centre-a', 'place-a'),
  service,
  schedule('diary-alone', `Practitioner/${alone.id}`, 'PractitionerRole/role-alone', 'Location/place-a'),
  schedule('diary-twice-a', `Practitioner/${twice.id}`, 'PractitionerRole/role-twice-a'),
  schedule('diary-twice-b', `Practitioner/${twice.id}`, 'PractitionerRole/role-twice-b'),
  schedule('diary-idle', `Practitioner/${idle.id}`, 'PractitionerRole/role-idle'),
  schedule('diary-place', 'Location/place-b'),
  schedule('diary-full', 'Location/place-b'),
]

const at = (diary: string, hours: number, more: Partial<Slot> = {}): Slot => ({
  resourceType: 'Slot',
  id: uuidv7(Date.parse(now), randomBytes(10)),
  schedule: { reference: `Schedule/${diary}` },
  status: 'free',
  start: inHours(hours),
  end: inHours(hours + 1 / 3),
  serviceType: [
    { coding: [{ system: systems.dicom, code: 'US', display: 'Ultrasound' }], text: 'Échographie' },
  ],
  ...more,
})

export const labelledAs = (...codes: string[]): Pick<Slot, 'meta'> => ({
  meta: { security: codes.map((code) => ({ system: systems.slotType, code })) },
})

const namingService: NonNullable<Slot['serviceType']> = [
  {
    extension: [
      {
        url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType',
        valueReference: { reference: 'HealthcareService/service-cpts' },
      },
    ],
    text: 'Échographie',
  },
]

/** Free ones and others, before, in and after the windows that are asked for. */
export const slots: readonly Slot[] = [
  at('diary-alone', -2),
  at('diary-alone', 1),
  at('diary-alone', 2, { ...labelledAs('PRO', 'SNP'), comment: 'https://centre-a.example/rdv' }),
  at('diary-alone', 3, {
    comment: 'À jeun',
    appointmentType: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0276', code: 'WALKIN' }],
    },
    serviceType: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' }] }],
  }),
  at('diary-alone', 4, { status: 'busy' }),
  at('diary-alone', 5, { status: 'busy-unavailable' }),
  at('diary-alone', 6, { ...labelledAs('CPTS'), serviceType: namingService }),
  at('diary-alone', 80),
  at('diary-twice-a', 1),
  at('diary-twice-a', 25, { start: new Date(inHours(25)).toISOString() }),
  at('diary-twice-b', 2),
  at('diary-idle', 100),
  at('diary-place', 1),
  at('diary-place', 2, { status: 'busy' }),
  at('diary-place', 90),
  // Three slots fulfil the three conditions here, and no one of them does.
  at('diary-full', -3),
  at('diary-full', 3, { status: 'busy' }),
  at('diary-full', 200),
]

/** An API with this directory and these diaries, seen as the aggregator sees them. */
export async function openSas(): Promise<TestApi> {
  const permits = {
    sas: permit('sas', 'region', { organization: 'Organization/community' }),
    outsider: permit('outsider', 'prescriber', { organization: 'Organization/other' }),
    'no-slots': permit('no-slots', 'region', { scopes: 'system/Patient.rs' }),
  }
  const api = await openTestApi({ clock: () => new Date(now), permits })
  await api.store.write({
    at: now,
    resources: [...directory, ...slots].map((resource) => ({
      resource: {
        ...resource,
        id: resource.id ?? '',
        meta: { ...resource.meta, versionId: '1', lastUpdated: now },
      },
      replaces: 0,
      sight: sightOf(resource),
    })),
  })
  return api
}

function sightOf(resource: Resource): string[] {
  if (resource.resourceType !== 'Slot')
    return resource.resourceType === 'Schedule' ? ['public'] : ['directory']
  const labels = (resource.meta?.security ?? []).map(({ code }) => code)
  return labels.length === 0 || labels.includes('PUBLIC') ? ['public'] : ['member']
}
