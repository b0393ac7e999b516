import type {
  Appointment,
  Extension,
  Observation,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Schedule,
  ServiceRequest,
  Slot,
} from '@medplum/fhirtypes'
import { extensions, frCore, systems } from '../../src/fhir/canonical.ts'
import type { Entry } from '../../src/flows/entries.ts'
import { entries } from './desk.ts'

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const identifierType = (code: string) => coded(systems.identifierType, code)
const ref = (name: string) => ({ reference: `urn:local:${name}` })

/** A fictive woman of forty with a local number. */
export const patient = (more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:oid:1.2.250.1.999.7', value: 'IPP-1', type: identifierType('PI') }],
  name: [{ use: 'official', family: 'ESSAI', given: ['ALIX'] }],
  gender: 'female',
  birthDate: '1990-03-28',
  ...more,
})

/** A national identifier of the test range, and the status of the identity that carries it. */
export const qualified = (value = '279035121518989', status = 'VALI'): Partial<Patient> => ({
  identifier: [
    { system: 'urn:oid:1.2.250.1.999.7', value: 'IPP-1', type: identifierType('PI') },
    {
      use: 'official',
      system: systems.insNirTest,
      value,
      type: coded(systems.frIdentifierType, 'INS-NIR-TEST'),
    },
  ],
  extension: [reliability(status)],
})

const reliability = (code: string): Extension => ({
  url: frCore.identityReliability,
  extension: [
    {
      url: 'identityStatus',
      valueCoding: { system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445', code },
    },
  ],
})

export const note = (kind: 'purpose' | 'justification', text: string) => ({
  text,
  extension: [{ url: extensions.noteKind, valueCode: kind }],
})

/** An ultrasound with all that is asked for, under one number. */
export const request = (number: string, more: Partial<ServiceRequest> = {}): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  identifier: [{ system: 'urn:oid:1.2.250.1.999.1', value: number, type: identifierType('PLAC') }],
  status: 'active',
  intent: 'order',
  priority: 'urgent',
  code: { ...coded('http://loinc.org', '24558-9'), text: 'Échographie abdominale' },
  subject: ref('patient'),
  occurrencePeriod: { end: '2030-01-09' },
  note: [note('purpose', 'Rechercher une dilatation'), note('justification', 'Fièvre depuis 48 heures')],
  supportingInfo: [ref('prior'), ref('pregnancy')],
  requester: ref('role'),
  ...more,
})

export const doctor: Practitioner = {
  resourceType: 'Practitioner',
  identifier: [{ system: systems.rpps, value: '99900000011', type: coded(systems.frIdentifierType, 'RPPS') }],
  name: [{ family: 'Exemple', given: ['Camille'] }],
}

export const facility: Organization = {
  resourceType: 'Organization',
  identifier: [{ system: 'https://finess.esante.gouv.fr', value: '990000010' }],
  name: 'Maison de santé du Marché',
}

export const role: PractitionerRole = {
  resourceType: 'PractitionerRole',
  practitioner: ref('doctor'),
  organization: ref('facility'),
}

export const observation = (code: string, value: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: coded('http://loinc.org', code),
  subject: ref('patient'),
  ...value,
})

export const notPregnant = observation('82810-3', {
  valueCodeableConcept: coded('http://snomed.info/sct', '60001007'),
})
export const noPriorExams = observation('30954-2', { valueString: 'Aucun connu' })

/** A referral as it comes from a map; `more` adds entries, or takes the place of those of the same name. */
export const referral = (number: string, more: Record<string, Entry['resource']> = {}) => ({
  entries: entries({
    patient: patient(),
    doctor,
    facility,
    role,
    prior: noPriorExams,
    pregnancy: notPregnant,
    request: request(number),
    ...more,
  }),
  unmapped: [],
})

/** A slot of the centre's radiology system. */
export const slot = (value: string, start: string, end: string, more: Partial<Slot> = {}): Slot => ({
  resourceType: 'Slot',
  identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value }],
  schedule: ref('schedule'),
  serviceType: [coded(systems.dicom, 'US')],
  status: 'free',
  start,
  end,
  ...more,
})

/** A diary of the centre's radiology system. */
export const schedule: Schedule = {
  resourceType: 'Schedule',
  identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: 'diary' }],
  active: true,
  actor: [{ reference: 'Device/scanner' }],
}

/** What a centre says of an appointment: ours by its id, its own by its number. */
export const said = (
  status: Appointment['status'],
  { ours, theirs, ...more }: Partial<Appointment> & { ours?: string; theirs?: string },
): Appointment => ({
  resourceType: 'Appointment',
  identifier: [
    ...(ours ? [{ type: identifierType('PLAC'), system: 'urn:relais:RELAIS', value: ours }] : []),
    ...(theirs ? [{ type: identifierType('FILL'), system: 'urn:oid:1.2.250.1.999.3', value: theirs }] : []),
  ],
  status,
  participant: [],
  ...more,
})
