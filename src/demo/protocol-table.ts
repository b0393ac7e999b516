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

export interface DemoExam {
  id: string
  title: Words
  modality: Modality
  loinc: readonly string[]
  ccam: readonly string[]
  snomed: readonly string[]
  doseClass: '0' | 'I' | 'II' | 'III'
  preparation: Words
  questions?: readonly DemoQuestion[]
}

const yesNo = (
  code: string,
  system: NonNullable<DemoQuestion['system']>,
  text: Words,
  more: Partial<DemoQuestion> = {},
) => ({ code, system, text, ...more }) satisfies DemoQuestion
const known = (code: string, text: Words, more: Partial<DemoQuestion> = {}) =>
  yesNo(code, 'cisis', text, { role: 'contra-indication', ...more })
const redFlag = (code: string, text: Words, required = false): DemoQuestion => ({
  code,
  text,
  role: 'red-flag',
  required,
})

const mayBePregnant = "%patient.gender != 'male' and %age >= 12 and %age <= 55"

const pregnancy: DemoQuestion = yesNo('82810-3', 'loinc', ['Grossesse possible ?', 'Possible pregnancy?'], {
  also: ['77386006'],
  role: 'contra-indication',
  applies: mayBePregnant,
})

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

const contrast: readonly DemoQuestion[] = [
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

const fasting: Words = ['Être à jeun depuis 4 à 6 heures.', 'Fast for 4 to 6 hours.']
const fullBladder: Words = [
  'Vessie pleine : boire trois verres d’eau une heure avant.',
  'Full bladder: drink three glasses of water one hour before.',
]
const mammograms: Words = ['Apporter les mammographies précédentes.', 'Bring earlier mammograms.']
const noMetal: Words = [
  'Retirer tout objet métallique ; apporter les documents des implants.',
  'Take off all metal; bring the papers of implants.',
]

const side: DemoQuestion = {
  code: 'breast-mass-side',
  text: ['Côté et quadrant de la masse', 'Side and quadrant of the mass'],
  kind: 'choice',
  required: true,
  options: [
    { code: 'left', text: ['gauche', 'left'] },
    { code: 'right', text: ['droit', 'right'] },
    { code: 'both', text: ['les deux', 'both'] },
  ],
}

/** Exams E1 to E12. Source: ANS value set CodesDocumentImagerie, CCAM v83, SNOMED CT French edition. */
export const exams: readonly DemoExam[] = [
  {
    id: 'us-abdomen',
    title: ['Échographie abdominale', 'Ultrasound of the abdomen'],
    modality: 'US',
    loinc: ['24558-9', '30704-1', '24532-4', '38021-2'],
    ccam: ['ZCQM008', 'ZCQM006'],
    snomed: ['45036003'],
    doseClass: '0',
    preparation: fasting,
  },
  {
    id: 'us-abdomen-pelvis',
    title: ['Échographie abdominopelvienne', 'Ultrasound of the abdomen and pelvis'],
    modality: 'US',
    loinc: ['24558-9', '24869-0'],
    ccam: ['ZCQM005', 'ZCQM010'],
    snomed: ['418394000'],
    doseClass: '0',
    preparation: fullBladder,
  },
  {
    id: 'us-kidney',
    title: ['Échographie rénale et des voies urinaires', 'Ultrasound of the kidneys and urinary tract'],
    modality: 'US',
    loinc: ['43774-9', '38036-0', '69402-6'],
    ccam: ['JAQM003', 'JAQM001', 'JDQM001'],
    snomed: ['306005', '169251004'],
    doseClass: '0',
    preparation: fullBladder,
  },
  {
    id: 'us-pelvis-ta',
    title: ['Échographie pelvienne sus-pubienne', 'Transabdominal ultrasound of the pelvis'],
    modality: 'US',
    loinc: ['24869-0'],
    ccam: ['ZCQM003'],
    snomed: ['24848001', '1381843006'],
    doseClass: '0',
    preparation: fullBladder,
    questions: [{ ...pregnancy, required: true }],
  },
  {
    id: 'us-pelvis-tv',
    title: ['Échographie pelvienne endovaginale', 'Transvaginal ultrasound of the pelvis'],
    modality: 'US',
    loinc: ['24677-7', '42455-6'],
    ccam: ['ZCQJ003', 'ZCQJ006'],
    snomed: ['429915000'],
    doseClass: '0',
    preparation: ['Aucune préparation.', 'No preparation.'],
    questions: [
      { ...pregnancy, required: true },
      {
        code: 'transvaginal-accepted',
        text: ['La voie endovaginale est-elle acceptée ?', 'Is the transvaginal route accepted?'],
        required: true,
      },
    ],
  },
  {
    id: 'mg-bilat',
    title: ['Mammographie bilatérale', 'Bilateral mammography'],
    modality: 'MG',
    loinc: ['26346-7'],
    ccam: ['QEQK001'],
    snomed: ['43204002'],
    doseClass: 'I',
    preparation: mammograms,
    questions: [side],
  },
  {
    id: 'mg-unilat',
    title: ['Mammographie unilatérale', 'Unilateral mammography'],
    modality: 'MG',
    loinc: ['46350-5', '26347-5', '26348-3'],
    ccam: ['QEQK005'],
    snomed: ['71651007'],
    doseClass: 'I',
    preparation: mammograms,
    questions: [side],
  },
  {
    id: 'us-breast',
    title: ['Échographie mammaire', 'Ultrasound of the breast'],
    modality: 'US',
    loinc: ['26214-7', '24601-7'],
    ccam: ['QEQM001'],
    snomed: ['47079000', '1571000087109'],
    doseClass: '0',
    preparation: mammograms,
    questions: [side],
  },
  {
    id: 'ct-ap-wo',
    title: ['Scanner abdominopelvien sans injection', 'CT of abdomen and pelvis without contrast'],
    modality: 'CT',
    loinc: ['36952-0'],
    ccam: ['ZCQK004', 'ZCQK005'],
    snomed: ['419394006'],
    doseClass: 'II',
    preparation: ['Aucune préparation.', 'No preparation.'],
  },
  {
    id: 'ct-ap-w',
    title: ['Scanner abdominopelvien avec injection', 'CT of abdomen and pelvis with contrast'],
    modality: 'CT',
    loinc: ['36813-4', '42274-1'],
    ccam: ['ZCQH001', 'ZCQH002'],
    snomed: ['1148701004'],
    doseClass: 'III',
    preparation: [
      'Bien boire ; apporter le dernier dosage de créatinine.',
      'Drink enough; bring the last creatinine result.',
    ],
    questions: contrast,
  },
  {
    id: 'mr-brain',
    title: ['IRM encéphalique', 'MRI of the brain'],
    modality: 'MR',
    loinc: ['30657-1', '24587-8', '24590-2'],
    ccam: ['ACQN001', 'ACQJ002'],
    snomed: ['816077007'],
    doseClass: '0',
    preparation: noMetal,
  },
  {
    id: 'mr-lspine',
    title: ['IRM du rachis lombaire', 'MRI of the lumbar spine'],
    modality: 'MR',
    loinc: ['30679-5', '24967-2', '24968-0'],
    ccam: ['LHQN001', 'LHQJ001', 'LHQN002', 'LHQJ002'],
    snomed: ['394451000119106', '41333006'],
    doseClass: '0',
    preparation: noMetal,
  },
]

export interface DemoIndication {
  id: string
  title: Words
  /** ICD-10; the first is the usual one. */
  icd10: readonly string[]
  snomed?: readonly string[]
  exams: readonly DemoChoice[]
  priority: 'routine' | 'urgent' | 'asap'
  /** FHIRPath. */
  applies?: string
  questions?: readonly DemoQuestion[]
}

/** An exam by its id, and when it is the one. */
export interface DemoChoice {
  exam: string
  applies?: string
  why?: Words
  alternative?: true
}

const first = (...ids: string[]): DemoChoice[] => ids.map((exam) => ({ exam }))

/** Indications I1 to I11. Source: action sheet B of the CPTS; ICD-10 (WHO 2019); Guide du bon usage, ADERIM. */
export const indications: readonly DemoIndication[] = [
  {
    id: 'I1',
    title: ['Suspicion de pyélonéphrite', 'Suspected pyelonephritis'],
    icd10: ['N10', 'N12'],
    snomed: ['45816000'],
    exams: first('us-abdomen', 'us-kidney'),
    priority: 'urgent',
    questions: [
      redFlag('sepsis', ['Frissons ou signes de sepsis ?', 'Chills or signs of sepsis?']),
      redFlag('single-kidney', ['Rein unique ou greffé ?', 'Single or transplanted kidney?']),
    ],
  },
  {
    id: 'I2',
    title: ['Colique néphrétique', 'Renal colic'],
    icd10: ['N23', 'N20.9', 'N20'],
    snomed: ['7093002'],
    exams: [
      ...first('us-abdomen', 'us-kidney'),
      {
        exam: 'ct-ap-wo',
        alternative: true,
        applies: "('82810-3' in %yes).not()",
        why: ['Grossesse : échographie seule.', 'Pregnant: ultrasound only.'],
      },
    ],
    priority: 'urgent',
    questions: [
      redFlag('fever', ['Fièvre ?', 'Fever?']),
      redFlag('anuria', ['Anurie ?', 'Anuria?']),
      redFlag('single-kidney', ['Rein unique ou greffé ?', 'Single or transplanted kidney?']),
    ],
  },
  {
    id: 'I3',
    title: ['Colique hépatique', 'Biliary colic'],
    icd10: ['K80.2', 'K80.5', 'R10.1'],
    snomed: ['235919008'],
    exams: first('us-abdomen'),
    priority: 'urgent',
    questions: [redFlag('fever', ['Fièvre ?', 'Fever?']), redFlag('jaundice', ['Ictère ?', 'Jaundice?'])],
  },
  {
    id: 'I4',
    title: ['Douleur abdominale aiguë de l’enfant', 'Acute abdominal pain of a child'],
    icd10: ['R10.4', 'R10.0', 'R10.3'],
    snomed: ['116290004'],
    exams: first('us-abdomen', 'us-abdomen-pelvis'),
    priority: 'asap',
    applies: '%age < 16',
    questions: [
      redFlag('guarding', ['Défense ou contracture ?', 'Guarding or rigidity?'], true),
      redFlag('bilious-vomiting', ['Vomissements bilieux ?', 'Bilious vomiting?'], true),
    ],
  },
  {
    id: 'I5',
    title: ['Découverte d’une masse du sein', 'Breast mass discovered'],
    icd10: ['N63'],
    snomed: ['89164003'],
    exams: first('mg-bilat', 'us-breast', 'mg-unilat'),
    priority: 'urgent',
    questions: [redFlag('breast-inflammation', ['Signes inflammatoires ?', 'Signs of inflammation?'])],
  },
  {
    id: 'I6',
    title: ['Suspicion de salpingite', 'Suspected salpingitis'],
    icd10: ['N70.0', 'N70.9', 'N73.9'],
    snomed: ['198130006', '88157006'],
    exams: first('us-pelvis-ta', 'us-pelvis-tv'),
    priority: 'urgent',
    applies: "%patient.gender != 'male'",
    questions: [
      redFlag('sepsis', ['Frissons ou signes de sepsis ?', 'Chills or signs of sepsis?']),
      redFlag('guarding', ['Défense ou contracture ?', 'Guarding or rigidity?']),
    ],
  },
  {
    id: 'I7',
    title: ['Métrorragies', 'Abnormal uterine bleeding'],
    icd10: ['N92.1', 'N93.9', 'N95.0', 'O20.9'],
    snomed: ['301822002', '19155002', '76742009'],
    exams: first('us-pelvis-ta', 'us-pelvis-tv'),
    priority: 'urgent',
    applies: "%patient.gender != 'male'",
    questions: [
      redFlag('heavy-bleeding', ['Saignement abondant ou malaise ?', 'Heavy bleeding or faintness?'], true),
    ],
  },
  {
    id: 'I8',
    title: ['Suspicion de pancréatite', 'Suspected pancreatitis'],
    icd10: ['K85.9', 'K85'],
    snomed: ['197456007'],
    exams: [...first('ct-ap-w'), { exam: 'us-abdomen', alternative: true }],
    priority: 'asap',
    questions: [
      redFlag('shock', ['Signes de choc ou détresse respiratoire ?', 'Shock or respiratory distress?'], true),
    ],
  },
  {
    id: 'I9',
    title: ['Suspicion de diverticulite', 'Suspected diverticulitis'],
    icd10: ['K57.3', 'K57.2', 'K57.9'],
    snomed: ['307496006'],
    exams: [
      ...first('ct-ap-w'),
      { exam: 'ct-ap-wo', alternative: true },
      { exam: 'us-abdomen', alternative: true },
    ],
    priority: 'urgent',
    questions: [redFlag('guarding', ['Défense ou contracture ?', 'Guarding or rigidity?'], true)],
  },
  {
    id: 'I10',
    title: ['Céphalées inhabituelles', 'Unusual headache'],
    icd10: ['R51', 'G44.8'],
    snomed: ['25064002'],
    exams: first('mr-brain'),
    priority: 'urgent',
    questions: [
      redFlag('thunderclap', ['Début brutal, « coup de tonnerre » ?', 'Sudden, “thunderclap” onset?'], true),
      redFlag('neurological-deficit', ['Déficit neurologique ?', 'Neurological deficit?'], true),
      redFlag('stiff-neck', ['Fièvre ou raideur de nuque ?', 'Fever or stiff neck?'], true),
    ],
  },
  {
    id: 'I11',
    title: ['Lombosciatalgies', 'Sciatica'],
    icd10: ['M54.4', 'M54.3', 'M51.1'],
    snomed: ['23056005'],
    exams: [
      {
        exam: 'mr-lspine',
        applies: [
          "'motor-deficit' in %yes or 'cauda-equina' in %yes or 'fever-or-cancer' in %yes",
          "or 'before-surgery' in %yes or %values.where(code = 'duration-weeks').value >= 12",
        ].join(' '),
        why: [
          'Sans signe d’alerte, l’IRM n’est prévue qu’après 3 mois ou avant un geste (ADERIM).',
          'Without a red flag MRI is for pain of more than 3 months, or before surgery (ADERIM).',
        ],
      },
    ],
    priority: 'routine',
    questions: [
      redFlag('cauda-equina', ['Syndrome de la queue de cheval ?', 'Cauda equina syndrome?'], true),
      redFlag('motor-deficit', ['Déficit moteur ?', 'Motor deficit?'], true),
      redFlag(
        'fever-or-cancer',
        ['Fièvre, cancer ou immunodépression ?', 'Fever, cancer or low immunity?'],
        true,
      ),
      {
        code: 'duration-weeks',
        text: ['Durée de la douleur (semaines)', 'Duration of the pain (weeks)'],
        kind: 'number',
        required: true,
      },
      { code: 'before-surgery', text: ['Avant un geste invasif ?', 'Before an invasive act?'] },
    ],
  },
]
