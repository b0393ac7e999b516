import type { Communication, CommunicationRequest, Patient, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import { field, type Message } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import {
  appointmentIn,
  books,
  comment,
  firstFor,
  freshNumber,
  order,
  organization,
  referred,
  siu,
  srr,
} from './support.ts'

/** Whoever asked has only a line of HL7 v2, and is told of each change; the treating doctor gets a copy of answers. */

let ris: V2Peer
let practice: V2Peer
let treating: V2Peer
let gateway: TestGateway

beforeAll(async () => {
  ris = await openV2Peer()
  practice = await openV2Peer()
  treating = await openV2Peer()
  const line = (port: number) => ({ host: '127.0.0.1', port, ackTimeoutMs: 5_000 })
  gateway = await startGateway({
    connectors: {
      ehr: { ...practiceV2, settings: { ...practiceV2.settings, ...line(practice.port) } },
      'ehr-2': {
        kind: 'mllp',
        organization: 'practice-2',
        settings: { sendingApplication: ['EHR2'], addresses: ['127.0.0.1'], ...line(treating.port) },
      },
      'ris-v2': centreV2(ris.port),
    },
  })
  ris.answerBy((message) => srr(message, 'Booked'))
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  for (const peer of [ris, practice, treating]) await peer?.[Symbol.asyncDispose]()
})

/** A doctor of the second practice. */
const other = '899900000037^Autre^Lou^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'

/** Somebody whom the directory does not know. */
const nobody = '^Inconnu'

/** What the practice's software has heard of an order: ORC-1, ORC-5, ORC-25 and what is said. */
const heardOf = (number: string, peer = practice) =>
  peer.heard
    .filter((message) => field(message, 'MSH-9.1') === 'ORM' && field(message, 'ORC-2.1') === number)
    .map((message) => ['ORC-1', 'ORC-5', 'ORC-25'].map((place) => field(message, place)).join(' '))

const words = (message: Message | undefined) => JSON.stringify(message?.segments)

test('a prescriber who has only a v2 line is told when its request is asked about, booked, moved, and taken away', async () => {
  const request = await referred(gateway)
  const number = request.identifier?.[0]?.value ?? ''
  const first = await firstFor(gateway.as('cell'), request, organization(gateway, 'centre-v2'))
  const booked = appointmentIn(await books(gateway.as('cell'), first.id))
  expect(booked.status).toBe('booked')
  const hears = (count: number) =>
    until(
      () => heardOf(number),
      (all) => all.length >= count,
    )
  expect(await hears(3)).toEqual([
    'SC HD awaiting-information',
    'SC IP awaiting-confirmation',
    'SC SC visit-scheduled',
  ])

  const moved = new Date(Date.parse(booked.start ?? '') + 7 * 86_400_000)
    .toISOString()
    .replace('.000Z', '+00:00')
  const end = new Date(Date.parse(moved) + 1_200_000).toISOString().replace('.000Z', '+00:00')
  const text = siu('S13', { placer: booked.id, start: moved, end, state: 'Booked' })
  expect(toldBy(await say(text, gateway.mllp))).toMatch(/^AA /)
  expect((await hears(4))[3]).toBe('SC SC visit-scheduled')
  const last = practice.heard.at(-1)
  expect(Date.parse(hl7Instant(last && field(last, 'TQ1-7')))).toBe(Date.parse(moved))

  const gone = siu('S15', { placer: booked.id, reason: 'Panne', state: 'Cancelled' })
  expect(toldBy(await say(gone, gateway.mllp))).toMatch(/^AA /)
  expect((await hears(5))[4]).toBe('SC IP declined')
  expect(heardOf(number, treating)).toEqual([])
})

const hl7Instant = (text = '') =>
  text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([+-]\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00$7:$8')

test('an abort is carried out at once before work begins, later when the cell says so; each time whoever asked is told', async () => {
  const ehr = gateway.as('ehr')
  const cell = gateway.as('cell')
  const abort = (request: string) =>
    ehr.call<Kept<Task>>('POST', 'Task', {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'abort' }] },
      focus: { reference: `ServiceRequest/${request}` },
    })
  const early = await referred(gateway)
  expect((await abort(early.id)).body).toMatchObject({ status: 'completed' })
  expect(await taskOf(early.id)).toMatchObject({ status: 'cancelled' })
  expect((await abort(early.id)).status).toBe(422)
  expect((await gateway.as('ehr-other').call('POST', 'Task', (await abort(early.id)).body)).status).not.toBe(
    201,
  )

  const request = await referred(gateway)
  const number = request.identifier?.[0]?.value ?? ''
  const first = await firstFor(cell, request, organization(gateway, 'centre-v2'))
  const booked = appointmentIn(await books(cell, first.id))
  // Booked on its behalf, it sees the appointment, and the centre's part of its request.
  const told = JSON.stringify(await ehr.get(`ServiceRequest/${request.id}/$everything`))
  expect(told).toContain(`"id":"${booked.id}"`)
  expect(told).toContain('"partOf"')

  const asked = (await abort(request.id)).body
  expect(asked).toMatchObject({
    status: 'requested',
    focus: { reference: `Task/${(await taskOf(request.id)).id}` },
  })
  expect((await taskOf(request.id)).businessStatus?.text).toBe('cancellation-requested')
  await refusesToCarryOut(asked)
  const direct = { ...(await taskOf(request.id)), status: 'cancelled' }
  expect((await ehr.call('PUT', `Task/${direct.id}`, direct)).status).toBe(403)
  const declined = { ...asked, status: 'rejected', statusReason: { text: 'Le patient est en route' } }
  expect((await cell.call('PUT', `Task/${asked.id}`, declined)).status).toBe(200)
  expect((await taskOf(request.id)).businessStatus?.text).toBe('visit-scheduled')

  const again = (await abort(request.id)).body
  expect((await cell.call('PUT', `Task/${again.id}`, { ...again, status: 'completed' })).status).toBe(200)
  expect(await taskOf(request.id)).toMatchObject({
    status: 'cancelled',
    businessStatus: { text: 'cancelled' },
  })
  expect(await cell.get(`Appointment/${booked.id}`)).toMatchObject({ status: 'cancelled' })
  await ris.hears('SRM^S04')
  await until(() => heardOf(number).includes('OC CA cancelled'))
})

/** Whoever asked for an abort does not carry it out: neither as it is, nor as its owner, nor by way of another Task. */
async function refusesToCarryOut(asked: Kept<Task>): Promise<void> {
  const ehr = gateway.as('ehr')
  const { id: _, meta: __, ...said } = asked
  const { body: own } = await ehr.call<Kept<Task>>('POST', 'Task', {
    ...said,
    owner: { reference: organization(gateway, 'practice') },
  })
  expect(own.owner).toEqual(asked.owner)
  for (const task of [asked, own])
    expect((await ehr.call('PUT', `Task/${task.id}`, { ...task, status: 'completed' })).status).toBe(403)
  const { code, ...nameless } = said
  const { body: other } = await ehr.call<Kept<Task>>('POST', 'Task', {
    ...nameless,
    status: 'in-progress',
    owner: { reference: organization(gateway, 'practice') },
  })
  const turned = await ehr.call('PUT', `Task/${other.id}`, { ...other, code, status: 'completed' })
  expect(turned.status).toBe(422)
  expect(turned.body).toMatchObject({ issue: [{ expression: ['Task.code'] }] })
  const begun = await gateway.as('cell').get<Task>(asked.focus?.reference ?? '')
  expect(begun.status).toBe('in-progress')
  expect((await ehr.call('PUT', `Task/${own.id}`, { ...own, status: 'cancelled' })).status).toBe(200)
}

test('what is asked of it, and a refusal with its reason, come by the same line; what it does itself does not', async () => {
  const asked = await referred(gateway, {
    exam: '36813-4^CT Abdomen and Pelvis W contrast IV^LN',
    modality: 'CT',
  })
  const number = asked.identifier?.[0]?.value ?? ''
  const [question] = await until(
    () => heardOf(number),
    (all) => all.length > 0,
  )
  expect(question).toBe('SC HD awaiting-information')
  const { statusReason } = await taskOf(asked.id)
  expect(words(practice.heard.at(-1))).toContain(statusReason?.text?.split('\n')[0])

  const refused = await referred(gateway)
  const other = refused.identifier?.[0]?.value ?? ''
  const task = await taskOf(refused.id)
  const reply = await gateway.as('cell').call('PUT', `Task/${task.id}`, {
    ...task,
    status: 'rejected',
    statusReason: { text: 'Hors territoire' },
  })
  expect(reply.status).toBe(200)
  expect(
    await until(
      () => heardOf(other),
      (all) => all.length > 1,
    ),
  ).toContain('OC CA declined')
  expect(words(practice.heard.at(-1))).toContain('Hors territoire')

  const own = await referred(gateway)
  const third = own.identifier?.[0]?.value ?? ''
  const taken = toldBy(await say(order({ number: third, control: freshNumber(), event: 'CA' }), gateway.mllp))
  expect(taken).toMatch(/^AA /)
  expect(heardOf(third).filter((text) => text.startsWith('OC'))).toEqual([])
})

async function taskOf(request: string): Promise<Kept<Task>> {
  const [task] = await gateway.as('cell').search<Task>(`Task?focus=ServiceRequest/${request}&code=fulfill`)
  if (!task) throw new Error('The request has no Task')
  return task
}

test('the treating doctor gets a copy of the answer, on the line of the own practice and marked as such', async () => {
  const { request, copy, number } = await commented({ treating: other })
  expect(copy.recipient).toHaveLength(2)
  expect(copy.recipient?.[1]).toMatchObject({
    extension: [{ valueCoding: { system: systems.participation, code: 'TRC' } }],
  })
  expect(copy.recipient?.[0]).toEqual(request.requester)
  const [heard] = await treating.hears('ORU^R01')
  expect(heard && field(heard, 'ORC-2.1')).toBe(number)
  expect(words(heard)).toContain('Comparer à 2024.')
  // Its own practice's eyes are enough: nobody else's are opened.
  expect((await gateway.as('ehr-other').call('GET', `Communication/${copy.id}`)).status).toBe(404)
})

test('whoever the order names for copies gets one as the treating doctor does; said again, it is said once', async () => {
  const { request, copy, number } = await commented({ copies: `${other}~${nobody}` })
  expect(copy.recipient?.slice(1)).toMatchObject([
    { display: 'DR Lou Autre', extension: [{ valueCoding: { system: systems.participation, code: 'TRC' } }] },
  ])
  const heard = await treating.hears('ORU^R01', 2)
  expect(heard.map((message) => field(message, 'ORC-2.1'))).toContain(number)
  const said = order({ number, control: freshNumber(), event: 'XO', copies: nobody })
  expect(toldBy(await say(said, gateway.mllp))).toMatch(/^AA /)
  const wishes = await gateway
    .as('ehr')
    .search<CommunicationRequest>(`CommunicationRequest?based-on=ServiceRequest/${request.id}`)
  const named = wishes.filter(({ category }) => category?.[0]?.coding?.[0]?.code === 'TRC')
  expect(named.map(({ recipient = [] }) => recipient.map(({ display }) => display))).toEqual([['Inconnu']])
})

test('no copy is given where none is known, to whoever asked, nor against the word of the patient or of the request', async () => {
  const before = treating.heard.length
  expect((await commented({})).copy.recipient).toHaveLength(1)
  const self = '899900000011^Exemple^Camille^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'
  expect((await commented({ treating: self })).copy.recipient).toHaveLength(1)
  expect((await commented({ treating: other, refuse: 'request' })).copy.recipient).toHaveLength(1)
  expect((await commented({ treating: other, refuse: 'patient' })).copy.recipient).toHaveLength(1)
  expect(treating.heard.length).toBe(before)
})

let patients = 0

interface Wishes {
  treating?: string
  copies?: string
  refuse?: 'request' | 'patient'
}

/** A request of a patient of its own that is booked and commented; its comment as it is kept. */
async function commented({ treating = '', copies = '', refuse }: Wishes) {
  const ins = insOf(++patients)
  const request = await referred(gateway, { treating, copies, ins })
  const number = request.identifier?.[0]?.value ?? ''
  const { subject } = request
  const { generalPractitioner } = await gateway.as('cell').get<Patient>(`${subject.reference}`)
  expect(generalPractitioner?.length ?? 0).toBe(treating ? 1 : 0)
  if (refuse) {
    const wish = await gateway.as('ehr').call('POST', 'CommunicationRequest', {
      resourceType: 'CommunicationRequest',
      status: 'active',
      doNotPerform: true,
      category: [{ coding: [{ system: systems.participation, code: 'TRC' }] }],
      subject,
      ...(refuse === 'request' && { basedOn: [{ reference: `ServiceRequest/${request.id}` }] }),
    })
    expect(wish.status).toBe(201)
  }
  const first = await firstFor(gateway.as('cell'), request, organization(gateway, 'centre-v2'))
  expect(appointmentIn(await books(gateway.as('cell'), first.id)).status).toBe('booked')
  const text = comment(number, 'Comparer à 2024.').replace('279035121518989', ins)
  expect(toldBy(await say(text, gateway.mllp))).toMatch(/^AA /)
  const [copy] = await gateway
    .as('ehr')
    .search<Communication>(`Communication?based-on=ServiceRequest/${request.id}`)
  if (!copy) throw new Error('The comment is not there')
  return { request, copy, number }
}

/** An INS with its key. Source: référentiel INS. */
function insOf(n: number): string {
  const body = `2790351${String(600_000 + n)}`
  return body + String(97 - Number(BigInt(body) % 97n)).padStart(2, '0')
}
