import type { Bundle, Parameters, Provenance, ServiceRequest, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import type { Kept } from '../../src/store/index.ts'
import { told } from '../flows/protocol/support.ts'
import { centreV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { issueTexts, refers } from './cell.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ connectors: { 'ris-v2': centreV2() } })
})

afterAll(() => gateway[Symbol.asyncDispose]())

const nothing = { resourceType: 'Parameters' }

const taskOf = async (request: ServiceRequest): Promise<Kept<Task>> => {
  const [task] = await gateway.as('cell').search<Task>(`Task?focus=ServiceRequest/${request.id}&code=fulfill`)
  if (!task) throw new Error('The request has no Task')
  return task
}

test('a request is claimed, given back and claimed again; whoever asked reads every move, who made it and when', async () => {
  const ehr = gateway.as('ehr')
  const cell = gateway.as('cell')
  const request = await refers(ehr, { exam: 'us-abdomen', icd10: 'K80.2' })
  const task = await taskOf(request)
  expect((await cell.call<Task>('POST', `Task/${task.id}/$claim`, nothing)).body).toMatchObject({
    status: 'received',
  })
  expect((await cell.call<Task>('POST', `Task/${task.id}/$give-back`, nothing)).status).toBe(200)
  const stale = await cell.call('POST', `Task/${task.id}/$claim`, nothing, { 'if-match': 'W/"1"' })
  expect(stale.status).toBe(412)
  expect((await cell.call<Task>('POST', 'Task/$claim', nothing)).body.id).toBe(task.id)
  expect((await cell.call('POST', 'Task/$claim', nothing)).status).toBe(404)
  expect((await ehr.call('POST', `Task/${task.id}/$claim`, nothing)).status).toBe(403)

  const { entry = [] } = await ehr.get<Bundle>(`ServiceRequest/${request.id}/$everything`)
  const told = entry.map(({ resource }) => resource)
  const versions = told.filter((one) => one?.resourceType !== 'Provenance')
  expect(versions.map((one) => `${one?.resourceType} ${one?.meta?.versionId}`)).toEqual([
    'ServiceRequest 1',
    'Task 1',
    'Task 2',
    'Task 3',
    'Task 4',
  ])
  const makers = told.filter((one): one is Provenance => one?.resourceType === 'Provenance')
  expect(makers.map(({ activity }) => activity?.coding?.[0]?.code)).toEqual([
    'resource.transacted',
    'resource.transacted',
    'task.claimed',
    'task.given-back',
    'task.claimed',
  ])
  expect(makers.map(({ agent }) => agent[0]?.who?.display)).toEqual(['ehr', 'ehr', 'cell', 'cell', 'cell'])
  const times = makers.map(({ recorded }) => Date.parse(recorded))
  expect(times).toEqual(times.toSorted())
  expect((await gateway.as('ehr-other').call('GET', `ServiceRequest/${request.id}/$everything`)).status).toBe(
    404,
  )
})

test('whoever asked reads the answers that came with the request, and those that came later', async () => {
  const ehr = gateway.as('ehr')
  const request = await refers(ehr, { exam: 'us-neck', icd10: 'E04.1', answers: { 'MED-1117': 'no' } })
  const later = { ...told({ 'MED-1113': 'no' })[0], subject: request.subject }
  await ehr.call('POST', 'Observation', {
    ...later,
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
  })
  const { entry = [] } = await ehr.get<Bundle>(`ServiceRequest/${request.id}/$everything`)
  const answers = entry.flatMap(({ resource }) =>
    resource?.resourceType === 'Observation' ? (resource.code.coding?.[0]?.code ?? []) : [],
  )
  expect(answers).toEqual(['MED-1117', 'MED-1113'])
})

test('an illegal move is refused with 422, and the legal ones are told', async () => {
  const request = await refers(gateway.as('ehr'), { exam: 'us-abdomen', icd10: 'K80.2' })
  const task = await taskOf(request)
  const refused = await gateway.as('cell').call('PUT', `Task/${task.id}`, { ...task, status: 'failed' })
  expect(refused.status).toBe(422)
  expect(issueTexts(refused)[0]).toContain('It may become: received, accepted, rejected, cancelled')
})

test('a new indication and a new question are data: a second version of the protocol judges otherwise, and the first is still there', async () => {
  const cell = gateway.as('cell')
  const [whole] = await cell.search<Kept & { resourceType: 'PlanDefinition' }>(
    'PlanDefinition?identifier=https://relais.example/demo|entry-protocol',
  )
  if (whole?.resourceType !== 'PlanDefinition') throw new Error('There is no protocol')
  const thyroid = await refers(gateway.as('ehr'), { exam: 'us-neck', icd10: 'E04.1' })
  const base = 'https://relais.example/fhir/demo'
  const { id: _, meta: __, ...rest } = whole
  const identifier = (value: string) => [{ system: 'https://relais.example/demo', value }]
  await cell.call('POST', 'ActivityDefinition', {
    resourceType: 'ActivityDefinition',
    url: `${base}/ActivityDefinition/us-neck`,
    identifier: identifier('exam-us-neck'),
    version: '1.0.0',
    title: 'Échographie cervicale',
    status: 'active',
    kind: 'ServiceRequest',
    code: {
      coding: [
        { system: systems.exam, code: 'us-neck' },
        { system: systems.dicom, code: 'US' },
      ],
    },
  })
  await cell.call('POST', 'PlanDefinition', {
    resourceType: 'PlanDefinition',
    url: `${base}/PlanDefinition/I12`,
    identifier: identifier('indication-I12'),
    version: '1.0.0',
    title: 'Nodule thyroïdien',
    status: 'active',
    extension: [
      {
        url: 'https://relais.example/fhir/StructureDefinition/question',
        extension: [
          { url: 'code', valueCoding: { system: systems.question, code: 'tsh-known' } },
          { url: 'text', valueString: 'La TSH est-elle connue ?' },
          { url: 'required', valueBoolean: true },
        ],
      },
    ],
    useContext: [
      {
        code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'focus' },
        valueCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'E04' }] },
      },
    ],
    action: [{ definitionCanonical: `${base}/ActivityDefinition/us-neck|1.0.0` }],
  })
  const second = await cell.call('POST', 'PlanDefinition', {
    ...rest,
    identifier: identifier('entry-protocol-2'),
    version: '2.0.0',
    approvalDate: '2026-01-01',
    action: [...(rest.action ?? []), { definitionCanonical: `${base}/PlanDefinition/I12|1.0.0` }],
  })
  expect(second.status).toBe(201)
  const judged = () => cell.get<Parameters>(`ServiceRequest/${thyroid.id}/$judge?version=1.0.0&against=2.0.0`)
  const { parameter = [] } = await judged()
  const verdicts = parameter
    .filter(({ name }) => name === 'judgement')
    .map(({ part = [] }) => part.find(({ name }) => name === 'verdict')?.valueCode)
  expect(verdicts).toEqual(['outside', 'incomplete'])
  expect(parameter.find(({ name }) => name === 'same')?.valueBoolean).toBe(false)
  expect((await taskOf(thyroid)).instantiatesCanonical).toContain('|1.0.0')

  const again = await refers(gateway.as('ehr'), {
    exam: 'us-neck',
    icd10: 'E04.1',
    answers: { 'tsh-known': 'yes' },
  })
  expect(await taskOf(again)).toMatchObject({
    status: 'requested',
    instantiatesCanonical: `${base}/PlanDefinition/entry-protocol|2.0.0`,
  })
})

test('whoever asked does not take a Task, nor move, hurry or double it; it may take it back until work has begun', async () => {
  const ehr = gateway.as('ehr')
  const request = await refers(ehr, { exam: 'us-abdomen', icd10: 'K80.2' })
  const task = await taskOf(request)
  const own = { ...task, owner: task.requester ?? { display: 'somebody' } }
  expect((await ehr.call('PUT', `Task/${task.id}`, own)).status).toBe(403)
  expect((await ehr.call('PUT', `Task/${task.id}`, { ...task, status: 'accepted' })).status).toBe(403)
  const hurried = { ...task, priority: 'stat', businessStatus: { text: 'proposed' } }
  const refused = await ehr.call('PUT', `Task/${task.id}`, hurried)
  expect(refused.status).toBe(403)
  expect(JSON.stringify(refused.body)).toMatch(
    /Task\.priority.*Task\.businessStatus|Task\.businessStatus.*Task\.priority/,
  )
  const { id: _, meta: __, ...second } = { ...task, status: 'completed' }
  expect((await ehr.call('POST', 'Task', second)).status).toBe(422)
  expect(await taskOf(request)).toMatchObject({ meta: { versionId: task.meta.versionId } })
  expect((await ehr.call('PUT', `Task/${task.id}`, { ...task, status: 'cancelled' })).status).toBe(200)
})

test('a request that is not kept is judged too, and nothing is kept of it', async () => {
  const { status, body } = await gateway.as('ehr').call<Parameters>('POST', 'ServiceRequest/$judge', {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'request',
        resource: {
          resourceType: 'ServiceRequest',
          status: 'draft',
          intent: 'order',
          subject: { display: 'a patient' },
          code: { coding: [{ system: systems.exam, code: 'mr-brain' }] },
          reasonCode: [{ text: 'Céphalées inhabituelles' }],
        },
      },
    ],
  })
  expect(status).toBe(200)
  const parts = body.parameter?.[0]?.part ?? []
  expect(parts.find(({ name }) => name === 'verdict')?.valueCode).toBe('incomplete')
  const missing = parts.filter(({ name }) => name === 'missing')
  expect(missing.length).toBeGreaterThanOrEqual(8)
  expect(parts.find(({ name }) => name === 'emergency')?.part?.[0]?.valueString).toContain('15')
})
