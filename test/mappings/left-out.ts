/** Values that a map does not read, and why. Fields, values and map narrow each other. */
export interface LeftOut {
  /** Fields or components: `PID-10`, `PID-5.14`; `OBX-1` is the whole field. In all, when it is not said. */
  fields?: readonly string[]
  /** Only these values. */
  values?: readonly string[]
  /** Only in this map. */
  map?: string
  reason: string
}

const report = 'ORU_R01-to-Communication'
const order = 'ORM_O01-to-ServiceRequest'

/** Everything of the samples that is left out on purpose. */
export const leftOut: readonly LeftOut[] = [
  {
    fields: ['PID-10', 'PID-17', 'PID-22'],
    reason: 'Race, religion and ethnic group may not be kept (loi 78-17, article 6; GDPR, article 9).',
  },
  {
    fields: ['PID-33'],
    reason: "When the sender changed its own file; the gateway's versions tell when ours changed.",
  },
  { fields: ['PID-31'], values: ['N'], reason: 'An identity that is not unknown is the usual one.' },
  {
    fields: ['PID-11.7'],
    values: ['BDL'],
    reason: 'Says that the address is a birth place, which has its own extension.',
  },
  {
    fields: ['PID-2.2', 'PID-3.2', 'PID-18.5', 'PV1-5.2', 'OBR-53.2'],
    reason: 'A check digit follows from the number.',
  },
  { values: ['M10', 'M11'], reason: 'The scheme of a check digit.' },
  {
    values: ['ISO', 'HCD', 'GUID', 'CLIP', 'FDK', 'lp'],
    reason: 'The kind of an id is told by its URI: urn:oid, urn:uuid, or a URN of the name.',
  },
  {
    fields: ['OBX-1', 'OBR-1', 'PID-1', 'PV1-1', 'DG1-1', 'AL1-1', 'NTE-1'],
    reason: 'Place in the message.',
  },
  { fields: ['OBX-2'], reason: 'The type of OBX-5 is the type of its FHIR value.' },
  {
    fields: ['OBX-5.4'],
    values: ['Base64'],
    reason: 'An attachment is always Base64.',
  },
  {
    fields: ['OBX-3'],
    map: order,
    values: [
      'MODALITE_IMAGERIE',
      'REGION_ANATOMIQUE',
      'Modalité d’imagerie utilisée ou prévue pour réaliser l’examen',
      'Localisation anatomique examinée dans le cadre de l’examen d’imagerie',
      'TLR_OBSERVATION',
    ],
    reason: 'Says that the value is the modality (orderDetail) or the region (bodySite).',
  },
  { fields: ['OBX-4'], map: order, values: ['1.1', '1.2'], reason: 'Pairs a region with its side.' },
  {
    fields: ['NTE-4'],
    reason: 'The kind of a note: purpose and justification have their own extension, others are plain notes.',
  },
  { fields: ['OBX-26'], reason: 'Who may see a result is decided here, not by the sender.' },
  {
    fields: ['ORC-11.10', 'ORC-12.10', 'OBR-16.10', 'PV1-8.10', 'PV1-9.10', 'NTE-5.10'],
    reason: 'The kind of a name, of someone who is named by a reference.',
  },
  {
    fields: ['PV1-7.19', 'PV1-7.20', 'NTE-5.19', 'NTE-5.20', 'OBX-16.19', 'OBX-16.20', 'NTE-5.2.2'],
    reason: 'How long a name was in use, of someone who is named by a reference.',
  },
  { fields: ['PV1-6.6', 'PV1-11.6'], reason: 'The kind of a place that is named by a reference.' },
  { fields: ['PV1-41'], reason: 'Accounts are not kept here.' },
  { fields: ['PV1-54'], reason: 'Not in the standard: PV1 ends with field 52.' },
  {
    fields: ['OBR-27.4'],
    map: 'REF_I12-to-ServiceRequest',
    reason: 'OBR-6 says when the service is wanted; R4 keeps one time.',
  },
  {
    fields: [
      'ORC-1',
      'ORC-5',
      'ORC-9',
      'ORC-15',
      'ORC-21',
      'ORC-22',
      'ORC-23',
      'ORC-24',
      'ORC-29',
      'ORC-31',
      'OBR-6',
    ],
    map: report,
    reason: 'The order is ours already: a report does not change it.',
  },
  {
    fields: ['OBR-9', 'OBR-10', 'OBR-14', 'OBR-15', 'OBR-39'],
    map: report,
    reason: 'Specimens belong to laboratories; no imaging has one.',
  },
  {
    fields: ['OBR-18', 'OBR-19', 'OBR-20', 'OBR-21', 'OBR-46', 'OBR-47'],
    map: report,
    reason: 'Free for each site to use: a map of the site reads them.',
  },
  {
    fields: ['OBR-34.7.2', 'OBR-35.2', 'OBR-35.3'],
    map: report,
    reason: 'Shifts and places of people who are named by a reference.',
  },
]

/** Whether a value at this place is left out on purpose. */
export function isLeftOut(
  { place, text, map }: { place: string; text: string; map: string },
  list: readonly LeftOut[] = leftOut,
): boolean {
  return list.some(
    (one) =>
      (one.map === undefined || one.map === map) &&
      (one.values?.includes(text) ?? true) &&
      (one.fields?.some((field) => place === field || place.startsWith(`${field}.`)) ?? true),
  )
}
