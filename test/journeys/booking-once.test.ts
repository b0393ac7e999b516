import type { Appointment, Parameters, Patient, Resource, Slot, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import {
  type Caller,
  centreV2,
  practiceV2,
  startGateway,
  type TestGateway,
  telephone,
} from '../support/gateway.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'
import {
  type Answered,
  appointmentIn,
  books,
  firstFor,
  holds,
  issuesIn,
  organization,
  patientIdentifierOf,
  referred,
  slotsAreThere,
  srr,
} from './support.ts'

let ris: V2Peer
let first: TestGateway
let second: TestGateway
let ehr: Caller

beforeAll(async () => {
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  first = await startGateway({
    connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port), telephone },
    bookWaitMs: 20_000,
  })
  second = await startGateway({ territory: first.territory, databaseUrl: first.databaseUrl })
  ehr = first.as('ehr')
  await slotsAreThere(first)
}, 60_000)
afterAll(async () => {
  for (const one of [second, first, ris]) await one?.[Symbol.asyncDispose]()
})

const held = async (centre: string) =>
  appointmentIn(
    await holds(ehr, (await firstFor(ehr, await referred(first), organization(first, centre))).id),
  )

test('a booking that is answered by telephone is told at once, not after the time for an answer', async () => {
  const { id } = await held('centre-manual')
  const started = performance.now()
  const reply = await books(ehr, id)
  expect(reply.status).toBe(202)
  expect(appointmentIn(reply).status).toBe('pending')
  expect(performance.now() - started).toBeLessThan(10_000)
}, 60_000)

test('what happened on the day at a centre that has only a telephone is said by the cell, and of no other centre', async () => {
  const { id } = await held('centre-manual')
  await books(ehr, id)
  const cell = first.as('cell')
  const says = (who: Caller, of: string, status: string) =>
    who.call<Resource>(
      'PATCH',
      `Appointment/${of}`,
      JSON.stringify([{ op: 'replace', path: '/status', value: status }]),
      { 'content-type': 'application/json-patch+json' },
    )
  expect((await says(cell, id, 'arrived')).status).toBe(422) // the centre has not said yes
  const [call] = await cell.search<Task>(`Task?code=confirm-booking&focus=Appointment/${id}`)
  expect((await cell.call('PUT', `Task/${call?.id}`, { ...call, status: 'completed' })).status).toBe(200)
  expect((await says(ehr, id, 'arrived')).status).toBe(422)
  for (const status of ['noshow', 'arrived', 'fulfilled']) {
    expect((await says(cell, id, status)).body).toMatchObject({ status })
  }
  const focus = (await cell.get<Appointment>(`Appointment/${id}`)).basedOn?.[0]?.reference
  const [task] = await cell.search<Task>(`Task?code=fulfill&focus=${focus}`)
  expect(task?.businessStatus?.coding?.[0]?.code).toBe('visit-complete')
  expect((await says(cell, id, 'noshow')).status).toBe(422)
  const elsewhere = await held('centre-v2')
  await books(ehr, elsewhere.id)
  const refused = await says(cell, elsewhere.id, 'arrived')
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({ issue: [{ expression: ['Appointment.status'] }] })
}, 60_000)

test('a call that is repeated with its key on another gateway is the same booking', async () => {
  const proposal = await firstFor(ehr, await referred(first), organization(first, 'centre-v2'))
  const parameter = [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${proposal.id}` } },
  ]
  const call = (gateway: TestGateway, body: Parameters['parameter'] = parameter) =>
    gateway
      .as('ehr')
      .call<Answered>(
        'POST',
        'Appointment/$book',
        { resourceType: 'Parameters', parameter: body },
        { 'idempotency-key': '"once-1"' },
      )
  const replies = await Promise.all([call(first), call(second), call(first), call(second)])
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(new Set(replies.map((reply) => appointmentIn(reply).id)).size).toBe(1)
  const other = await call(second, [...parameter, { name: 'comment', valueString: 'Autre chose' }])
  expect(other.status).toBe(409)
  expect(issuesIn(other)[0]?.code).toBe('duplicate')
}, 60_000)

test('a slot is held by itself, and given back by whoever holds it', async () => {
  const proposal = await firstFor(ehr, await referred(first), organization(first, 'centre-v2'))
  const slot = proposal.slot?.[0]?.reference ?? ''
  const asks = (caller: Caller, status: string) =>
    caller.call<Parameters>('POST', 'Slot/$hold', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'slot-reference', valueReference: { reference: slot } },
        { name: 'slot-status', valueCode: status },
      ],
    })
  const taken = await asks(ehr, 'busy-tentative')
  expect(taken.status).toBe(200)
  const until = taken.body.parameter?.find(({ name }) => name === 'held-until')?.valueDateTime
  expect(Date.parse(until ?? '')).toBeGreaterThan(Date.now())
  expect((await asks(first.as('cell'), 'free')).status).toBe(403)
  expect((await asks(first.as('cell'), 'busy-tentative')).status).toBe(409)
  const freed = await asks(ehr, 'free')
  expect(freed.body.parameter?.find(({ name }) => name === 'return')?.resource).toMatchObject({
    status: 'free',
  })
}, 60_000)

test('an appointment is moved by $book, and its former place is free once the centre has said yes', async () => {
  const { id, slot: before } = appointmentIn(await books(ehr, (await held('centre-v2')).id))
  const kept = await ehr.get<Appointment>(`Appointment/${id}`)
  const proposal = await firstFor(ehr, await referred(first), organization(first, 'centre-v2'))
  const moved = await ehr.asks<Answered>('book', [
    {
      name: 'appointment-resource',
      resource: { ...kept, ...(proposal.slot && { slot: proposal.slot }), status: 'booked' },
    },
  ])
  expect(moved.status).toBe(200)
  expect(appointmentIn(moved)).toMatchObject({ status: 'booked', slot: proposal.slot })
  expect(await ehr.get(`Appointment/${id}`)).toMatchObject({ status: 'cancelled' })
  expect(await ehr.get(before?.[0]?.reference ?? '')).toMatchObject({ status: 'free' })
}, 60_000)

/** A place of another patient's, not yet held. */
const place = async () => firstFor(ehr, await referred(first), organization(first, 'centre-v2'))
const byId = (id: string | undefined) => [
  { name: 'appointment-reference', valueReference: { reference: `Appointment/${id}` } },
]
const asks = (operation: string, parameter: Parameters['parameter'], key?: string) =>
  ehr.call<Answered>(
    'POST',
    `Appointment/$${operation}`,
    { resourceType: 'Parameters', parameter },
    key === undefined ? {} : { 'idempotency-key': key },
  )
const asResource = (resource: Appointment) => [{ name: 'appointment-resource', resource }]

test('an appointment of which $book is told another time is not said to be changed when it is not', async () => {
  const { id } = appointmentIn(await books(ehr, (await held('centre-v2')).id))
  const kept = await ehr.get<Appointment>(`Appointment/${id}`)
  const later = (instant = '') => new Date(Date.parse(instant) + 3_600_000).toISOString()
  const { slot: _, ...elsewhen } = { ...kept, start: later(kept.start), end: later(kept.end) }
  for (const resource of [elsewhen, { ...elsewhen, slot: kept.slot ?? [] }]) {
    const reply = await asks('book', asResource(resource))
    expect(reply.status).toBe(422)
    expect(issuesIn(reply).flatMap(({ expression }) => expression)).toEqual([
      'Appointment.start',
      'Appointment.end',
    ])
  }
  const same = await asks('book', asResource({ ...kept, description: 'Côté gauche', priority: 2 }))
  expect(appointmentIn(same)).toMatchObject({ id, description: 'Côté gauche', priority: 2 })
}, 60_000)

test('an appointment is moved by $book to a time in a diary, with what was said of it', async () => {
  const { id } = appointmentIn(await books(ehr, (await held('centre-v2')).id))
  const { slot: _, ...kept } = await ehr.get<Appointment>(`Appointment/${id}`)
  const next = await place()
  const slot = await ehr.get<Slot>(next.slot?.[0]?.reference ?? '')
  const moved = await asks('book', [
    ...asResource({ ...kept, description: 'Côté droit', start: slot.start, end: slot.end }),
    { name: 'schedule', valueReference: slot.schedule },
  ])
  expect(moved.status, JSON.stringify(moved.body)).toBe(200)
  expect(appointmentIn(moved)).toMatchObject({
    status: 'booked',
    slot: next.slot,
    start: slot.start,
    description: 'Côté droit',
  })
  expect(await ehr.get(`Appointment/${id}`)).toMatchObject({ status: 'cancelled' })
}, 60_000)

test('a proposal that is sent back with a number and words of its own is booked with them, and when it is', async () => {
  const proposal = await place()
  const own = { system: 'https://practice.example/rdv', value: 'A-17' }
  const resource = { ...proposal, identifier: [own], description: 'Genou', reasonCode: [{ text: 'Chute' }] }
  const early = { ...resource, start: new Date(Date.parse(proposal.start ?? '') + 60_000).toISOString() }
  expect((await asks('book', asResource(early))).status).toBe(422)
  const reply = await asks('book', asResource(resource))
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
  const booked = appointmentIn(reply)
  expect(booked).toMatchObject({ description: 'Genou', reasonCode: [{ text: 'Chute' }] })
  expect(booked.identifier).toContainEqual(own)
  expect(appointmentIn(await asks('book', asResource(resource))).id).toBe(booked.id)
}, 60_000)

test('a hold that is repeated with its key is the same hold, until it is over', async () => {
  const parameter = byId((await place()).id)
  const replies = [await asks('hold', parameter, 'hold-1'), await asks('hold', parameter, 'hold-1')]
  expect(replies.map(({ status }) => status)).toEqual([200, 200])
  const [one, again] = replies.map(appointmentIn)
  expect(again?.id).toBe(one?.id)
  await asks('book', asResource({ ...(one as Appointment), status: 'cancelled' }))
  const late = await asks('hold', parameter, 'hold-1')
  expect([late.status, issuesIn(late)[0]?.code]).toEqual([409, 'expired'])
}, 60_000)

test('a call that is repeated with its key after the appointment was given up gets it as it is', async () => {
  const parameter = byId((await place()).id)
  const { id } = appointmentIn(await asks('book', parameter, 'given-up'))
  await asks(
    'book',
    asResource({ ...(await ehr.get<Appointment>(`Appointment/${id}`)), status: 'cancelled' }),
  )
  const again = await asks('book', parameter, 'given-up')
  expect(again.status, JSON.stringify(again.body)).toBe(200)
  expect(appointmentIn(again)).toMatchObject({ id, status: 'cancelled' })
}, 60_000)

test('a place that is booked for one patient is not told to be booked for another', async () => {
  const { id } = appointmentIn(await books(ehr, (await held('centre-v2')).id))
  const someone: Patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: patientIdentifierOf(77) }],
    name: [{ family: 'Fictif', given: ['Alix'] }],
    gender: 'female',
    birthDate: '1990-03-01',
  }
  const reply = await asks('book', [...byId(id), { name: 'patient-resource', resource: someone }])
  expect([reply.status, issuesIn(reply)[0]?.code]).toEqual([409, 'conflict'])
}, 60_000)
