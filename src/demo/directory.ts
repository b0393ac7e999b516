import type {
  Extension,
  HealthcareService,
  Identifier,
  Location,
  Organization,
  OrganizationAffiliation,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
} from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../fhir/canonical.ts'
import { r5 } from '../fhir/cross-version.ts'

/** A fictive imaging centre, its diaries, and how it is spoken with. */
export interface DemoCentre {
  id: string
  name: string
  /** Fictive FINESS and SIRET numbers. */
  finess: string
  siret: string
  commune: { name: string; postalCode: string; insee: string }
  phone: string
  /** Name of its connector; its kind. */
  connector: string
  kind: 'mllp' | 'fhir' | 'json' | 'manual'
  diaries: readonly DemoDiary[]
}

export interface DemoDiary {
  id: string
  name: string
  modality: 'US' | 'MG' | 'CT' | 'MR'
  minutes: number
  /** Reserved for members; the others are open to all. */
  reserved: boolean
  /** Whose it is, where it is one person's. */
  radiologist?: { family: string; given: string; rpps: string }
  /** Weekly, from and to (local time); set where the centre declares its ranges, and its system has no diary to read. */
  weekly?: { days: string; from: string; to: string }
}

const weekly = (from: string, to: string, days = 'MO,TU,WE,TH,FR') => ({ days, from, to })

/** Two with ultrasound and mammography or CT, one with MRI and CT, a small one that has only a telephone. All fictive. */
export const centres: readonly DemoCentre[] = [
  {
    id: 'centre-v2',
    name: 'Imagerie du Port',
    finess: '990000010',
    siret: '99900001000011',
    commune: { name: 'Rive-sur-Mer', postalCode: '14990', insee: '14990' },
    phone: '+33199000001',
    connector: 'ris-v2',
    kind: 'mllp',
    diaries: [
      {
        id: 'v2-us-reserved',
        name: 'Échographie, plage réservée',
        modality: 'US',
        minutes: 20,
        reserved: true,
        radiologist: { family: 'Image', given: 'Andrea', rpps: '99900000102' },
        weekly: weekly('08:00', '10:00'),
      },
      {
        id: 'v2-us',
        name: 'Échographie',
        modality: 'US',
        minutes: 20,
        reserved: false,
        radiologist: { family: 'Sonde', given: 'Noa', rpps: '99900000110' },
        weekly: weekly('14:00', '17:00'),
      },
      {
        id: 'v2-mg',
        name: 'Mammographie, plage réservée',
        modality: 'MG',
        minutes: 30,
        reserved: true,
        weekly: weekly('10:00', '12:00', 'TU,TH'),
      },
    ],
  },
  {
    id: 'centre-fhir',
    name: 'Scanner des Deux Rives',
    finess: '990000028',
    siret: '99900002800012',
    commune: { name: 'Deux-Rives', postalCode: '14991', insee: '14991' },
    phone: '+33199000002',
    connector: 'ris-fhir',
    kind: 'fhir',
    diaries: [
      { id: 'fhir-ct', name: 'Scanner, plage réservée', modality: 'CT', minutes: 20, reserved: true },
      { id: 'fhir-us', name: 'Échographie', modality: 'US', minutes: 20, reserved: false },
    ],
  },
  {
    id: 'centre-json',
    name: 'IRM du Bocage',
    finess: '990000036',
    siret: '99900003600013',
    commune: { name: 'Bocage-Ville', postalCode: '14992', insee: '14992' },
    phone: '+33199000003',
    connector: 'ris-json',
    kind: 'json',
    diaries: [
      { id: 'json-mr', name: 'IRM, plage réservée', modality: 'MR', minutes: 30, reserved: true },
      { id: 'json-ct', name: 'Scanner', modality: 'CT', minutes: 20, reserved: false },
    ],
  },
  {
    id: 'centre-manual',
    name: 'Cabinet d’échographie de la Place',
    finess: '990000044',
    siret: '99900004400014',
    commune: { name: 'Petit-Bourg', postalCode: '14993', insee: '14993' },
    phone: '+33199000004',
    connector: 'telephone',
    kind: 'manual',
    diaries: [
      {
        id: 'manual-us',
        name: 'Échographie, plage réservée',
        modality: 'US',
        minutes: 30,
        reserved: true,
        weekly: weekly('13:00', '15:00', 'MO,WE,FR'),
      },
    ],
  },
]

export interface DemoDoctor {
  id: string
  family: string
  given: string
  rpps: string
  practice: 'practice' | 'practice-2' | 'practice-other'
  member: boolean
}

/** Five member doctors and one who is not; fictive RPPS numbers. */
export const doctors: readonly DemoDoctor[] = [
  {
    id: 'doctor-1',
    family: 'Exemple',
    given: 'Camille',
    rpps: '99900000011',
    practice: 'practice',
    member: true,
  },
  {
    id: 'doctor-2',
    family: 'Modèle',
    given: 'Dominique',
    rpps: '99900000029',
    practice: 'practice',
    member: true,
  },
  {
    id: 'doctor-3',
    family: 'Essai',
    given: 'Claude',
    rpps: '99900000037',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-4',
    family: 'Fictif',
    given: 'Sacha',
    rpps: '99900000045',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-5',
    family: 'Témoin',
    given: 'Maxime',
    rpps: '99900000052',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-6',
    family: 'Dehors',
    given: 'Alix',
    rpps: '99900000060',
    practice: 'practice-other',
    member: false,
  },
]

/** Somebody of the cell, who signs in to the console. */
export interface DemoPerson {
  /** The subject that the provider vouches for. */
  subject: string
  family: string
  given: string
  part: 'secretary' | 'coordinator'
  /** What they do there, for people. */
  title: string
}

/** Two secretaries and the doctor who coordinates; fictive. */
export const people: readonly DemoPerson[] = [
  { subject: 'maelys', family: 'Fictive', given: 'Maëlys', part: 'secretary', title: 'Secrétaire' },
  { subject: 'noah', family: 'Inventé', given: 'Noah', part: 'secretary', title: 'Secrétaire' },
  {
    subject: 'ines',
    family: 'Imaginaire',
    given: 'Inès',
    part: 'coordinator',
    title: 'Médecin coordonnateur',
  },
]

/** Identifiers of people, as the demo's provider names them. */
export const personSystem = 'https://relais.example/demo/person'

/** Business identifiers of the demo's own things. */
export const demoSystem = 'https://relais.example/demo'
export const demoIdentifier = (value: string): Identifier => ({ system: demoSystem, value })

const local = (id: string) => ({ reference: `urn:local:${id}` })
const cpts = { system: systems.establishmentCategory, code: '604', display: 'CPTS' }
const cell = { system: systems.organizationType, code: 'cell' }
const year = '2025-01-01'

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

const frType = (code: string) => ({ coding: [{ system: systems.frIdentifierType, code }] })

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

/** A diary that the centre declares: weekly ranges, from which slots are made ahead. */
function diaryResources(diary: DemoDiary, { id, connector }: DemoCentre): [string, Resource][] {
  const service: HealthcareService = {
    resourceType: 'HealthcareService',
    identifier: [demoIdentifier(`${diary.id}-service`)],
    active: true,
    providedBy: local(id),
    type: [{ coding: [modalityOf(diary)] }],
    location: [local(`${id}-place`)],
    name: diary.name,
  }
  const schedule: Schedule = {
    resourceType: 'Schedule',
    meta: {
      source: `urn:relais:source:${connector}`,
      ...(diary.reserved && { security: [reservedForMembers] }),
    },
    extension: [examOf(diary), ...rangeOf(diary)],
    identifier: [demoIdentifier(diary.id)],
    active: true,
    actor: [
      local(`${diary.id}-service`),
      local(`${id}-place`),
      ...(diary.radiologist ? [local(`${diary.id}-doctor`), local(`${diary.id}-role`)] : []),
    ],
    comment: diary.name,
  }
  return [[`${diary.id}-service`, service], ...radiologistResources(diary, id), [diary.id, schedule]]
}

/** The radiologist of a diary, and the role at the centre's place. */
function radiologistResources({ id, radiologist }: DemoDiary, centre: string): [string, Resource][] {
  if (!radiologist) return []
  const { family, given, rpps } = radiologist
  const doctor: Practitioner = {
    resourceType: 'Practitioner',
    identifier: [{ use: 'official', type: frType('RPPS'), system: systems.rpps, value: rpps }],
    active: true,
    name: [{ use: 'official', family, given: [given], prefix: ['DR'] }],
  }
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    identifier: [demoIdentifier(`${id}-role`)],
    active: true,
    practitioner: local(`${id}-doctor`),
    organization: local(centre),
    location: [local(`${centre}-place`)],
  }
  return [
    [`${id}-doctor`, doctor],
    [`${id}-role`, role],
  ]
}

/** Slots for members of the community. Source: TRE_R314. */
export const reservedForMembers = { system: systems.slotType, code: 'CPTS' }

/** Of the community's members: their service is named as R5 does, for the SAS. */
const offeredByCommunity: Extension = {
  url: r5.slotServiceType,
  valueReference: local('community-service'),
}

const modalityNames = {
  US: 'Ultrasound',
  MG: 'Mammography',
  CT: 'Computed Tomography',
  MR: 'Magnetic Resonance',
}

export const modalityOf = ({ modality }: DemoDiary) => ({
  system: systems.dicom,
  code: modality,
  display: modalityNames[modality],
})

function examOf(diary: DemoDiary): Extension {
  return {
    url: frCore.serviceTypeDuration,
    extension: [
      {
        url: 'serviceType',
        valueCodeableConcept: {
          ...(diary.reserved && { extension: [offeredByCommunity] }),
          coding: [modalityOf(diary)],
        },
      },
      {
        url: 'duration',
        valueDuration: {
          value: diary.minutes,
          unit: 'min',
          system: 'http://unitsofmeasure.org',
          code: 'min',
        },
      },
    ],
  }
}

/** The first week of the range; the rule goes on from there. 5 January 2026 is a Monday. */
function rangeOf({ id, weekly }: DemoDiary): Extension[] {
  if (!weekly) return []
  return [
    {
      url: frCore.availabilityTime,
      extension: [
        { url: 'type', valueCoding: { code: 'free' } },
        { url: 'start', valueDateTime: `2026-01-05T${weekly.from}:00+01:00` },
        { url: 'end', valueDateTime: `2026-01-05T${weekly.to}:00+01:00` },
        { url: 'identifier', valueIdentifier: demoIdentifier(`${id}-range`) },
        {
          url: 'rrule',
          extension: [
            { url: 'freq', valueCoding: { code: 'weekly' } },
            ...weekly.days.split(',').map((valueString) => ({ url: 'byDay', valueString })),
          ],
        },
      ],
    },
  ]
}
