import { contrast, type DemoQuestion, type Modality, pregnancy, type Words } from './protocol-questions.ts'

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
