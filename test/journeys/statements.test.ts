import { setTimeout as sleep } from 'node:timers/promises'
import type { Patient, PractitionerRole } from '@medplum/fhirtypes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import { centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { accepted, openV2Peer, type V2Peer } from '../support/peers.ts'
import { recordStatements, type Statements } from '../support/statements.ts'
import {
  appointmentIn,
  books,
  firstFor,
  freshNumber,
  holds,
  type OrderText,
  organization,
  referred,
  srr,
} from './support.ts'

/*
 * What each step costs: a round trip for its facts, and one for its plan. Counted, not timed, so that it is the same on
 * every machine.
 */

let ris: V2Peer
let gateway: TestGateway
let statements: Statements

beforeAll(async () => {
  statements = recordStatements()
  ris = await openV2Peer()
  ris.answerBy((message) =>
    field(message, 'MSH-9.1') === 'SRM' ? srr(message, 'Booked') : accepted(message),
  )
  gateway = await startGateway({ connectors: { ehr: practiceV2, 'ris-v2': centreV2(ris.port) } })
  await sleep(7_000) // each timer but those that rest for longer
  statements.leaveOut()
})
afterAll(async () => {
  for (const one of [gateway, ris]) await one?.[Symbol.asyncDispose]()
  statements?.[Symbol.dispose]()
})

/** The trail of reads before has been written: it goes out once a second. */
const beforeMs = 1_300
/** Everything that follows has been written too; the trail of what was read in it not yet. */
const quietMs = 400

/** Does it until it takes no more than this: what the gateway does of itself may fall into any of the times. */
async function takes<T>(most: number, prepare: () => Promise<T>, act: (prepared: T) => Promise<unknown>) {
  let taken: string[] = []
  for (let times = 0; times < mostTimes; times++) {
    const prepared = await prepare()
    await sleep(beforeMs + Math.random() * 600) // out of step with the gateway's own timers
    statements.take()
    await act(prepared)
    await sleep(quietMs)
    taken = statements.take().map((text) => text.replaceAll(/\s+/g, ' ').slice(0, 100))
    if (taken.length <= most) return
  }
  expect(taken.length, taken.join('\n')).toBeLessThanOrEqual(most)
}

const mostTimes = 12

const proposal = async () =>
  firstFor(gateway.as('ehr'), await referred(gateway), organization(gateway, 'centre-v2'))

test('a resource that is created takes two', async () => {
  await takes(
    2,
    async () => freshNumber('PAT'),
    (value) =>
      gateway.as('ehr').call('POST', 'Patient', {
        resourceType: 'Patient',
        identifier: [{ system: 'https://example.org/patients', value }],
        name: [{ family: 'Exemple' }],
      }),
  )
})

/** What a request of the demo says, to be said again under another number. */
async function said() {
  const { id: _, meta: __, identifier: ___, extension: ____, ...rest } = await referred(gateway)
  return rest
}

const asks = async (request: object) =>
  expect((await gateway.as('ehr').call('POST', 'ServiceRequest', request)).status).toBe(201)

test('a request by a doctor takes two', async () => {
  await takes(
    2,
    async () => {
      const request = await said()
      const role = await gateway.as('cell').call<PractitionerRole>('GET', request.requester?.reference ?? '')
      return { ...request, requester: role.body.practitioner }
    },
    asks,
  )
})

test('a request for a patient without a national identifier takes two', async () => {
  const ehr = gateway.as('ehr')
  const named = { name: [{ use: 'official', family: 'Exemple', given: ['Anne'] }], birthDate: '1980-02-01' }
  await takes(
    2,
    async () => {
      const request = await said()
      const patient = await ehr.call<Patient>('POST', 'Patient', { resourceType: 'Patient', ...named })
      const role = await gateway.as('cell').call<PractitionerRole>('GET', request.requester?.reference ?? '')
      const requester = role.body.practitioner
      return { ...request, requester, subject: { reference: `Patient/${patient.body.id}` } }
    },
    asks,
  )
})

/** What is known of the role, and all else, are asked at once. */
test('a request by a doctor in a role takes three, of which two at once', async () => {
  await takes(3, said, asks)
})

/** The practice then looks for it: that is one more. */
test.each<[string, Partial<OrderText>]>([
  ['with a national identifier', {}],
  ['with a number of the sender alone', { patient: 'P-77^^^&1.2.250.1.999.2&ISO^PI', identity: 'PROV' }],
])('an order by HL7 v2 for a patient %s takes two: what is known, and its plan', async (_, text) => {
  await takes(
    3,
    async () => {},
    () => referred(gateway, text),
  )
})

/** The place is a reserved one: the write finds one that its quotas leave. */
test('a hold of a reserved place takes two', async () => {
  await takes(2, proposal, ({ id }) => holds(gateway.as('ehr'), id))
})

/** Asking, the question on its way, the answer, its note; the order that follows it, and its note. */
test('a booking takes eleven, to the end of all that it sets off', async () => {
  const ehr = gateway.as('ehr')
  await takes(
    11,
    async () => appointmentIn(await holds(ehr, (await proposal()).id)),
    async ({ id }) => expect((await books(ehr, id)).status).toBe(200),
  )
})
