/** Words in French, and in English. */
export type Words = readonly [fr: string, en: string]

export interface DemoQuestion {
  code: string
  /** `loinc`, `snomed`, `cisis` (ANS), `icd10`, or the territory's own. */
  system?: 'loinc' | 'snomed' | 'cisis' | 'icd10'
  text: Words
  kind?: 'yes-no' | 'choice' | 'number' | 'text' | 'date'
  role?: 'answer' | 'contra-indication' | 'red-flag'
  required?: boolean
  modalities?: readonly Modality[]
  /** FHIRPath. */
  applies?: string
  also?: readonly string[]
  options?: readonly { code: string; text: Words }[]
}

export type Modality = 'US' | 'MG' | 'CT' | 'MR'

export const yesNo = (
  code: string,
  system: NonNullable<DemoQuestion['system']>,
  text: Words,
  more: Partial<DemoQuestion> = {},
) => ({ code, system, text, ...more }) satisfies DemoQuestion
export const known = (code: string, text: Words, more: Partial<DemoQuestion> = {}) =>
  yesNo(code, 'cisis', text, { role: 'contra-indication', ...more })
export const redFlag = (code: string, text: Words, required = false): DemoQuestion => ({
  code,
  text,
  role: 'red-flag',
  required,
})

export const mayBePregnant = "%patient.gender != 'male' and %age >= 12 and %age <= 55"

export const pregnancy: DemoQuestion = yesNo(
  '82810-3',
  'loinc',
  ['Grossesse possible ?', 'Possible pregnancy?'],
  {
    also: ['77386006'],
    role: 'contra-indication',
    applies: mayBePregnant,
  },
)

/** Asked by modality, whatever the indication. Source: ANS value set "Contre-indications", 1.2.250.1.213.1.1.5.659. */
export const questions: readonly DemoQuestion[] = [
  { ...pregnancy, required: true, modalities: ['CT', 'MG', 'MR'] },
  {
    ...yesNo('30954-2', 'loinc', [
      'Examens antérieurs (« aucun connu » si besoin)',
      'Prior exams (“none known” will do)',
    ]),
    also: ['55114-3', '11329-0', '11322-5'],
    kind: 'text',
    required: true,
    modalities: ['CT', 'MG'],
  },
  known('1260078007', ['Allaitement ?', 'Breast-feeding?'], {
    system: 'snomed',
    modalities: ['MG'],
    applies: mayBePregnant,
  }),
  ...(
    [
      ['MED-1117', 'Stimulateur cardiaque ou défibrillateur ?', 'Pacemaker or defibrillator?'],
      ['MED-1113', 'Neurostimulateur ?', 'Neurostimulator?'],
      ['MED-1112', 'Implant cochléaire ?', 'Cochlear implant?'],
      ['MED-1111', 'Clips ou coils intracrâniens ?', 'Intracranial clips or coils?'],
      ['MED-1110', 'Corps étranger métallique (œil ou autre) ?', 'Metallic foreign body (eye or other)?'],
    ] as const
  ).map(([code, fr, en]) => known(code, [fr, en], { required: true, modalities: ['MR'] })),
  ...(
    [
      ['MED-1118', 'Valve cardiaque mécanique ?', 'Mechanical heart valve?'],
      ['MED-1116', 'Pompe implantée ?', 'Implanted pump?'],
      ['MED-1115', 'Capteur implanté ?', 'Implanted sensor?'],
      ['MED-1114', 'Dérivation du liquide céphalo-rachidien ?', 'CSF shunt?'],
      ['MED-1109', 'Claustrophobie ?', 'Claustrophobia?'],
      ['MED-1122', 'Hypersensibilité au gadolinium ?', 'Gadolinium hypersensitivity?'],
    ] as const
  ).map(([code, fr, en]) => known(code, [fr, en], { modalities: ['MR'] })),
  yesNo('29463-7', 'loinc', ['Poids (kg)', 'Weight (kg)'], { kind: 'number', applies: '%age < 16' }),
  known('MED-1124', ['Un accompagnant est-il nécessaire ?', 'Is a companion needed?'], {
    role: 'answer',
    applies: '%age < 16',
  }),
]

export const contrast: readonly DemoQuestion[] = [
  known('MED-1105', ['Hypersensibilité aux produits iodés ?', 'Iodinated contrast hypersensitivity?'], {
    required: true,
  }),
  known('N18.9', ['Maladie rénale chronique ?', 'Chronic kidney disease?'], {
    system: 'icd10',
    required: true,
  }),
  known('73211009', ['Diabète ?', 'Diabetes?'], { system: 'snomed' }),
  known('372567009', ['Metformine ?', 'Metformin?'], { system: 'snomed' }),
  known('MED-1106', ['Hyperthyroïdie non traitée ?', 'Untreated hyperthyroidism?']),
  known('I50.9', ['Insuffisance cardiaque ?', 'Heart failure?'], { system: 'icd10' }),
  known('1260078007', ['Allaitement ?', 'Breast-feeding?'], { system: 'snomed', applies: mayBePregnant }),
  yesNo(
    '98979-8',
    'loinc',
    ['DFG de moins de 3 mois (mL/min/1,73 m²)', 'eGFR of the last 3 months (mL/min/1.73 m²)'],
    {
      kind: 'number',
      also: ['62238-1'],
      required: true,
      applies: "'N18.9' in %yes or '73211009' in %yes",
    },
  ),
]
