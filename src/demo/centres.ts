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

const diary = (
  id: string,
  name: string,
  modality: DemoDiary['modality'],
  minutes: number,
  more: Partial<DemoDiary> = {},
): DemoDiary => ({ id, name, modality, minutes, reserved: false, ...more })

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
      diary('v2-us-reserved', 'Échographie, plage réservée', 'US', 20, {
        reserved: true,
        radiologist: { family: 'Image', given: 'Andrea', rpps: '99900000102' },
        weekly: weekly('08:00', '10:00'),
      }),
      diary('v2-us', 'Échographie', 'US', 20, {
        radiologist: { family: 'Sonde', given: 'Noa', rpps: '99900000110' },
        weekly: weekly('14:00', '17:00'),
      }),
      diary('v2-mg', 'Mammographie, plage réservée', 'MG', 30, {
        reserved: true,
        weekly: weekly('10:00', '12:00', 'TU,TH'),
      }),
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
      diary('fhir-ct', 'Scanner, plage réservée', 'CT', 20, { reserved: true }),
      diary('fhir-us', 'Échographie', 'US', 20),
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
      diary('json-mr', 'IRM, plage réservée', 'MR', 30, { reserved: true }),
      diary('json-ct', 'Scanner', 'CT', 20),
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
      diary('manual-us', 'Échographie, plage réservée', 'US', 30, {
        reserved: true,
        weekly: weekly('13:00', '15:00', 'MO,WE,FR'),
      }),
    ],
  },
]
