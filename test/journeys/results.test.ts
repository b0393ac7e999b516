import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Communication, ServiceRequest, Subscription } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { until } from '../support/clock.ts'
import { type Caller, centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { type HttpPeer, openHttpPeer, openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import {
  type Answered,
  appointmentIn,
  books,
  comment,
  firstFor,
  issuesIn,
  linesNaming,
  organization,
  referred,
  srr,
} from './support.ts'

let ris: V2Peer
let practice: V2Peer
let hook: HttpPeer
let gateway: TestGateway
let ehr: Caller

beforeAll(async () => {
  ris = await openV2Peer()
  practice = await openV2Peer()
  hook = await openHttpPeer()
  gateway = await startGateway({
    connectors: {
      ehr: {
        ...practiceV2,
        settings: { ...practiceV2.settings, host: '127.0.0.1', port: practice.port, sends: comments },
      },
      'ris-v2': centreV2(ris.port),
    },
  })
  ehr = gateway.as('ehr')
  ris.answerBy((message) => srr(message, 'Booked'))
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  for (const peer of [ris, practice, hook]) await peer?.[Symbol.asyncDispose]()
})

/** A doctor's software takes comments, and is not asked for appointments. */
const comments = { 'communication.sent': { map: 'Communication-to-ORU_R01', message: 'ORU^R01' } }

/** A referral that is booked at the centre, which may comment on it from then on. */
async function booked(): Promise<{ request: Kept<ServiceRequest>; number: string }> {
  const request = await referred(gateway)
  const first = await firstFor(ehr, request, organization(gateway, 'centre-v2'))
  expect(appointmentIn(await books(ehr, first.id)).status).toBe('booked')
  return { request, number: request.identifier?.[0]?.value ?? '' }
}

const commentsOn = ({ id }: Kept<ServiceRequest>, caller = ehr) =>
  caller.search<Communication>(`Communication?based-on=ServiceRequest/${id}`)

/** Subscribes to comments; once it is active. */
async function subscribe(endpoint: string): Promise<string> {
  const { status, body } = await ehr.call<Subscription & { id: string }>('POST', 'Subscription', {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Comments for our doctors',
    criteria: 'Communication?status=completed',
    channel: { type: 'rest-hook', endpoint, payload: 'application/fhir+json' },
  })
  expect([status, body]).toMatchObject([201, { resourceType: 'Subscription' }])
  await until(
    () => ehr.get<Subscription>(`Subscription/${body.id}`),
    (subscription) => subscription.status === 'active',
  )
  return body.id
}

/** A subscriber's server that takes each call and never answers. */
async function openSilent() {
  let [asked, givenUp] = [0, 0]
  const server = createServer((_, response) => {
    asked += 1
    response.once('close', () => (givenUp += 1))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on a TCP port
  return {
    url: `http://127.0.0.1:${port}/never`,
    asked: () => asked,
    givenUp: () => givenUp,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const told = async (text: string) => toldBy(await say(text, gateway.mllp))

describe('the comment of the radiologist', () => {
  test('is found by the prescriber, tied to the request, the patient and whom it is for', async () => {
    const { request, number } = await booked()
    expect(await told(comment(number, 'Comparer à 2024.'))).toMatch(/^AA /)
    const [found, second] = await commentsOn(request)
    expect(second).toBeUndefined()
    expect(found).toMatchObject({
      status: 'completed',
      basedOn: [{ reference: `ServiceRequest/${request.id}` }],
      subject: request.subject,
      recipient: [request.requester],
      payload: [{ contentString: 'Comparer à 2024.' }],
    })
    expect(await commentsOn(request, gateway.as('ehr-other'))).toEqual([])
  })

  test('reaches the prescriber by a subscription', async () => {
    const subscribed = await subscribe(`${hook.url}/comments`)
    const { request, number } = await booked()
    await told(comment(number, 'Par abonnement.'))
    const [found] = await commentsOn(request)
    const heard = await until(
      () => hook.heard.filter(({ body }) => JSON.stringify(body ?? '').includes(String(found?.id))),
      (all) => all.length > 0,
    )
    expect(heard[0]?.body).toMatchObject({ resourceType: 'Communication', id: found?.id })
    await ehr.call('DELETE', `Subscription/${subscribed}`)
  })

  test('reaches it also while many other subscribers hang, and each is counted by itself', async () => {
    await using silent = await openSilent()
    const hanging = await Promise.all(Array.from({ length: 40 }, () => subscribe(silent.url)))
    const subscribed = await subscribe(`${hook.url}/beside`)
    const { number } = await booked()
    await told(comment(number, 'À côté.'))
    await until(
      () => hook.heard.filter(({ path }) => path.startsWith('/beside/')),
      (all) => all.length > 0,
    )
    await until(silent.asked, (asked) => asked >= hanging.length)
    expect(silent.givenUp(), 'none of the calls had to end for the others').toBe(0)
    const { body } = await gateway.as('operator').call<string>('GET', '/metrics')
    expect(body).toContain(`relais_notifications_tried_total{subscription="${subscribed}",status="sent"} 1`)
    for (const id of hanging) expect(body).toContain(`relais_subscription_queued{subscription="${id}"} 1`)
    await Promise.all([subscribed, ...hanging].map((id) => ehr.call('DELETE', `Subscription/${id}`)))
  })

  test("reaches the prescriber's own software as ORU^R01", async () => {
    const { number } = await booked()
    await told(comment(number, 'Par HL7 v2.'))
    const [oru] = await until(
      () => practice.heard.filter((message) => field(message, 'ORC-2') === number),
      (all) => all.length > 0,
    )
    expect(oru && [field(oru, 'MSH-9.1'), field(oru, 'OBX-5'), field(oru, 'OBR-25')]).toEqual([
      'ORU',
      'Par HL7 v2.',
      'F',
    ])
  })

  test('corrected replaces what it corrects', async () => {
    const { request, number } = await booked()
    await told(comment(number, 'Comparer à 2023.'))
    expect(await told(comment(number, 'Comparer à 2024.', { status: 'C' }))).toMatch(/^AA /)
    const all = await commentsOn(request)
    expect(all.map(({ payload, meta }) => [payload?.[0]?.contentString, meta.versionId])).toEqual([
      ['Comparer à 2024.', '2'],
    ])
    const messages = await until(
      () => practice.heard.filter((message) => field(message, 'ORC-2') === number),
      (heard) => heard.length >= 2,
    )
    expect(messages.map((message) => field(message, 'OBX-5'))).toEqual([
      'Comparer à 2023.',
      'Comparer à 2024.',
    ])
    expect(new Set(messages.map((message) => field(message, 'OBR-3'))).size).toBe(1)
  })

  test('twice with the same number and content is one version', async () => {
    const { request, number } = await booked()
    const text = comment(number, 'Une fois.')
    const answers = [await say(text, gateway.mllp), await say(text, gateway.mllp)]
    expect(answers[1]).toEqual(answers[0])
    expect((await commentsOn(request)).map(({ meta }) => meta.versionId)).toEqual(['1'])
  })

  test('of two reports on one order is two', async () => {
    const { request, number } = await booked()
    await told(comment(number, 'Le premier.', { report: `${number}-1` }))
    await told(comment(number, 'Le second.', { report: `${number}-2` }))
    expect(await commentsOn(request)).toHaveLength(2)
  })

  test('that fits no request is taken, kept and left aside', async () => {
    expect(await told(comment('NOBODY-1', 'Pour personne.'))).toMatch(/^AA /)
    expect(gateway.log.some((line) => line.includes('NOBODY-1'))).toBe(false)
  })

  test('from a centre that has nothing to do with the request is left aside', async () => {
    const request = await referred(gateway)
    const number = request.identifier?.[0]?.value ?? ''
    expect(await told(comment(number, 'Étranger.'))).toMatch(/^AA /)
    expect(await commentsOn(request)).toEqual([])
  })
})

describe('a result whose message says no patient', () => {
  const without = (text: string, pid: string) =>
    text.replace(/PID\|[^\r]*\r/, pid).replace(/OBR\|1\|[^|]*\|/, 'OBR|1||')

  test.each([
    ['no PID', ''],
    ['an empty PID', 'PID|||\r'],
  ])('with %s is about the patient of the order that ORC-2 names', async (_, pid) => {
    const { request, number } = await booked()
    expect(await told(without(comment(number, 'Sans identité.'), pid))).toMatch(/^AA /)
    const [found] = await commentsOn(request)
    expect(found).toMatchObject({ subject: request.subject, payload: [{ contentString: 'Sans identité.' }] })
  })
})

describe('the reply of the prescriber', () => {
  test('reaches the centre, and is not sent back to the practice', async () => {
    const { request, number } = await booked()
    await told(comment(number, 'Une question ?'))
    const [first] = await commentsOn(request)
    const { status, body } = await ehr.call<Kept<Communication>>('POST', 'Communication', {
      resourceType: 'Communication',
      status: 'completed',
      basedOn: first?.basedOn,
      inResponseTo: [{ reference: `Communication/${first?.id}` }],
      payload: [{ contentString: 'Une réponse.' }],
    })
    expect([status, body]).toMatchObject([
      201,
      { inResponseTo: [{ reference: `Communication/${first?.id}` }] },
    ])
    const [heard] = await until(
      () => ris.heard.filter((one) => field(one, 'MSH-9.1') === 'ORU' && field(one, 'ORC-2') === number),
      (all) => all.length > 0,
    )
    expect(heard && field(heard, 'OBX-5')).toBe('Une réponse.')
    const atHome = practice.heard.filter((one) => field(one, 'OBX-5') === 'Une réponse.')
    expect(atHome).toEqual([])
  })

  test('of somebody else is refused', async () => {
    const { request, number } = await booked()
    await told(comment(number, 'Une question ?'))
    const [first] = await commentsOn(request)
    const { status } = await gateway.as('ehr-other').call('POST', 'Communication', {
      resourceType: 'Communication',
      status: 'completed',
      inResponseTo: [{ reference: `Communication/${first?.id}` }],
      payload: [{ contentString: 'Indiscret.' }],
    })
    expect(status).toBeGreaterThanOrEqual(400)
  })
})

describe('a Communication that names no request', () => {
  const words = {
    resourceType: 'Communication',
    status: 'completed',
    payload: [{ contentString: 'Sans demande.' }],
  }

  test('reaches nobody and is refused, with what it lacks', async () => {
    const reply = await ehr.call<Answered>('POST', 'Communication', words)
    expect(reply.status).toBe(422)
    expect(issuesIn(reply)).toMatchObject([
      { severity: 'error', code: 'business-rule', expression: ['Communication.basedOn'] },
    ])
    const unknown = await ehr.call('POST', 'Communication', {
      ...words,
      basedOn: [{ identifier: { system: 'urn:oid:1.2.250.1.999.1', value: 'NOBODY-KNOWS' } }],
    })
    expect(unknown.status).toBe(422)
  })

  test('is taken from the cell, which may write what it likes', async () => {
    expect((await gateway.as('cell').call('POST', 'Communication', words)).status).toBe(201)
  })
})

test('the log names no patient and no word of a comment', () => {
  expect(linesNaming(gateway.log)).toEqual([])
  expect(linesNaming(gateway.log, ['Comparer', 'Une question', 'Sans demande'])).toEqual([])
})
