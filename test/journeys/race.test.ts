import type { Appointment } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import { centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'
import {
  appointmentIn,
  books,
  found,
  freshNumber,
  organization,
  patientIdentifierOf,
  referred,
  srr,
} from './support.ts'

let ris: V2Peer
let first: TestGateway
let second: TestGateway

/** Two gateways on one database, and a centre that says yes to whatever it is asked. */
beforeAll(async () => {
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  first = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
  second = await startGateway({ territory: first.territory, databaseUrl: first.databaseUrl })
})
afterAll(async () => {
  for (const one of [second, first, ris]) await one?.[Symbol.asyncDispose]()
})

test('of 32 who book one slot at once through two gateways, one gets it', async () => {
  const requests = []
  for (let n = 0; n < 32; n++) {
    requests.push(await referred(first, { number: freshNumber('RACE'), ins: patientIdentifierOf(n) }))
  }
  const at = organization(first, 'centre-v2')
  const proposals = await Promise.all(
    requests.map((request) => found(first.as('ehr'), request, { at, count: 1 })),
  )
  const ids = proposals.map(([proposal]) => proposal?.id ?? '')
  const slots = new Set(proposals.map(([proposal]) => proposal?.slot?.[0]?.reference))
  expect(slots.size).toBe(1)

  const replies = await Promise.all(ids.map((id, n) => books((n % 2 ? second : first).as('ehr'), id)))

  const statuses = replies.map(({ status }) => status).sort()
  expect(statuses).toEqual([200, ...Array.from({ length: 31 }, () => 409)])
  const winner = appointmentIn(
    replies.find(({ status }) => status === 200) ?? {
      status: 0,
      headers: new Headers(),
      body: { resourceType: 'Bundle', type: 'searchset' },
    },
  )
  expect(
    ris.heard.filter((one) => field(one, 'MSH-9.1') === 'SRM').map((one) => field(one, 'ARQ-1')),
  ).toEqual([winner.id])
  const live = await first
    .as('cell')
    .search<Appointment>(`Appointment?slot=${[...slots][0]}&status=booked,pending`)
  expect(live.map(({ id }) => id)).toEqual([winner.id])
}, 60_000)

test('a referral sent to both gateways at once is one', async () => {
  const number = freshNumber()
  const [a, b] = await Promise.all([referred(first, { number }), referred(second, { number })])
  expect(a.id).toBe(b.id)
  expect(a.meta.versionId).toBe('1')
})
