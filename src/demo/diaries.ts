import type {
  Extension,
  HealthcareService,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
} from '@medplum/fhirtypes'
import { frCore, systems } from '../fhir/canonical.ts'
import { r5 } from '../fhir/cross-version.ts'
import type { DemoCentre, DemoDiary } from './centres.ts'
import { demoIdentifier, frType, local } from './naming.ts'

/** A diary that the centre declares: weekly ranges, from which slots are made ahead. */
export function diaryResources(diary: DemoDiary, { id, connector }: DemoCentre): [string, Resource][] {
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

export const modalityOf = ({ modality }: Pick<DemoDiary, 'modality'>) => ({
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
