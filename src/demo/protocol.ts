import type { ActivityDefinition, Coding, Extension, PlanDefinition, Resource } from '@medplum/fhirtypes'
import { canonical, extensions, systems } from '../fhir/canonical.ts'
import { inBoth as translated } from '../flows/protocol/questionnaire.ts'
import { demoIdentifier } from './naming.ts'
import { type DemoExam, exams } from './protocol-exams.ts'
import { type DemoQuestion, questions, type Words } from './protocol-questions.ts'
import { type DemoChoice, type DemoIndication, indications } from './protocol-table.ts'

export { type DemoIndication, indications } from './protocol-table.ts'

const version = '1.0.0'
const base = `${canonical}/demo`

/** The entry protocol of the demo, fictive doctors' names on it: an ActivityDefinition an exam, a PlanDefinition an indication, and the protocol that names them. */
export function protocol(): { url: string; resource: Resource }[] {
  const all: (ActivityDefinition | PlanDefinition)[] = [
    ...exams.map(activity),
    ...indications.map(plan),
    whole(),
  ]
  return all.map((resource) => ({ url: `urn:local:${resource.name}`, resource }))
}

function activity({
  id,
  title,
  modality,
  loinc,
  ccam,
  snomed,
  doseClass,
  preparation,
  questions = [],
}: DemoExam): ActivityDefinition {
  const codes = (system: string, all: readonly string[]): Coding[] => all.map((code) => ({ system, code }))
  return {
    resourceType: 'ActivityDefinition',
    extension: [
      { url: extensions.preparation, ...inBoth('valueString', preparation) },
      { url: extensions.doseClass, valueCode: doseClass },
      ...questions.map(questionExtension),
    ],
    url: `${base}/ActivityDefinition/${id}`,
    identifier: [demoIdentifier(`exam-${id}`)],
    version,
    name: nameOf(id),
    ...inBoth('title', title),
    status: 'active',
    kind: 'ServiceRequest',
    code: {
      coding: [
        ...codes('http://loinc.org', loinc),
        { system: systems.dicom, code: modality },
        { system: systems.exam, code: id },
        ...codes('https://smt.esante.gouv.fr/terminologie-ccam', ccam),
        ...codes('http://snomed.info/sct', snomed),
      ],
      text: title[0],
    },
  }
}

function plan({
  id,
  title,
  icd10,
  snomed = [],
  exams,
  priority,
  questions = [],
}: DemoIndication): PlanDefinition {
  return {
    resourceType: 'PlanDefinition',
    ...(questions.length > 0 && { extension: questions.map(questionExtension) }),
    url: `${base}/PlanDefinition/${id}`,
    identifier: [demoIdentifier(`indication-${id}`)],
    version,
    name: nameOf(id),
    ...inBoth('title', title),
    type: planType('clinical-protocol'),
    status: 'active',
    useContext: [
      {
        code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'focus' },
        valueCodeableConcept: {
          coding: [
            ...icd10.map((code) => ({ system: 'http://hl7.org/fhir/sid/icd-10', code })),
            ...snomed.map((code) => ({ system: 'http://snomed.info/sct', code })),
          ],
          text: title[0],
        },
      },
    ],
    relatedArtifact: [
      {
        type: 'derived-from',
        label: '2025-04-21',
        display: 'ADERIM, aide à la demande d’examens de radiologie et d’imagerie médicale (SFR)',
        url: 'https://aderim.radiologie.fr',
      },
    ],
    action: exams.map((choice) => action(choice, priority)),
  }
}

const planType = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code }],
})

function action(
  { exam, applies, why, alternative }: DemoChoice,
  priority: DemoIndication['priority'],
): NonNullable<PlanDefinition['action']>[number] {
  return {
    ...(alternative && { extension: [{ url: extensions.alternative, valueBoolean: true }] }),
    title: exam,
    ...(why && inBoth('description', why)),
    priority,
    ...(applies !== undefined && { condition: [condition(applies)] }),
    definitionCanonical: `${base}/ActivityDefinition/${exam}|${version}`,
  }
}

const condition = (expression: string) => ({
  kind: 'applicability' as const,
  expression: { language: 'text/fhirpath' as const, expression },
})

/** The protocol itself, in the version that was approved. */
function whole(): PlanDefinition {
  return {
    resourceType: 'PlanDefinition',
    extension: [
      {
        url: extensions.emergency,
        ...inBoth('valueString', [
          'Urgence vitale : appeler le 15, sans attendre de réponse.',
          'Life in danger: call 15, without waiting for an answer.',
        ]),
      },
      ...questions.map(questionExtension),
    ],
    url: `${base}/PlanDefinition/entry-protocol`,
    identifier: [demoIdentifier('entry-protocol')],
    version,
    name: 'Relais_entry_protocol',
    ...inBoth('title', ['Protocole d’entrée (fictif)', 'Entry protocol (fictive)']),
    type: planType('workflow-definition'),
    status: 'active',
    approvalDate: '2025-12-01',
    lastReviewDate: '2025-12-01',
    effectivePeriod: { start: '2023-11-02', end: '2031-12-31' },
    endorser: [{ name: 'Dr Camille Exemple, médecin généraliste' }, { name: 'Dr Sacha Fictif, radiologue' }],
    action: indications.map(({ id, title, applies }) => ({
      title: title[0],
      ...(applies !== undefined && { condition: [condition(applies)] }),
      definitionCanonical: `${base}/PlanDefinition/${id}|${version}`,
    })),
  }
}

const questionSystems = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  cisis: 'https://smt.esante.gouv.fr/fhir/CodeSystem/terminologie-cisis',
  icd10: 'http://hl7.org/fhir/sid/icd-10',
}

/** A question as the extension that a territory's file carries. */
export function questionExtension(question: DemoQuestion): Extension {
  const {
    code,
    system,
    text,
    kind,
    role,
    required,
    applies,
    also = [],
    modalities = [],
    options = [],
  } = question
  const own = system === undefined ? systems.question : questionSystems[system]
  return {
    url: extensions.question,
    extension: [
      { url: 'code', valueCoding: { system: own, code } },
      { url: 'text', ...inBoth('valueString', text) },
      ...(kind ? [{ url: 'kind', valueCode: kind }] : []),
      ...(role ? [{ url: 'role', valueCode: role }] : []),
      ...(required ? [{ url: 'required', valueBoolean: true }] : []),
      ...modalities.map((valueCode) => ({ url: 'modality', valueCode })),
      ...(applies === undefined ? [] : [{ url: 'applies', valueString: applies }]),
      ...also.map((other) => ({ url: 'also', valueCoding: { code: other } })),
      ...options.map(({ code, text: [display] }) => ({
        url: 'option',
        valueCoding: { system: systems.question, code, display },
      })),
    ],
  }
}

/** An element in French, with its translation. */
const inBoth = <N extends string>(name: N, [fr, en]: Words) => translated(name, { fr, en })

/** A name that programs can use. */
const nameOf = (id: string) => `Relais_${id.replaceAll('-', '_')}`
