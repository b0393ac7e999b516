import type {
  HealthcareService,
  Location,
  Organization,
  OrganizationAffiliation,
  Practitioner,
  PractitionerRole,
  Resource,
} from '@medplum/fhirtypes'
import { extensions, systems } from '../fhir/canonical.ts'
import { centres, type DemoCentre, type DemoDiary } from './centres.ts'
import { diaryResources, modalityOf } from './diaries.ts'
import { demoIdentifier, frType, local } from './naming.ts'
import { type DemoDoctor, type DemoPerson, doctors, people, personSystem } from './people.ts'

const cpts = { system: systems.establishmentCategory, code: '604', display: 'CPTS' }
const year = '2025-01-01'
const cell = { system: systems.organizationType, code: 'cell' }

/** The directory of the demo: organisations, doctors, centres with their conventions, places and diaries. */
export function directory(): { url: string; resource: Resource }[] {
  const named: [string, Resource][] = [
    ['community', community()],
    ['community-service', communityService],
    [
      'cell',
      {
        ...organization('cell', 'Cellule de coordination des soins non programmés (fictive)', cell),
        partOf: local('community'),
      },
    ],
    ['cell-service', cellService],
    ['practice', organization('practice', 'Maison de santé du Marché (fictive)')],
    ['practice-2', organization('practice-2', 'Cabinet médical de la Gare (fictif)')],
    ['practice-other', organization('practice-other', 'Cabinet médical d’Outre-Ville (fictif)')],
    ...doctors.flatMap(doctorResources),
    ...people.flatMap(personResources),
    ...centres.flatMap(centreResources),
  ]
  return named.map(([id, resource]) => ({ url: `urn:local:${id}`, resource }))
}

/** Known to the SAS by its FINESS number. */
function community(): Organization {
  const own = organization('community', 'CPTS des Deux Rives (fictive)', cpts)
  const finess = { type: frType('FINEG'), system: 'https://finess.esante.gouv.fr', value: '990000051' }
  return { ...own, identifier: [finess, demoIdentifier('community')] }
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const

/** When the secretaries are there: the answer's clock goes by it. Holidays are the national ones. */
const cellService: HealthcareService = {
  resourceType: 'HealthcareService',
  identifier: [demoIdentifier('cell-service')],
  active: true,
  providedBy: local('cell'),
  name: 'Télésecrétariat (fictif)',
  availableTime: [
    { daysOfWeek: [...weekdays], availableStartTime: '08:30:00', availableEndTime: '18:30:00' },
    { daysOfWeek: ['sat'], availableStartTime: '09:00:00', availableEndTime: '12:00:00' },
  ],
}

/** When a centre does the exams of a modality: the exam's clock goes by those of all centres that do it. */
const centreService = (id: string, modality: DemoDiary['modality']): HealthcareService => ({
  resourceType: 'HealthcareService',
  identifier: [demoIdentifier(`${id}-${modality}`)],
  active: true,
  providedBy: local(id),
  type: [{ coding: [modalityOf({ modality })] }],
  location: [local(`${id}-place`)],
  name: modality,
  availableTime: [
    { daysOfWeek: [...weekdays], availableStartTime: '08:00:00', availableEndTime: '18:00:00' },
    { daysOfWeek: ['sat'], availableStartTime: '08:00:00', availableEndTime: '12:00:00' },
  ],
})

/** What the community offers, to which its reserved slots refer. */
const communityService: HealthcareService = {
  resourceType: 'HealthcareService',
  identifier: [demoIdentifier('community-service')],
  active: true,
  providedBy: local('community'),
  category: [{ coding: [cpts] }],
  name: 'Soins non programmés',
}

function organization(
  id: string,
  name: string,
  type?: { system: string; code: string; display?: string },
): Organization {
  return {
    resourceType: 'Organization',
    identifier: [demoIdentifier(id)],
    active: true,
    ...(type && { type: [{ coding: [type] }] }),
    name,
  }
}

function doctorResources({ id, family, given, rpps, practice, member }: DemoDoctor): [string, Resource][] {
  const practitioner: Practitioner = {
    resourceType: 'Practitioner',
    identifier: [
      { use: 'official', type: frType('RPPS'), system: systems.rpps, value: rpps },
      { use: 'official', type: frType('IDNPS'), system: systems.psIdNat, value: `8${rpps}` },
    ],
    active: true,
    name: [{ use: 'official', family, given: [given], prefix: ['DR'] }],
  }
  const roles: [string, Resource][] = [[`${id}-role`, role(id, practice)]]
  if (member) roles.push([`${id}-member`, { ...role(id, 'community'), period: { start: year } }])
  return [[id, practitioner], ...roles]
}

function personResources({ subject, family, given, part, title }: DemoPerson): [string, Resource][] {
  const practitioner: Practitioner = {
    resourceType: 'Practitioner',
    identifier: [{ system: personSystem, value: subject }],
    active: true,
    name: [{ use: 'official', family, given: [given] }],
  }
  const code = { coding: [{ system: systems.cellPart, code: part }], text: title }
  const atCell: PractitionerRole = { ...role(subject, 'cell'), code: [code], period: { start: year } }
  return [
    [subject, practitioner],
    [`${subject}-role`, atCell],
  ]
}

function role(doctor: string, at: string): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    identifier: [demoIdentifier(`${doctor}@${at}`)],
    active: true,
    practitioner: local(doctor),
    organization: local(at),
  }
}

function centreResources(centre: DemoCentre): [string, Resource][] {
  const { id, name, finess, siret, commune, phone, diaries } = centre
  const place: Location = {
    resourceType: 'Location',
    identifier: [demoIdentifier(`${id}-place`)],
    status: 'active',
    name,
    telecom: [{ system: 'phone', value: phone }],
    address: { line: ['1 rue Fictive'], city: commune.name, postalCode: commune.postalCode, country: 'FR' },
    managingOrganization: local(id),
  }
  const own: Organization = {
    ...organization(id, `${name} (fictif)`),
    identifier: [
      { type: frType('FINEG'), system: 'https://finess.esante.gouv.fr', value: finess },
      { type: frType('SIRET'), system: 'https://sirene.fr', value: siret },
      demoIdentifier(id),
    ],
    telecom: [{ system: 'phone', value: phone }],
  }
  return [
    [id, own],
    [`${id}-convention`, convention(centre)],
    [`${id}-place`, place],
    ...[...new Set(diaries.map(({ modality }) => modality))].map((modality): [string, Resource] => [
      `${id}-${modality}`,
      centreService(id, modality),
    ]),
    ...diaries.filter(({ weekly }) => weekly).flatMap((diary) => diaryResources(diary, centre)),
  ]
}

function convention({ id, connector }: DemoCentre): OrganizationAffiliation {
  return {
    resourceType: 'OrganizationAffiliation',
    extension: [{ url: extensions.connector, valueString: connector }],
    identifier: [demoIdentifier(`${id}-convention`)],
    active: true,
    period: { start: year },
    organization: local('community'),
    participatingOrganization: local(id),
  }
}
