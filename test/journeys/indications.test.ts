import type { Appointment, Bundle, Questionnaire, QuestionnaireResponse, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { extensions } from '../../src/fhir/canonical.ts'
import type { Kept } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { refers, type Said } from './cell.ts'
import { appointmentIn, books, firstFor } from './support.ts'

/** The eleven indications of the action sheet, each from the doctor's request to the booked exam. */

let demo: TestDemo

beforeAll(async () => {
  demo = await startDemo()
}, 60_000)

afterAll(() => demo[Symbol.asyncDispose]())

const man = { gender: 'male' as const, birthDate: '1975-05-05' }
const child = { gender: 'male' as const, birthDate: '2021-05-05' }
const xRays = { '82810-3': 'no', '30954-2': 'aucun connu' }
const contrast = { 'MED-1105': 'no', 'N18.9': 'no' }
const magnet = {
  'MED-1117': 'no',
  'MED-1113': 'no',
  'MED-1112': 'no',
  'MED-1111': 'no',
  'MED-1110': 'no',
  '82810-3': 'no',
}

interface Case extends Said {
  name: string
  /** What is answered last: without it the request is incomplete. */
  last?: Record<string, string | number>
}

const cases: readonly Case[] = [
  { name: 'I1 suspected pyelonephritis', exam: 'us-kidney', icd10: 'N10' },
  { name: 'I2 renal colic', exam: 'us-kidney', icd10: 'N23' },
  { name: 'I3 biliary colic', exam: 'us-abdomen', icd10: 'K80.2' },
  {
    name: 'I4 acute abdominal pain of a child',
    exam: 'us-abdomen',
    icd10: 'R10.4',
    patient: child,
    answers: { guarding: 'no' },
    last: { 'bilious-vomiting': 'no' },
  },
  {
    name: 'I5 breast mass discovered',
    exam: 'mg-bilat',
    icd10: 'N63',
    answers: xRays,
    last: { 'breast-mass-side': 'gauche, 3 h' },
  },
  {
    name: 'I6 suspected salpingitis',
    exam: 'us-pelvis-ta',
    icd10: 'N70.0',
    last: { '82810-3': 'no' },
  },
  {
    name: 'I7 abnormal uterine bleeding',
    exam: 'us-pelvis-tv',
    icd10: 'N92.1',
    answers: { '82810-3': 'no', 'transvaginal-accepted': 'yes' },
    last: { 'heavy-bleeding': 'no' },
  },
  {
    name: 'I8 suspected pancreatitis',
    exam: 'ct-ap-w',
    icd10: 'K85.9',
    answers: { ...xRays, ...contrast },
    last: { shock: 'no' },
  },
  {
    name: 'I9 suspected diverticulitis',
    exam: 'ct-ap-w',
    icd10: 'K57.3',
    answers: { ...xRays, 'MED-1105': 'no', guarding: 'no' },
    last: { 'N18.9': 'no' },
  },
  {
    name: 'I10 unusual headache',
    exam: 'mr-brain',
    icd10: 'R51',
    patient: man,
    answers: { ...magnet, thunderclap: 'no', 'neurological-deficit': 'no' },
    last: { 'stiff-neck': 'no' },
  },
  {
    name: 'I11 sciatica',
    exam: 'mr-lspine',
    icd10: 'M54.4',
    answers: { ...magnet, 'cauda-equina': 'no', 'motor-deficit': 'no', 'fever-or-cancer': 'no' },
    last: { 'duration-weeks': 16 },
  },
]

const outputs = ({ output = [] }: Task, code: string) =>
  output.filter(({ type }) => type.coding?.some((one) => one.code === code))
const taskOf = async (request: string) => {
  const [task] = await demo.as('cell').search<Task>(`Task?focus=ServiceRequest/${request}&code=fulfill`)
  if (!task) throw new Error('The request has no Task')
  return task as Kept<Task>
}

describe.each(cases)('$name', ({ name, last, ...said }) => {
  if (last) {
    test('is asked for what is missing, and nothing else', async () => {
      const request = await refers(demo.as('ehr'), said)
      const task = await taskOf(request.id)
      expect(task.status).toBe('on-hold')
      const missing = outputs(task, 'missing').map(
        ({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code,
      )
      expect(missing).toEqual(Object.keys(last))
    })
  }

  test('conforms, is found a place with a reason, and is booked by the centre’s yes', async () => {
    const ehr = demo.as('ehr')
    const request = await refers(ehr, { ...said, answers: { ...said.answers, ...last } })
    const task = await taskOf(request.id)
    expect(outputs(task, 'verdict')[0]?.valueCodeableConcept?.coding?.[0]?.code).toBe('conforms')
    expect(outputs(task, 'indication')[0]?.valueCanonical).toContain(`/PlanDefinition/${name.split(' ')[0]}|`)
    expect(task.status).toBe('requested')
    const proposal = await firstFor(ehr, request)
    expect(proposal.extension?.find(({ url }) => url === extensions.rank)?.valueString).toBeTruthy()
    const booked = await until(
      async () => appointmentIn(await books(ehr, proposal.id)),
      ({ status }) => status === 'booked' || status === 'pending',
    )
    await until(
      () => ehr.get<Appointment>(`Appointment/${booked.id}`),
      ({ status }) => status === 'booked',
    )
    const { entry = [] } = await ehr.get<Bundle>(`ServiceRequest/${request.id}/$everything`)
    const latest = entry
      .map(({ resource }) => resource)
      .findLast((one) => one?.resourceType === 'Appointment')
    expect(latest).toMatchObject({ status: 'booked' })
  })
})

test('I8, answered on the questionnaire of its indication, satisfies R.1333-53 and conforms', async () => {
  const ehr = demo.as('ehr')
  const request = await refers(ehr, { exam: 'ct-ap-w', icd10: 'K85.9' })
  const blocked = await taskOf(request.id)
  expect(outputs(blocked, 'verdict')[0]?.valueCodeableConcept?.coding?.[0]?.code).toBe('blocked')
  const forms = await ehr.search<Questionnaire>('Questionnaire')
  const form = forms.find(({ url }) => url?.includes('/I8/'))
  const said: Record<string, string> = { '30954-2': 'aucun connu' }
  const response: QuestionnaireResponse = {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: `${form?.url}|${form?.version}`,
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    subject: request.subject,
    item: (form?.item ?? []).map(({ linkId, type }) => ({
      linkId,
      answer: [
        type === 'choice'
          ? { valueCoding: { system: 'http://snomed.info/sct', code: '373067005' } }
          : { valueString: said[linkId] ?? 'RAS' },
      ],
    })),
  }
  expect((await ehr.call('POST', 'QuestionnaireResponse', response)).status).toBe(201)
  const task = await taskOf(request.id)
  expect(outputs(task, 'verdict')[0]?.valueCodeableConcept?.coding?.[0]?.code).toBe('conforms')
  expect(task.status).toBe('requested')
})
