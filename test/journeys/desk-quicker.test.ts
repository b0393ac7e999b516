import type { Appointment, Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import { until } from '../support/clock.ts'
import { centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { accepted, openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import { appointmentIn, books, firstFor, holds, organization, referred, siu, srr } from './support.ts'

/** The desk of a centre gives a place away that is held here, or asked for: it knows nothing of that. */

let ris: V2Peer
let gateway: TestGateway

beforeAll(async () => {
  ris = await openV2Peer()
  gateway = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
})
afterAll(async () => {
  for (const one of [gateway, ris]) await one?.[Symbol.asyncDispose]()
})

const ehr = () => gateway.as('ehr')

async function wanted(): Promise<Appointment & { id: string }> {
  return firstFor(ehr(), await referred(gateway), organization(gateway, 'centre-v2'))
}

/** The desk says that it has given the place to somebody of its own. */
async function taken({ start = '', end = '' }: Appointment): Promise<void> {
  const told = toldBy(
    await say(siu('S12', { filler: `D-${start}`, start, end, state: 'Booked' }), gateway.mllp),
  )
  expect(told).toMatch(/^AA /)
}

/** The desk takes it back. */
async function givenBack({ start = '', end = '' }: Appointment): Promise<void> {
  const said = siu('S15', { filler: `D-${start}`, start, end, state: 'Cancelled' })
  expect(toldBy(await say(said, gateway.mllp))).toMatch(/^AA /)
}

async function released({ id }: Appointment): Promise<void> {
  const participant = [{ actor: { display: 'patient' }, status: 'needs-action' as const }]
  const resource: Appointment = {
    resourceType: 'Appointment',
    ...(id && { id }),
    status: 'cancelled',
    participant,
  }
  const reply = await ehr().asks('book', [{ name: 'appointment-resource', resource }])
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
}

const slotOf = ({ slot }: Appointment) => ehr().get<Slot>(slot?.[0]?.reference ?? '')

test('a place that the desk gives away while it is held is not offered when the hold is released', async () => {
  ris.answerBy(accepted)
  const proposal = await wanted()
  const hold = appointmentIn(await holds(ehr(), proposal.id))
  await taken(proposal)
  await released(hold)
  expect((await slotOf(proposal)).status).toBe('busy')
  await givenBack(proposal)
  expect((await slotOf(proposal)).status).toBe('free')
})

test('a place that the desk gives away and takes back while it is held stays held', async () => {
  ris.answerBy(accepted)
  const proposal = await wanted()
  const hold = appointmentIn(await holds(ehr(), proposal.id))
  await taken(proposal)
  await givenBack(proposal)
  expect((await slotOf(proposal)).status).toBe('busy-tentative')
  await released(hold)
  expect((await slotOf(proposal)).status).toBe('free')
})

test('a place that the desk gives away while it is asked for is not offered when the centre says no', async () => {
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM'
      ? srr(message, 'Cancelled', { reason: 'déjà pris' })
      : accepted(message),
  )
  const proposal = await wanted()
  const hold = appointmentIn(await holds(ehr(), proposal.id))
  await taken(proposal)
  expect((await books(ehr(), hold.id)).status).toBe(409)
  const slot = await until(
    () => slotOf(proposal),
    ({ status }) => status !== 'busy-tentative',
  )
  expect(slot.status).toBe('busy')
})
