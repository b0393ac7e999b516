import type { ActivityDefinition, PlanDefinition, Resource } from '@medplum/fhirtypes'
import { canonical, systems } from '../fhir/canonical.ts'
import { demoIdentifier } from './directory.ts'

interface DemoExam {
  id: string
  title: string
  modality: 'US' | 'MG' | 'CT' | 'MR'
  loinc: string
}

/** Exams of the entry protocol. Source: CPTS action sheet, ANS value set CodesDocumentImagerie. */
const exams: readonly DemoExam[] = [
  { id: 'us-abdomen', title: 'Échographie abdominale', modality: 'US', loinc: '24558-9' },
  { id: 'us-abdomen-pelvis', title: 'Échographie abdominopelvienne', modality: 'US', loinc: '24558-9' },
  { id: 'us-kidney', title: 'Échographie rénale et des voies urinaires', modality: 'US', loinc: '43774-9' },
  { id: 'us-pelvis-ta', title: 'Échographie pelvienne sus-pubienne', modality: 'US', loinc: '24869-0' },
  { id: 'us-pelvis-tv', title: 'Échographie pelvienne endovaginale', modality: 'US', loinc: '24677-7' },
  { id: 'mg-bilat', title: 'Mammographie bilatérale', modality: 'MG', loinc: '26346-7' },
  { id: 'mg-unilat', title: 'Mammographie unilatérale', modality: 'MG', loinc: '46350-5' },
  { id: 'us-breast', title: 'Échographie mammaire', modality: 'US', loinc: '26214-7' },
  { id: 'ct-ap-wo', title: 'Scanner abdominopelvien sans injection', modality: 'CT', loinc: '36952-0' },
  { id: 'ct-ap-w', title: 'Scanner abdominopelvien avec injection', modality: 'CT', loinc: '36813-4' },
  { id: 'mr-brain', title: 'IRM encéphalique', modality: 'MR', loinc: '30657-1' },
  { id: 'mr-lspine', title: 'IRM du rachis lombaire', modality: 'MR', loinc: '30679-5' },
]

export interface DemoIndication {
  id: string
  title: string
  /** ICD-10; the first is the usual one. */
  icd10: readonly string[]
  exams: readonly string[]
}

/** Indications of the entry protocol, each with the exams that it usually leads to. Source: CPTS action sheet. */
export const indications: readonly DemoIndication[] = [
  {
    id: 'I1',
    title: 'Suspicion de pyélonéphrite',
    icd10: ['N10', 'N12'],
    exams: ['us-abdomen', 'us-kidney'],
  },
  { id: 'I2', title: 'Colique néphrétique', icd10: ['N23', 'N20.9'], exams: ['us-abdomen', 'us-kidney'] },
  { id: 'I3', title: 'Colique hépatique', icd10: ['K80.2', 'K80.5', 'R10.1'], exams: ['us-abdomen'] },
  {
    id: 'I4',
    title: 'Douleur abdominale aiguë de l’enfant',
    icd10: ['R10.4', 'R10.0', 'R10.3'],
    exams: ['us-abdomen'],
  },
  { id: 'I5', title: 'Découverte d’une masse du sein', icd10: ['N63'], exams: ['mg-bilat', 'us-breast'] },
  {
    id: 'I6',
    title: 'Suspicion de salpingite',
    icd10: ['N70.0', 'N70.9', 'N73.9'],
    exams: ['us-pelvis-ta', 'us-pelvis-tv'],
  },
  {
    id: 'I7',
    title: 'Métrorragies',
    icd10: ['N92.1', 'N93.9', 'N95.0', 'O20.9'],
    exams: ['us-pelvis-ta', 'us-pelvis-tv'],
  },
  { id: 'I8', title: 'Suspicion de pancréatite', icd10: ['K85.9'], exams: ['ct-ap-w'] },
  { id: 'I9', title: 'Suspicion de diverticulite', icd10: ['K57.3', 'K57.2', 'K57.9'], exams: ['ct-ap-w'] },
  { id: 'I10', title: 'Céphalées inhabituelles', icd10: ['R51', 'G44.8'], exams: ['mr-brain'] },
  { id: 'I11', title: 'Lombosciatalgies', icd10: ['M54.4', 'M54.3', 'M51.1'], exams: ['mr-lspine'] },
]

/** The entry protocol of the demo: an ActivityDefinition an exam, a PlanDefinition an indication. */
export function protocol(): { url: string; resource: Resource }[] {
  const all: (ActivityDefinition | PlanDefinition)[] = [...exams.map(activity), ...indications.map(plan)]
  return all.map((resource) => ({ url: `urn:local:${resource.name}`, resource }))
}

function activity({ id, title, modality, loinc }: DemoExam): ActivityDefinition {
  return {
    resourceType: 'ActivityDefinition',
    url: `${canonical}/demo/ActivityDefinition/${id}`,
    identifier: [demoIdentifier(`exam-${id}`)],
    version: '1.0.0',
    name: nameOf(id),
    title,
    status: 'active',
    kind: 'ServiceRequest',
    code: {
      coding: [
        { system: 'http://loinc.org', code: loinc },
        { system: systems.dicom, code: modality },
      ],
      text: title,
    },
  }
}

function plan({ id, title, icd10, exams }: DemoIndication): PlanDefinition {
  return {
    resourceType: 'PlanDefinition',
    url: `${canonical}/demo/PlanDefinition/${id}`,
    identifier: [demoIdentifier(`indication-${id}`)],
    version: '1.0.0',
    name: nameOf(id),
    title,
    status: 'active',
    useContext: [
      {
        code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'focus' },
        valueCodeableConcept: {
          coding: icd10.map((code) => ({ system: 'http://hl7.org/fhir/sid/icd-10', code })),
          text: title,
        },
      },
    ],
    action: exams.map((exam) => ({
      title: exam,
      definitionCanonical: `${canonical}/demo/ActivityDefinition/${exam}`,
    })),
  }
}

/** A name that programs can use. */
const nameOf = (id: string) => `Relais_${id.replaceAll('-', '_')}`
