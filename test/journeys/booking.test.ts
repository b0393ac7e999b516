import type {
  Appointment,
  Bundle,
  BundleEntry,
  Practitioner,
  PractitionerRole,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { field, valueAt } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { type TurnableClock, turnableClock, until } from '../support/clock.ts'
import {
  type Caller,
  centreV2,
  practiceV2,
  startGateway,
  type TestGateway,
  telephone,
} from '../support/gateway.ts'
import { accepted, acknowledgment, openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import {
  appointmentIn,
  books,
  firstFor,
  found,
  freshNumber,
  holds,
  issuesIn,
  linesNaming,
  order,
  organization,
  referred,
  siu,
  slotsAreThere,
  srr,
} from './support.ts'

let ris: V2Peer
let gateway: TestGateway
let clock: TurnableClock
let ehr: Caller
let other: Caller
let centre: string

beforeAll(async () => {
  ris = await openV2Peer()
  clock = turnableClock()
  gateway = await startGateway({
    connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port), telephone },
    clock,
    bookWaitMs: 6_000,
  })
  ehr = gateway.as('ehr')
  other = gateway.as('ehr-other')
  await slotsAreThere(gateway)
  centre = organization(gateway, 'centre-v2')
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await ris?.[Symbol.asyncDispose]()
})
/** The centre says yes at once, unless a test says otherwise. */
beforeEach(() => ris.answerBy(yesAtOnce))

const yesAtOnce: Parameters<V2Peer['answerBy']>[0] = (message) =>
  field(message, 'MSH-9.1') === 'SRM'
    ? srr(message, field(message, 'MSH-9.2') === 'S04' ? 'Cancelled' : 'Booked')
    : accepted(message)

const slotOf = ({ slot }: Appointment): Promise<Kept<Slot>> => ehr.get(slot?.[0]?.reference ?? '')
const appointmentOf = (id: string): Promise<Kept<Appointment>> => ehr.get(`Appointment/${id}`)

/** A referral with a place held for it. */
async function held(): Promise<Kept<Appointment>> {
  const request = await referred(gateway)
  return appointmentIn(await holds(ehr, (await firstFor(ehr, request, centre)).id))
}

async function booked(): Promise<Kept<Appointment>> {
  return appointmentIn(await books(ehr, (await held()).id))
}

/** What was asked of the centre about an appointment, by event. */
const askedOf = (id: string, event: 'S01' | 'S04') =>
  ris.heard.filter(
    (message) =>
      field(message, 'MSH-9.1') === 'SRM' &&
      field(message, 'MSH-9.2') === event &&
      field(message, 'ARQ-1') === id,
  )

/** A request as FHIR software sends it: its number has no type, its doctor is named by a role. Fictive. */
function fhirOrder(number: string, role: string): Bundle {
  const [patient, answer] = [
    'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-0000000000a1',
    'urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-0000000000a2',
  ]
  const post = (fullUrl: string, resource: Resource): BundleEntry => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  })
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      post(patient, {
        resourceType: 'Patient',
        identifier: [{ system: 'https://example.org/patients', value: number }],
        name: [{ family: 'PAT-FHIR', given: ['DOMINIQUE'] }],
        gender: 'female',
        birthDate: '1979-03-28',
      }),
      post(answer, {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '82810-3' }] },
        subject: { reference: patient },
        valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '60001007' }] },
      }),
      post('urn:uuid:5e0fbd3e-5d4c-4a3e-8fb5-0000000000a3', {
        resourceType: 'ServiceRequest',
        status: 'active',
        intent: 'order',
        identifier: [{ system: 'https://example.org/orders', value: number }],
        subject: { reference: patient },
        requester: { reference: role },
        code: { coding: [{ system: 'http://loinc.org', code: '24558-9', display: 'US Abdomen' }] },
        supportingInfo: [{ reference: answer }],
      }),
    ],
  }
}

describe('a hold', () => {
  test('keeps the place for a while, and says until when', async () => {
    const hold = await held()
    expect(hold.status).toBe('pending')
    const until = hold.extension?.find(({ url }) => url.endsWith('held-until'))?.valueDateTime
    expect(Date.parse(until ?? '')).toBeGreaterThan(clock().getTime())
    expect((await slotOf(hold)).status).toBe('busy-tentative')
    expect(askedOf(hold.id, 'S01')).toEqual([])
  })

  test('keeps everybody else out', async () => {
    const request = await referred(gateway)
    const { id } = await firstFor(ehr, request, centre)
    await holds(ehr, id)
    const again = await holds(gateway.as('cell'), id)
    expect(again.status).toBe(409)
    expect(issuesIn(again)).toContainEqual(expect.objectContaining({ severity: 'fatal', code: 'not-found' }))
    const places = await found(ehr, request, { at: centre })
    expect(places.map((place) => place.id)).not.toContain(id)
  })

  test('asked for again by its holder is the same hold, at once as well as later', async () => {
    const { id } = await firstFor(ehr, await referred(gateway), centre)
    const atOnce = await Promise.all([holds(ehr, id), holds(ehr, id), holds(ehr, id)])
    const later = await holds(ehr, id)
    expect([...atOnce, later].map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set([...atOnce, later].map((reply) => appointmentIn(reply).id)).size).toBe(1)
  })

  test('is gone on with when its proposal is booked, and once more', async () => {
    const { id } = await firstFor(ehr, await referred(gateway), centre)
    const hold = appointmentIn(await holds(ehr, id))
    const first = appointmentIn(await books(ehr, id))
    const second = appointmentIn(await books(ehr, id))
    expect([first.id, second.id]).toEqual([hold.id, hold.id])
    expect([first.status, second.status]).toEqual(['booked', 'booked'])
    expect(askedOf(hold.id, 'S01')).toHaveLength(1)
  })

  test('of what is not there is refused as IHE has it', async () => {
    for (const reply of [await holds(ehr, 'p.nothing'), await holds(ehr, 'unknown')]) {
      expect(reply.status).toBe(404)
      expect(issuesIn(reply)).toContainEqual(
        expect.objectContaining({ severity: 'fatal', code: 'not-found' }),
      )
    }
  })

  test('that another client has is not to be booked', async () => {
    const hold = await held()
    const reply = await books(gateway.as('cell'), hold.id)
    expect(reply.status).toBe(403)
    expect(issuesIn(reply)[0]?.code).toBe('forbidden')
    expect((await books(other, hold.id)).status).toBe(404)
    expect(appointmentIn(await books(ehr, hold.id)).status).toBe('booked')
  })

  test('ends by itself when its time is over', async () => {
    const hold = await held()
    clock.turn({ minutes: 11 })
    const gone = await until(
      () => appointmentOf(hold.id),
      ({ status }) => status === 'cancelled',
    )
    expect(gone.cancelationReason?.text).toContain('expired')
    expect((await slotOf(hold)).status).toBe('free')
    expect(askedOf(hold.id, 'S04')).toEqual([])
    const late = await books(ehr, hold.id)
    expect(late.status).toBe(409)
  })
})

describe('a booking', () => {
  test("is booked on the centre's yes, and the centre gets the order", async () => {
    const appointment = await booked()
    expect(appointment.status).toBe('booked')
    expect(appointment.extension?.some(({ url }) => url.endsWith('held-until')) ?? false).toBe(false)
    expect((await slotOf(appointment)).status).toBe('busy')
    const number = (
      await ehr.get<{ identifier: { value: string }[] }>(appointment.basedOn?.[0]?.reference ?? '')
    ).identifier[0]?.value
    const orders = await until(
      () => ris.heard.filter((message) => field(message, 'ORC-2') === number),
      (all) => all.length > 0,
    )
    expect(orders.map((message) => field(message, 'ORC-1'))).toEqual(['NW'])
  })

  test('tells the centre who asks, and what was answered on safety', async () => {
    const appointment = await booked()
    const { identifier } = await ehr.get<ServiceRequest>(appointment.basedOn?.[0]?.reference ?? '')
    const [order] = await until(
      () => ris.heard.filter((message) => field(message, 'ORC-2') === identifier?.[0]?.value),
      (all) => all.length > 0,
    )
    if (!order) throw new Error('The centre got no order')
    expect([field(order, 'ORC-12.1'), field(order, 'OBR-16.1')]).toEqual(['899900000011', '899900000011'])
    const answers = order.segments
      .filter(({ name }) => name === 'OBX')
      .map((obx) => valueAt(obx, { field: 3 }))
    expect(answers).toEqual(expect.arrayContaining(['82810-3', '30954-2']))
    const [asked] = askedOf(appointment.id, 'S01')
    expect(asked && field(asked, 'ARQ-15.1')).toBe('899900000011')
    expect(asked && field(asked, 'ARQ-24.1')).toBe(identifier?.[0]?.value)
  })

  test('of a request by FHIR carries its number, its doctor and its answers too', async () => {
    const number = freshNumber('FHIR')
    const [role] = await ehr.search<PractitionerRole>('PractitionerRole?_count=1')
    const doctor = await ehr.get<Practitioner>(role?.practitioner?.reference ?? '')
    const posted = await ehr.call<Bundle>('POST', '', fhirOrder(number, `PractitionerRole/${role?.id}`))
    expect(posted.status).toBe(200)
    const [request] = await ehr.search<ServiceRequest>(`ServiceRequest?identifier=${number}`)
    if (!request) throw new Error('The request is not there')
    const { id } = appointmentIn(await books(ehr, (await firstFor(ehr, { ...request }, centre)).id))
    const [order] = await until(
      () => ris.heard.filter((message) => field(message, 'ORC-2') === number),
      (all) => all.length > 0,
    )
    if (!order) throw new Error('The centre got no order')
    expect(field(order, 'OBR-2')).toBe(number)
    expect(field(order, 'ORC-12.2')).toBe(doctor.name?.[0]?.family)
    expect(
      order.segments.filter(({ name }) => name === 'OBX').map((obx) => valueAt(obx, { field: 3 })),
    ).toContain('82810-3')
    const [asked] = askedOf(id, 'S01')
    expect(asked && field(asked, 'ARQ-24.1')).toBe(number)
    const [told] = request.supportingInfo ?? []
    expect((await gateway.as('ris-v2').call('GET', told?.reference ?? '')).status).toBe(200)
  })

  test('asked for twice is one, asked of the centre once', async () => {
    const hold = await held()
    const replies = await Promise.all([books(ehr, hold.id), books(ehr, hold.id), books(ehr, hold.id)])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(replies.map((reply) => appointmentIn(reply).id))).toEqual(new Set([hold.id]))
    expect(askedOf(hold.id, 'S01')).toHaveLength(1)
  })

  test('that the centre refuses is 409 with its reason, and the slot is free', async () => {
    ris.answerBy((message) =>
      field(message, 'MSH-9.1') === 'SRM'
        ? srr(message, 'Cancelled', { reason: 'Salle fermée' })
        : accepted(message),
    )
    const hold = await held()
    const reply = await books(ehr, hold.id)
    expect(reply.status).toBe(409)
    expect(JSON.stringify(issuesIn(reply))).toContain('Salle fermée')
    expect((await appointmentOf(hold.id)).status).toBe('cancelled')
    expect((await slotOf(hold)).status).toBe('free')
  })

  test('that the centre answers with a bare AR is refused as well', async () => {
    ris.answerBy((message) => acknowledgment(message, 'AR', 'Plus de place'))
    const hold = await held()
    const reply = await books(ehr, hold.id)
    expect(reply.status).toBe(409)
    expect((await slotOf(hold)).status).toBe('free')
  })

  test('that the centre leaves without an answer is pending, until its answer comes', async () => {
    ris.answerBy(accepted)
    await using patient = await startGateway({
      territory: gateway.territory,
      databaseUrl: gateway.databaseUrl,
      clock,
      bookWaitMs: 300,
    })
    const hold = await held()
    const reply = await books(patient.as('ehr'), hold.id)
    expect(reply.status).toBe(202)
    expect(appointmentIn(reply).status).toBe('pending')
    expect((await slotOf(hold)).status).toBe('busy-tentative')
    const [asked] = await until(
      () => askedOf(hold.id, 'S01'),
      (all) => all.length > 0,
    )
    if (!asked) throw new Error('The centre was not asked')
    expect(toldBy(await say(srr(asked, 'Booked'), gateway.mllp))).toMatch(/^AA /)
    expect((await appointmentOf(hold.id)).status).toBe('booked')
    expect((await slotOf(hold)).status).toBe('busy')
  })

  test('of a request that has an appointment already is a conflict', async () => {
    const first = await booked()
    const request = await ehr.get<{ resourceType: 'ServiceRequest'; identifier: { value: string }[] }>(
      first.basedOn?.[0]?.reference ?? '',
    )
    const second = await books(ehr, (await firstFor(ehr, request as never, centre)).id)
    expect(second.status).toBe(409)
    const live = await ehr.search<Appointment>(
      `Appointment?based-on=${first.basedOn?.[0]?.reference}&status=booked,pending`,
    )
    expect(live.map(({ id }) => id)).toEqual([first.id])
  })
})

describe('an appointment is cancelled', () => {
  /** Cancelled here, its slot free, and told to the centre by SRM^S04. */
  async function expectCancelled({ id, ...appointment }: Kept<Appointment>, isTold = true): Promise<void> {
    expect((await appointmentOf(id)).status).toBe('cancelled')
    expect((await slotOf(appointment as Appointment)).status).toBe('free')
    if (isTold) await until(() => askedOf(id, 'S04').length === 1)
  }

  test('by $book with status cancelled', async () => {
    const appointment = await booked()
    const reply = await ehr.asks('book', [
      { name: 'appointment-resource', resource: { ...appointment, status: 'cancelled' } },
    ])
    expect(reply.status).toBe(200)
    await expectCancelled(appointment)
  })

  test('by PUT', async () => {
    const appointment = await booked()
    const reply = await ehr.call('PUT', `Appointment/${appointment.id}`, {
      ...appointment,
      status: 'cancelled',
    })
    expect(reply.status).toBe(200)
    await expectCancelled(appointment)
  })

  test('by an ORM that takes the referral back', async () => {
    const number = freshNumber()
    const request = await referred(gateway, { number })
    const hold = appointmentIn(await holds(ehr, (await firstFor(ehr, request, centre)).id))
    const appointment = appointmentIn(await books(ehr, hold.id))
    const told = toldBy(await say(order({ number, event: 'CA', control: `${number}-CA` }), gateway.mllp))
    expect(told).toMatch(/^AA /)
    await expectCancelled(appointment)
    expect((await ehr.get<{ status: string }>(`ServiceRequest/${request.id}`)).status).toBe('revoked')
    const tasks = await gateway.as('cell').search<Task>(`Task?focus=ServiceRequest/${request.id}`)
    expect(tasks.map(({ status }) => status)).toEqual(['cancelled'])
  })

  test("by the centre's SIU S15, which is not told to the centre again", async () => {
    const appointment = await booked()
    const text = siu('S15', { placer: appointment.id, state: 'Cancelled', reason: '^Panne' })
    expect(toldBy(await say(text, gateway.mllp))).toMatch(/^AA /)
    await expectCancelled(appointment, false)
    expect(askedOf(appointment.id, 'S04')).toEqual([])
    const tasks = await gateway.as('cell').search<Task>(`Task?focus=${appointment.basedOn?.[0]?.reference}`)
    expect(tasks.map(({ businessStatus }) => businessStatus?.text)).toEqual(['declined'])
  })

  test("while the centre was asked: the centre's late yes is cancelled there", async () => {
    ris.answerBy(accepted)
    const hold = await held()
    const waiting = books(ehr, hold.id)
    const [asked] = await until(
      () => askedOf(hold.id, 'S01'),
      (all) => all.length > 0,
    )
    if (!asked) throw new Error('The centre was not asked')
    const pending = await appointmentOf(hold.id)
    const put = await ehr.call('PUT', `Appointment/${hold.id}`, { ...pending, status: 'cancelled' })
    expect(put.status).toBe(200)
    expect((await waiting).status).toBe(409)
    await until(() => askedOf(hold.id, 'S04').length === 1)
    expect(toldBy(await say(srr(asked, 'Booked'), gateway.mllp))).toMatch(/^AA /)
    await until(() => askedOf(hold.id, 'S04').length === 2)
    expect((await appointmentOf(hold.id)).status).toBe('cancelled')
    expect((await slotOf(hold)).status).toBe('free')
  })

  test('and its place can be had again', async () => {
    const appointment = await booked()
    await ehr.call('PUT', `Appointment/${appointment.id}`, { ...appointment, status: 'cancelled' })
    const request = await referred(gateway)
    const places = await found(ehr, request, { at: centre })
    const same = places.find(({ slot }) => slot?.[0]?.reference === appointment.slot?.[0]?.reference)
    const next = appointmentIn(await books(ehr, same?.id ?? ''))
    expect(next.status).toBe('booked')
    expect(next.id).not.toBe(appointment.id)
  })
})

describe("the centre's desk", () => {
  test('books a slot by itself, and it is not offered any more; gives it back, and it is', async () => {
    const request = await referred(gateway)
    const [first] = await found(ehr, request, { at: centre })
    const { start = '', end = '' } = first ?? {}
    expect(
      toldBy(await say(siu('S12', { filler: 'RV-DESK', start, end, state: 'Booked' }), gateway.mllp)),
    ).toMatch(/^AA /)
    expect((await slotOf(first as Appointment)).status).toBe('busy')
    expect((await holds(ehr, first?.id ?? '')).status).toBe(409)
    await say(siu('S15', { filler: 'RV-DESK', start, end, state: 'Cancelled' }), gateway.mllp)
    expect((await slotOf(first as Appointment)).status).toBe('free')
  })

  test('says what happened on the day', async () => {
    const appointment = await booked()
    await say(siu('S26', { placer: appointment.id, state: 'Noshow' }), gateway.mllp)
    expect((await appointmentOf(appointment.id)).status).toBe('noshow')
  })

  test('of another centre has no say', async () => {
    const appointment = await booked()
    const reply = await gateway
      .as('ris-fhir')
      .call('PUT', `Appointment/${appointment.id}`, { ...appointment, status: 'cancelled' })
    expect(issuesIn(reply).map(({ diagnostics }) => diagnostics)).toContainEqual(
      expect.stringContaining(`There is no Appointment/${appointment.id}`),
    )
    expect((await appointmentOf(appointment.id)).status).toBe('booked')
  })
})

describe('an exam with X-rays', () => {
  const mammography = { exam: '26346-7^MG Breast bilateral^LN', modality: 'MG' as const }

  test('without its purpose is not booked, and once it is said, it is', async () => {
    const number = freshNumber()
    const request = await referred(gateway, { number, ...mammography, purpose: '' })
    const { id } = await firstFor(ehr, request, centre)
    const refused = await books(ehr, id)
    expect(refused.status).toBe(422)
    expect(issuesIn(refused)[0]?.diagnostics ?? issuesIn(refused)[0]?.details?.text).toContain(
      'missing-purpose',
    )
    expect((await slotOf(await firstFor(ehr, request, centre))).status).toBe('free')
    await referred(gateway, { number, control: `${number}-2`, ...mammography })
    expect(appointmentIn(await books(ehr, id)).status).toBe('booked')
  })
})

test('the log names no patient', () => {
  expect(gateway.log.length).toBeGreaterThan(50)
  expect(linesNaming(gateway.log)).toEqual([])
})
