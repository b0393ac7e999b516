import { type DemoDoctor, doctors } from '../../../src/demo/people.ts'
import { exams } from '../../../src/demo/protocol-exams.ts'
import { indications } from '../../../src/demo/protocol-table.ts'
import { systems } from '../../../src/fhir/canonical.ts'
import type { Said } from '../../journeys/cell.ts'
import type { Chance } from '../chance.ts'

/** How a request comes: by software in three ways, or by telephone, written down by the cell. */
export type Way = 'v2' | 'fhir' | 'json' | 'telephone'

/** A request as a doctor means it. */
export interface Wanted {
  number: string
  way: Way
  indication: string
  /** `outside`: for an indication that the protocol does not have. */
  kind: 'complete' | 'incomplete' | 'outside'
  exam: Exam
  icd10: string
  reason: string
  doctor: DemoDoctor
  patient: { family: string; given: string; bornOn: string; sex: 'male' | 'female' }
}

/** An exam of the territory's catalogue. */
export interface Exam {
  id: string
  loinc: string
  title: string
  modality: string
}

/** What each indication leads to, and the answers that the protocol wants for it. Source: the demo's protocol. */
const leads: Readonly<Record<string, { exam: string; answers: Answers }>> = {
  I1: { exam: 'us-kidney', answers: {} },
  I2: { exam: 'us-kidney', answers: {} },
  I3: { exam: 'us-abdomen', answers: {} },
  I4: { exam: 'us-abdomen', answers: { guarding: 'no', 'bilious-vomiting': 'no' } },
  I5: { exam: 'mg-bilat', answers: { 'breast-mass-side': 'gauche, 3 h' } },
  I6: { exam: 'us-pelvis-ta', answers: {} },
  I7: { exam: 'us-pelvis-ta', answers: { 'heavy-bleeding': 'no' } },
  I8: { exam: 'ct-ap-w', answers: { 'MED-1105': 'no', 'N18.9': 'no', shock: 'no' } },
  I9: { exam: 'ct-ap-w', answers: { 'MED-1105': 'no', 'N18.9': 'no', guarding: 'no' } },
  I10: { exam: 'mr-brain', answers: { thunderclap: 'no', 'neurological-deficit': 'no', 'stiff-neck': 'no' } },
  I11: {
    exam: 'mr-lspine',
    answers: { 'cauda-equina': 'no', 'motor-deficit': 'no', 'fever-or-cancer': 'no', 'duration-weeks': 16 },
  },
}

type Answers = Readonly<Record<string, string | number>>

const always: Answers = { '82810-3': 'no', '30954-2': 'aucun connu' }
const magnet: Answers = Object.fromEntries(
  ['MED-1117', 'MED-1113', 'MED-1112', 'MED-1111', 'MED-1110'].map((code) => [code, 'no']),
)

/** All that the protocol wants to know of a request. */
export const answersTo = ({ indication, exam }: Pick<Wanted, 'indication' | 'exam'>): Answers => ({
  ...always,
  ...(exam.modality === 'MR' && magnet),
  ...leads[indication]?.answers,
})

/** How often each is asked for: more magnetic resonance than there are places. */
const weights: Readonly<Record<string, number>> = {
  I1: 6,
  I2: 8,
  I3: 8,
  I4: 5,
  I5: 5,
  I6: 3,
  I7: 6,
  I8: 4,
  I9: 9,
  I10: 20,
  I11: 26,
}

const onlyWomen = ['I5', 'I6', 'I7']
const families = ['ESSAI', 'MODELE', 'FICTIF', 'TEMOIN', 'EXEMPLE', 'EPREUVE']
const given = { female: ['ROSE', 'ALIX', 'LOU', 'ANNE'], male: ['JEAN', 'ALIX', 'LOU', 'PAUL'] }

/** A request by chance. */
export function wantedBy(chance: Chance, number: string): Wanted {
  const indication = weighted(chance)
  const known = indications.find(({ id }) => id === indication)
  const exam = examOf(leads[indication]?.exam ?? '')
  if (!known) throw new Error(`The protocol has no ${indication}`)
  const ways: readonly Way[] = ['v2', 'v2', 'fhir', 'json', 'telephone']
  const fate = chance.next()
  const kind = fate < 0.12 ? 'incomplete' : fate < 0.18 ? 'outside' : 'complete'
  const sex = onlyWomen.includes(indication) || chance.next() < 0.5 ? 'female' : 'male'
  const year = indication === 'I4' ? chance.between(2014, 2024) : chance.between(1940, 2007)
  return {
    number,
    way: picked(chance, ways),
    indication,
    kind,
    exam,
    icd10: kind === 'outside' ? 'S93.4' : (known.icd10[0] ?? ''),
    reason: kind === 'outside' ? 'Entorse de cheville' : known.title[0],
    doctor: picked(chance, doctors),
    patient: {
      family: picked(chance, families),
      given: picked(chance, given[sex]),
      bornOn: `${Math.floor(year)}-0${Math.floor(chance.between(1, 10))}-1${Math.floor(chance.between(0, 10))}`,
      sex,
    },
  }
}

function examOf(id: string): Exam {
  const found = exams.find((exam) => exam.id === id)
  if (!found) throw new Error(`The catalogue has no ${id}`)
  return { id, loinc: found.loinc[0] ?? '', title: found.title[0], modality: found.modality }
}

/** What the catalogue calls an exam as it was coded: several may have one LOINC code, then it is the first. */
export function calledBy({ way, exam }: Pick<Wanted, 'way' | 'exam'>): string {
  if (way === 'fhir') return exam.title
  const same = exams.filter(({ loinc }) => loinc.includes(exam.loinc)).sort((a, b) => (a.id < b.id ? -1 : 1))
  return same[0]?.title[0] ?? exam.title
}

function picked<T>(chance: Chance, of: readonly T[]): T {
  const one = chance.one(of)
  if (one === undefined) throw new Error('There is nothing to choose from')
  return one
}

function weighted(chance: Chance): string {
  const all = Object.entries(weights)
  let left = chance.next() * all.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of all) {
    left -= weight
    if (left < 0) return name
  }
  return 'I11'
}

/** As the doctor's software sends it by HL7 v2: of the answers it knows only those that all exams want. */
export function orderMessage(wanted: Wanted, at: Date): string {
  const { number, exam, doctor, patient, reason, icd10, kind } = wanted
  const stamp = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`
  const by = `8${doctor.rpps}^${doctor.family}^${doctor.given}^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`
  const lines = [
    `MSH|^~\\&|EHR|MARCHE|RELAIS||${stamp}||ORM^O01^ORM_O01|${number}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|||IPP-${number}^^^EHR&${practice}.7&ISO^PI||${patient.family}^${patient.given}^^^^^L||${patient.bornOn.replaceAll('-', '')}|${patient.sex === 'female' ? 'F' : 'M'}`,
    'PV1||O',
    `ORC|NW|${number}^^${practice}^ISO|||||||${stamp}|||${by}||^PRN^PH^^^^^^^^^+33199000099`,
    `OBR|1|${number}^^${practice}^ISO||${exam.loinc}^${exam.title}^LN|||||||||${reason}|||${by}|||||||||||^^^^${stamp.slice(0, 8)}^R||||${icd10}^${reason}^I10`,
    ...(kind === 'incomplete' ? [] : [`NTE|1||${purpose}|FINALITE_EXAMEN^^HL70364`]),
    `OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||${exam.modality}^^DCM||||||O`,
    ...(kind === 'incomplete'
      ? []
      : [
          'OBX|2|CE|82810-3^Pregnancy status^LN||60001007^Not pregnant^SCT||||||O',
          'OBX|3|FT|30954-2^Examens antérieurs^LN||Aucun connu||||||O',
        ]),
  ]
  return lines.map((line) => `${line}\r`).join('')
}

const practice = '1.2.250.1.999.1'
const purpose = 'Confirmer ou écarter'

/** As plain JSON: from software, or from the secretary who took the call. */
export function intakeOf(wanted: Wanted): object {
  const { number, exam, doctor, patient, reason, icd10, kind } = wanted
  const answers = Object.entries(answersTo(wanted)).map(([question, answer]) => ({ question, answer }))
  return {
    version: 1,
    placerOrderNumber: number,
    patient: {
      familyName: patient.family,
      givenName: patient.given,
      birthDate: patient.bornOn,
      sex: patient.sex,
    },
    prescriber: { rpps: doctor.rpps, name: doctor.family },
    exam: { code: { system: 'http://loinc.org', code: exam.loinc }, modality: exam.modality },
    reason: { text: reason, code: { system: 'http://hl7.org/fhir/sid/icd-10', code: icd10 } },
    justification: reason,
    priority: 'urgent',
    urgencyReason: 'Symptômes récents',
    ...(kind !== 'incomplete' && { purpose, answers }),
  }
}

/** As FHIR; the doctor by the reference that the directory has. */
export const saidOf = (wanted: Wanted, requester: string): Said => ({
  exam: wanted.exam.id,
  icd10: wanted.icd10,
  answers: wanted.kind === 'incomplete' ? {} : { ...answersTo(wanted) },
  patient: {
    name: [{ use: 'official', family: wanted.patient.family, given: [wanted.patient.given] }],
    gender: wanted.patient.sex,
    birthDate: wanted.patient.bornOn,
  },
  more: {
    requester: { reference: requester },
    orderDetail: [{ coding: [{ system: systems.dicom, code: wanted.exam.modality }] }],
  },
})
