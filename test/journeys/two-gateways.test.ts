import type { Appointment } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import { until } from '../support/clock.ts'
import { freshDatabase } from '../support/database.ts'
import { centreV2, practiceV2, startGateway, type TestGateway, writeTerritory } from '../support/gateway.ts'
import { accepted, openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import {
  appointmentIn,
  books,
  firstFor,
  freshNumber,
  holds,
  order,
  organization,
  referred,
  requestOf,
  srr,
} from './support.ts'

let ris: V2Peer
let first: TestGateway
let second: TestGateway

beforeAll(async () => {
  ris = await openV2Peer()
  first = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
  second = await startGateway({ territory: first.territory, databaseUrl: first.databaseUrl })
})
afterAll(async () => {
  for (const one of [second, first, ris]) await one?.[Symbol.asyncDispose]()
})

test("a booking asked for at one gateway is settled by the centre's answer to the other", async () => {
  ris.answerBy(accepted)
  const request = await referred(first)
  const { id } = await firstFor(first.as('ehr'), request, organization(first, 'centre-v2'))
  const asking = books(first.as('ehr'), id)
  const [srm] = await ris.hears('SRM^S01')
  if (!srm) throw new Error('The centre was not asked')
  expect(toldBy(await say(srr(srm, 'Booked'), second.mllp))).toMatch(/^AA /)
  const reply = await asking
  expect(reply.status).toBe(200)
  expect(appointmentIn(reply).status).toBe('booked')
})

test('a hold made at one gateway is booked, and read, at the other', async () => {
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  const request = await referred(first)
  const proposal = await firstFor(second.as('ehr'), request, organization(first, 'centre-v2'))
  const hold = appointmentIn(await holds(first.as('ehr'), proposal.id))
  expect(appointmentIn(await books(second.as('ehr'), hold.id)).status).toBe('booked')
  expect((await first.as('ehr').get<Appointment>(`Appointment/${hold.id}`)).status).toBe('booked')
})

test('the same message at another gateway, and after a restart, is one referral and the same answer, byte for byte', async () => {
  await using database = await freshDatabase()
  await using territory = await writeTerritory({ connectors: { ehr: practiceV2 } })
  const number = freshNumber()
  const text = order({ number })
  const start = () => startGateway({ territory, databaseUrl: database.url })
  const answers: (Buffer | undefined)[] = []
  {
    await using one = await start()
    await using other = await start()
    answers.push(await say(text, one.mllp), await say(text, other.mllp), await say(text, one.mllp))
  }
  await using again = await start()
  answers.push(await say(text, again.mllp))
  expect(toldBy(answers[0])).toBe(`AA ${number}`)
  expect(answers.map(String)).toEqual(Array.from({ length: 4 }, () => String(answers[0])))
  expect((await requestOf(number, again.as('ehr'))).meta.versionId).toBe('1')
})

test('the same number with other content is a conflict, and what was kept stays', async () => {
  const number = freshNumber()
  await say(order({ number }), first.mllp)
  const other = await say(order({ number, purpose: 'Tout autre chose' }), second.mllp)
  expect(toldBy(other)).toBe(`AE ${number}`)
  expect(String(other)).toContain('duplicate')
  expect((await requestOf(number, first.as('ehr'))).meta.versionId).toBe('1')
})

test('what is acknowledged is there for the other gateway at once', async () => {
  for (let n = 0; n < 20; n++) {
    const number = freshNumber('ACK')
    expect(toldBy(await say(order({ number }), first.mllp))).toBe(`AA ${number}`)
    expect((await requestOf(number, second.as('ehr'))).status).toBe('active')
  }
})

test('deliveries go on when the gateway that asked has gone', async () => {
  await using database = await freshDatabase()
  await using centre = await openV2Peer()
  await using territory = await writeTerritory({
    connectors: { ehr: practiceV2, 'ris-v2': centreV2(centre.port) },
  })
  centre.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  await using stays = await startGateway({ territory, databaseUrl: database.url })
  let id = ''
  {
    await using goes = await startGateway({ territory, databaseUrl: database.url, bookWaitMs: 0 })
    const request = await referred(goes)
    const proposal = await firstFor(goes.as('ehr'), request, organization(goes, 'centre-v2'))
    id = appointmentIn(await books(goes.as('ehr'), proposal.id)).id
  }
  const settled = await until(
    () => stays.as('ehr').get<Appointment>(`Appointment/${id}`),
    ({ status }) => status !== 'pending',
  )
  expect(settled.status).toBe('booked')
})
