import { type DemoQuestion, redFlag, type Words } from './protocol-questions.ts'

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
