import type {
  Appointment,
  Bundle,
  Communication,
  CommunicationRequest,
  Observation,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { formKeyOn, type Jar, signedIn } from './session-support.ts'

let demo: TestDemo
let baseUrl = ''
let jar: Jar
beforeAll(async () => {
  demo = await startDemo()
  baseUrl = demo.demo.gateway.addresses.baseUrl
  jar = await signedIn(baseUrl, 'maelys')
}, 120_000)
afterAll(() => demo[Symbol.asyncDispose]())

test('a word to the doctor reaches whoever takes part in the request', async () => {
  const id = await sent()
  expect(await acts(id, 'message', { text: 'Patient joint.', kind: 'say' })).toBe('done.sent')
  const said = await demo.as('ehr').search<Communication>(`Communication?based-on=ServiceRequest/${id}`)
  expect(said).toMatchObject([{ status: 'completed', payload: [{ contentString: 'Patient joint.' }] }])
})

test('who else gets copies stands with the request, and is no question to the doctor', async () => {
  const id = await sent()
  const { subject } = await demo.as('ehr').get<ServiceRequest>(`ServiceRequest/${id}`)
  const { status } = await demo.as('ehr').call('POST', 'CommunicationRequest', {
    resourceType: 'CommunicationRequest',
    status: 'active',
    category: [{ coding: [{ system: systems.participation, code: 'TRC' }] }],
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    subject,
    recipient: [{ type: 'Practitioner', display: 'Lou Autre' }],
  })
  expect(status).toBe(201)
  const shown = await page(id)
  expect(shown).toMatch(/Copie à<\/dt><dd>Lou Autre/)
  expect(shown).not.toContain('<strong>Question</strong>')
})

test('a question puts the request on hold until it is answered', async () => {
  const id = await sent()
  expect(await acts(id, 'message', { text: 'Quel côté ?', kind: 'ask' })).toBe('done.asked')
  const asked = await demo
    .as('cell')
    .search<CommunicationRequest>(`CommunicationRequest?based-on=ServiceRequest/${id}`)
  expect(asked.map(({ payload }) => payload?.[0]?.contentString)).toContain('Quel côté ?')
  expect(await taskOf(id)).toMatchObject({ status: 'on-hold' })
})

test('places are proposed to the doctor, with their number on the Task', async () => {
  const id = await sent()
  expect(await acts(id, 'propose', {})).toBe('done.proposed')
  expect((await taskOf(id)).businessStatus?.coding?.map(({ code }) => code)).toContain('proposed')
})

test('a request passes from one colleague to another, and back to all', async () => {
  const id = await sent()
  await acts(id, 'claim', {})
  const [, to = ''] = /<option value="(Practitioner\/[^"]+)">INVENTÉ Noah/.exec(await page(id)) ?? []
  expect(await acts(id, 'hand-over', { to })).toBe('done.handed-over')
  expect((await taskOf(id)).owner).toMatchObject({ reference: to, display: 'INVENTÉ Noah' })
  expect(await acts(id, 'give-back', {})).toBe('done.given-back')
  expect((await taskOf(id)).owner?.reference).toMatch(/^Organization\//)
  await expect(acts(id, 'hand-over', { to: 'Practitioner/nobody' })).rejects.toThrow('400')
})

test('a refusal has a reason, which the doctor reads', async () => {
  const id = await sent()
  await expect(acts(id, 'move', { to: 'rejected' })).rejects.toThrow('400')
  await expect(acts(id, 'move', { to: 'entered-in-error', reason: 'x' })).rejects.toThrow('422')
  expect(
    await acts(id, 'move', { to: 'rejected', code: 'out-of-territory', reason: 'Hors du territoire.' }),
  ).toBe('done.moved')
  expect(await taskOf(id)).toMatchObject({
    status: 'rejected',
    statusReason: {
      coding: [{ system: 'https://relais.example/fhir/CodeSystem/refusal-reason', code: 'out-of-territory' }],
      text: 'Hors du territoire.',
    },
  })
  expect(await page(id)).not.toContain('name="proposal"')
})

test('an answer that was missing is written down, and the request is judged again', async () => {
  const id = await sent({ modality: 'CT', code: '36813-4' })
  expect(await page(id)).toContain('Bloquée par une règle')
  const missing = [...(await page(id)).matchAll(/name="(q\.[^"]+)"/g)].map(([, name = '']) => name)
  const answers = Object.fromEntries(
    [...new Set(missing)].map((name) => [name, name === 'q.30954-2' ? 'aucun connu' : 'no']),
  )
  expect(await acts(id, 'answers', answers)).toBe('done.answered')
  const kept = await demo.as('cell').search<Observation>(`Observation?based-on=ServiceRequest/${id}`)
  expect(kept).toHaveLength(Object.keys(answers).length)
  expect(await page(id)).toContain('Conforme')
})

test('what rule R.1333-53 wants and is no question is written down too; until then no place can be booked', async () => {
  const id = await sent({ modality: 'CT', code: '36813-4' }, { purpose: undefined })
  expect(await page(id)).toContain('name="note.purpose"')
  expect(await page(id)).not.toContain('name="proposal"')
  expect(await acts(id, 'answers', { 'note.purpose': 'Confirmer' })).toBe('done.answered')
  expect(await page(id)).not.toContain('name="note.purpose"')
  const kept = await demo.as('cell').get<ServiceRequest>(`ServiceRequest/${id}`)
  expect(kept.note?.map(({ text }) => text)).toContain('Confirmer')
})

test('a patient is found by name and birth date, or by number; no name stands in an address', async () => {
  const id = await sent(undefined, { patient: patientNamed('QUESNEL', 'Odette', '1948-07-09') })
  const found = async (sought: string) => {
    const formKey = await formKeyOn(jar, `${baseUrl}/console`)
    const response = await jar.post(`${baseUrl}/console/search`, { formKey, sought })
    expect(new URL(response.url).search).toBe('')
    return { status: response.status, text: await response.text() }
  }
  for (const sought of ['quesn', 'Quesnel 09/07/1948', '09/07/1948', `acts-${number}`])
    expect((await found(sought)).text, sought).toContain(`/console/requests/${id}`)
  expect((await found('quesnel 10/07/1948')).text).toContain('Personne ne correspond')
  expect((await found('q')).text).toContain('au moins deux lettres')
  expect((await jar.get(`${baseUrl}/console/search?sought=quesnel`)).status).toBe(200)
})

test('that the same exam was asked for twice is seen in the list and on the page, with the way to the other', async () => {
  const patient = patientNamed('DOUBLET', 'Guy', '1950-01-02')
  const first = await sent(undefined, { patient })
  const second = await sent(undefined, { patient })
  const shown = await page(second)
  expect(shown).toContain('Le même examen a déjà été demandé')
  expect(shown).toContain(`href="/console/requests/${first}"`)
  expect(await (await jar.get(`${baseUrl}/console`)).text()).toContain('Doublon ?')
})

test('a request is put on the waiting list, is seen there in its rank, and is no appointment meanwhile', async () => {
  const id = await sent()
  await expect(acts(id, 'wait', { days: '0' })).rejects.toThrow('400')
  expect(await acts(id, 'wait', { days: '10' })).toBe('done.waits')
  expect((await taskOf(id)).businessStatus?.text).toBe('waitlist')
  const list = await (await jar.get(`${baseUrl}/console/waiting`)).text()
  expect(list).toContain(`/console/requests/${id}`)
  expect(await (await jar.get(`${baseUrl}/console?list=short`)).text()).toContain(`/console/requests/${id}`)
  const shown = await page(id)
  expect(shown).not.toContain('Invalid Date')

  const [, appointment = ''] = /name="appointment" value="([^"]+)"/.exec(shown) ?? []
  expect(await acts(id, 'leave', { appointment, reason: 'Le patient a trouvé ailleurs.' })).toBe(
    'done.off-list',
  )
  expect((await taskOf(id)).businessStatus?.text).toBe('no-capacity')
  expect(await (await jar.get(`${baseUrl}/console/waiting`)).text()).not.toContain(`/console/requests/${id}`)
  expect(await acts(id, 'wait', { days: '10' })).toBe('done.waits')
  expect((await taskOf(id)).businessStatus?.text).toBe('waitlist')
})

test('whether a request that its doctor wants back can still be ended is said on its page', async () => {
  const id = await sent()
  await acts(id, 'move', { to: 'in-progress' })
  const ask = () =>
    demo.as('ehr').call<Task>('POST', 'Task', {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'abort' }] },
      focus: { reference: `ServiceRequest/${id}` },
    })
  const first = (await ask()).body.id ?? ''
  expect(await page(id)).toContain('Le médecin demande d’annuler')
  await expect(acts(id, 'abort', { abort: first, said: 'go-on' })).rejects.toThrow('400')
  expect(await acts(id, 'abort', { abort: first, said: 'go-on', reason: 'Déjà parti' })).toBe('done.goes-on')
  expect(await page(id)).not.toContain('Le médecin demande d’annuler')
  const second = (await ask()).body.id ?? ''
  expect(await acts(id, 'abort', { abort: second, said: 'end' })).toBe('done.ended')
  expect(await taskOf(id)).toMatchObject({ status: 'cancelled' })
})

test('a centre that has only a telephone is called: its yes books, and the booking can be given back', async () => {
  const id = await sent()
  expect(await acts(id, 'book', { proposal: await proposalByTelephone(id) })).toBe('done.asked-centre')
  expect(await page(id)).toContain('Ce centre se joint par téléphone')
  expect(await acts(id, 'said', { call: await callOn(id), said: 'yes' })).toBe('done.booked')
  const [appointment] = await appointmentsOf(id)
  expect(appointment?.status).toBe('booked')
  const given = { appointment: appointment?.id ?? '', reason: 'Patient empêché' }
  expect(await acts(id, 'cancel', given)).toBe('done.to-tell')
  expect(await appointmentsOf(id)).toMatchObject([
    { status: 'cancelled', cancelationReason: { text: 'Patient empêché' } },
  ])
  const [, told = ''] = /action="(\/console\/cancellations\/[^"]+)"/.exec(await page(id)) ?? []
  const formKey = await formKeyOn(jar, urlOf(id))
  const answer = await jar.post(`${baseUrl}${told}`, { formKey, request: id })
  expect(answer.headers.get('location')).toBe(`/console/requests/${id}?done=done.told`)
  expect(await page(id)).not.toContain('/console/cancellations/')
})

test('a centre’s no by telephone gives the place back, and other centres are proposed', async () => {
  const id = await sent()
  await acts(id, 'book', { proposal: await proposalByTelephone(id) })
  expect(await acts(id, 'said', { call: await callOn(id), said: 'no' })).toBe('done.centre-refused')
  expect(await appointmentsOf(id)).toMatchObject([{ status: 'cancelled' }])
  const shown = await page(id)
  expect(shown).toContain('name="proposal"')
  expect(shown).not.toMatch(/aria-label="Réserver [^"]*de la Place"/)
})

const appointmentsOf = (id: string) =>
  demo.as('cell').search<Appointment>(`Appointment?based-on=ServiceRequest/${id}`)

const callOn = async (id: string) => /name="call" value="([^"]+)"/.exec(await page(id))?.[1] ?? ''

/** A place at the centre that has no system of its own. */
async function proposalByTelephone(id: string): Promise<string> {
  const cell = demo.as('cell')
  const [request] = await cell.search<ServiceRequest>(`ServiceRequest?_id=${id}`)
  const centre = demo.world.centres.find(({ connector }) => connector === 'telephone')?.id
  const now = Date.now()
  const { body } = await cell.asks<Bundle<Appointment>>('find', [
    { name: 'start', valueDateTime: new Date(now).toISOString() },
    { name: 'end', valueDateTime: new Date(now + 14 * 86_400_000).toISOString() },
    { name: 'referral-identifier', valueIdentifier: request?.identifier?.[0] ?? {} },
    { name: 'organization', valueReference: { reference: `Organization/${centre}` } },
  ])
  const found = body.entry?.map(({ resource }) => resource).find((one) => one?.resourceType === 'Appointment')
  return found?.id ?? ''
}

const urlOf = (id: string) => `${baseUrl}/console/requests/${id}`
const page = async (id: string) => (await jar.get(urlOf(id))).text()

/** Sends a form of the request's page; what is said of it when it is done. Fails with the status when it is not. */
async function acts(id: string, act: string, form: Record<string, string>): Promise<string> {
  const formKey = await formKeyOn(jar, urlOf(id))
  const response = await jar.post(`${urlOf(id)}/${act}`, { formKey, ...form })
  if (response.status !== 303)
    throw new Error(`${response.status} ${(await response.text()).match(/role="alert"[\s\S]{0,400}/)?.[0]}`)
  return new URL(response.headers.get('location') ?? '', baseUrl).searchParams.get('done') ?? ''
}

async function taskOf(id: string): Promise<Task> {
  const tasks = await demo.as('cell').search<Task>(`Task?focus=ServiceRequest/${id}`)
  const task = tasks.find(({ partOf }) => !partOf)
  if (!task) throw new Error('no Task')
  return task
}

let number = 0

const patientNamed = (familyName: string, givenName: string, birthDate: string) => ({
  familyName,
  givenName,
  birthDate,
  sex: 'male',
})

async function sent(exam = { modality: 'US', code: '24558-9' }, more: object = {}): Promise<string> {
  const isCt = exam.modality === 'CT'
  const { status, headers } = await demo.as('ehr').call(
    'POST',
    '/intake/referrals',
    {
      version: 1,
      placerOrderNumber: `acts-${++number}`,
      patient: { familyName: `Patient${number}`, givenName: 'Jean', birthDate: '1970-02-03', sex: 'male' },
      prescriber: { rpps: '99900000011' },
      exam: { code: { system: 'http://loinc.org', code: exam.code }, modality: exam.modality },
      reason: isCt
        ? {
            text: 'Suspicion de pancréatite',
            code: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'K85.9' },
          }
        : { text: 'Colique hépatique', code: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'K80.2' } },
      purpose: 'Lithiase ?',
      priority: 'routine',
      desiredBy: '2030-01-01',
      answers: isCt ? [] : ['fever', 'jaundice'].map((question) => ({ question, answer: 'no' })),
      ...more,
    },
    { 'content-type': 'application/json' },
  )
  if (status !== 201) throw new Error(`HTTP ${status}`)
  return headers.get('location')?.split('/').at(-1) ?? ''
}
