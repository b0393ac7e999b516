import type { Appointment, Parameters, Resource, Task } from '@medplum/fhirtypes'
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
