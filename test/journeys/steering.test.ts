import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditEvent } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field } from '../../src/hl7v2/message.ts'
import type { MessageLine } from '../../src/store/index.ts'
import { run } from '../cli/support.ts'
import { until } from '../support/clock.ts'
import { type Caller, centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { acknowledgment, openV2Peer, say, toldBy, type V2Peer } from '../support/peers.ts'
import { comment, freshNumber, linesNaming, order, patientIdentifierOf } from './support.ts'

/*
 * What an operator sees and does on the day when a partner's system refuses what it is sent.
 */

let practice: V2Peer
let gateway: TestGateway
let operator: Caller

const comments = { 'communication.sent': { map: 'Communication-to-ORU_R01', message: 'ORU^R01' } }

beforeAll(async () => {
  practice = await openV2Peer()
  gateway = await startGateway({
    connectors: {
      ehr: {
        ...practiceV2,
        settings: { ...practiceV2.settings, host: '127.0.0.1', port: practice.port, sends: comments },
      },
      hub: { ...centreV2(), organization: 'cell', client: 'cell' },
    },
  })
  operator = gateway.as('operator')
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await practice?.[Symbol.asyncDispose]()
})

interface Page {
  messages: MessageLine[]
  next?: string
}

const settings = () => ({
  RELAIS_TERRITORY: gateway.territory.path,
  RELAIS_DATABASE_URL: gateway.databaseUrl,
})

const find = (query: string) => operator.get<Page>(`/operation/messages?${query}`)
const person = 'Ana Ruiz'

/** An order of a patient, and a comment that leaves to the practice; comes back with the order's number. */
async function commented(n: number): Promise<string> {
  const number = freshNumber('S')
  const ins = patientIdentifierOf(n)
  expect(toldBy(await say(order({ number, ins }), gateway.mllp))).toBe(`AA ${number}`)
  const text = comment(number, `Avis ${number}`, { control: `K-${number}` }).replace(/^PID.*\r/m, '')
  expect(toldBy(await say(text, gateway.mllp))).toBe(`AA K-${number}`)
  return number
}

const departureOf = async (number: string, status: string): Promise<MessageLine> => {
  const page = await until(
    () => find(`order=${number}&direction=out&status=${status}`),
    ({ messages }) => messages.length > 0,
  )
  return page.messages[0] as MessageLine // there is one by now
}

const auditsOf = async (step: string): Promise<AuditEvent[]> =>
  operator.search<AuditEvent>(`AuditEvent?subtype=${step}&_sort=-date`)

describe('a message', () => {
  test('is found by order, patient and control id, in and out, and shown as it came, with what it made', async () => {
    practice.answerBy((message) => acknowledgment(message, 'AA'))
    const number = await commented(801)
    await departureOf(number, 'sent')
    const all = await find(`order=${number}`)
    expect(all.messages.map(({ direction, kind }) => `${direction} ${kind}`).toSorted()).toEqual([
      'in ORM^O01',
      'in ORU^R01',
      'out communication.sent',
    ])
    const byPatient = await operator.call<Page>('POST', '/operation/messages/_search', {
      patient: patientIdentifierOf(801),
      direction: 'in',
    })
    expect(byPatient.body.messages.some(({ id }) => id === number)).toBe(true)
    const [said] = (await find(`id=K-${number}`)).messages
    expect(said).toMatchObject({ peer: 'hub', status: 'transformed' })
    const whole = await operator.get<{ raw: string; parsed: object; about: string[]; answer: string }>(
      `/operation/messages/${said?.row}`,
    )
    expect(whole.raw).toContain(`Avis ${number}`)
    expect(whole.parsed).toMatchObject({ MSH: { messageControlId: `K-${number}` } })
    expect(whole.answer).toContain('MSA|AA')
    expect(whole.about.some((reference) => reference.startsWith('Communication/'))).toBe(true)
    expect(await auditsOf('message.read')).not.toEqual([])
  })

  test('that was refused is found by the numbers that it says, too', async () => {
    const number = freshNumber('S')
    const text = order({ number, exam: '', control: `X-${number}` }).replace('|NW|', '|??|')
    expect(toldBy(await say(text, gateway.mllp))).toMatch(/^A[ER] /)
    expect((await find(`order=${number}&status=error`)).messages).toMatchObject([{ id: `X-${number}` }])
  })

  test('is listed page after page', async () => {
    const first = await find('limit=2')
    const second = await find(`limit=2&after=${first.next}`)
    const rows = [...first.messages, ...second.messages].map(({ row }) => row)
    expect(new Set(rows).size).toBe(4)
  })

  test('is nobody’s but the operator’s, with the scope for it', async () => {
    expect((await gateway.as('cell').call('GET', '/operation/messages')).status).toBe(403)
    expect((await fetch(`${gateway.baseUrl}/operation/messages`)).status).toBe(401)
    expect((await operator.call('GET', '/operation/messages?colour=red')).status).toBe(400)
    const edges = 'since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59-14:00'
    expect((await operator.call('GET', `/operation/messages?${edges}`)).status).toBe(200)
    expect((await operator.call('GET', '/operation/messages?patient=279035121518989')).status).toBe(400)
  })
})

describe('a dead letter', () => {
  test('is replayed under its own id, and leaves a trail with a name', async () => {
    practice.answerBy((message) => acknowledgment(message, 'AE'))
    const number = await commented(802)
    const dead = await departureOf(number, 'dead')
    expect(dead).toMatchObject({ reason: 'AE', attempts: 1 })
    practice.answerBy((message) => acknowledgment(message, 'AA'))
    const replay = await operator.call('POST', `/operation/messages/${dead.row}/replay`, { person })
    expect(replay.status).toBe(200)
    expect((await departureOf(number, 'sent')).row).toBe(dead.row)
    const heard = practice.heard.filter((message) => field(message, 'OBX-5') === `Avis ${number}`)
    expect(new Set(heard.map((message) => field(message, 'MSH-10'))).size).toBe(1)
    const [trail] = await auditsOf('departure.replayed')
    expect(trail?.agent).toMatchObject([{ altId: person, requestor: true }])
    expect(JSON.stringify(trail?.entity)).toContain(dead.row)
  })

  test('is edited: another message, with an id of its own, in place of the one that ends', async () => {
    practice.answerBy((message) => acknowledgment(message, 'AE'))
    const number = await commented(803)
    const dead = await departureOf(number, 'dead')
    practice.answerBy((message) => acknowledgment(message, 'AA'))
    const { raw = '' } = await operator.get<{ raw?: string }>(`/operation/messages/${dead.row}`)
    const file = join(gateway.territory.path, 'edited.hl7')
    await writeFile(file, raw.replaceAll('\r', '\n').replace(`Avis ${number}`, `Avis corrigé ${number}`))
    const said = await run(['messages', 'replay', dead.row, '--edit', file, '--by', person], settings())
    expect(said).toMatchObject({ code: 0 })
    const sent = await departureOf(number, 'sent')
    expect(sent.row).not.toBe(dead.row)
    expect(await departureOf(number, 'cancelled')).toMatchObject({ reason: `replaced by ${sent.row}` })
    const heard = practice.heard.filter((message) => field(message, 'OBX-5')?.endsWith(number))
    expect(heard.map((message) => field(message, 'OBX-5'))).toEqual([
      `Avis ${number}`,
      `Avis corrigé ${number}`,
    ])
    expect(new Set(heard.map((message) => field(message, 'MSH-10'))).size).toBe(2)
    expect((await run(['messages', 'replay', dead.row], settings())).code).toBe(1)
  })

  test('is discarded: it is never sent, and not twice discarded', async () => {
    practice.answerBy((message) => acknowledgment(message, 'AE'))
    const number = await commented(806)
    const dead = await departureOf(number, 'dead')
    practice.answerBy((message) => acknowledgment(message, 'AA'))
    const said = await run(['messages', 'discard', dead.row, '--by', person], settings())
    expect(said).toMatchObject({ code: 0 })
    expect(await departureOf(number, 'cancelled')).toMatchObject({ row: dead.row, reason: 'discarded' })
    expect((await auditsOf('departure.discarded'))[0]?.agent).toMatchObject([{ altId: person }])
    const rows = [dead.row, '00000000-0000-4000-8000-000000000000']
    const { body } = await operator.call<{ discarded: { outcome: { issue: { code: string }[] } }[] }>(
      'POST',
      '/operation/messages/discard',
      { person, rows },
    )
    expect(body.discarded.map(({ outcome }) => outcome.issue[0]?.code)).toEqual([
      'business-rule',
      'not-found',
    ])
    expect(
      (await run(['messages', 'discard', '--all', '--status', 'dead', '--order', number], settings())).code,
    ).toBe(0)
    expect((await run(['messages', 'discard'], settings())).code).toBe(2)
  })

  test('among many: what may not be replayed is told, and keeps nothing else', async () => {
    const number = await commented(804)
    const sent = await departureOf(number, 'sent')
    const rows = [sent.row, '00000000-0000-4000-8000-000000000000']
    const { body } = await operator.call<{ replayed: { outcome: { issue: { code: string }[] } }[] }>(
      'POST',
      '/operation/messages/replay',
      { person, rows },
    )
    expect(body.replayed.map(({ outcome }) => outcome.issue[0]?.code)).toEqual(['informational', 'not-found'])
    await departureOf(number, 'sent')
  })

  test('wants a name', async () => {
    const path = '/operation/messages/00000000-0000-4000-8000-000000000000/replay'
    expect((await operator.call('POST', path, {})).status).toBe(400)
  })
})

describe('a connector', () => {
  test('is paused and resumed; its health and the metrics show it, and name no patient', async () => {
    practice.answerBy((message) => acknowledgment(message, 'AA'))
    const paused = await operator.call('POST', '/operation/connectors/ehr/pause', {
      person,
      reason: 'Maintenance',
    })
    expect(paused.body).toEqual({ connector: 'ehr', state: 'paused' })
    const number = await commented(805)
    const waits = await departureOf(number, 'queued')
    const health = await operator.get<{ peer: string; queued: number }[]>('/operation/connectors')
    expect(health.find(({ peer }) => peer === 'ehr')).toMatchObject({
      kind: 'mllp',
      state: 'paused',
      by: person,
      reason: 'Maintenance',
      queued: 1,
      dead: 0,
      oldest: waits.at,
    })
    const metrics = await operator.call<string>('GET', '/metrics')
    const text = typeof metrics.body === 'string' ? metrics.body : JSON.stringify(metrics.body)
    expect(text).toContain('relais_connector_queued{connector="ehr"} 1')
    expect(text).toContain('relais_connector_open{connector="ehr"} 0')
    expect(text).toMatch(
      /relais_departures_tried_total\{connector="ehr",kind="communication.sent",status="sent"\} \d/,
    )
    expect(linesNaming([text])).toEqual([])
    const resumed = await operator.call('POST', '/operation/connectors/ehr/resume', { person })
    expect(resumed.body).toEqual({ connector: 'ehr', state: 'open' })
    expect((await departureOf(number, 'sent')).row).toBe(waits.row)
    expect((await auditsOf('connector.pause'))[0]?.agent?.[0]?.altId).toBe(person)
    expect((await operator.call('POST', '/operation/connectors/nobody/pause', { person })).status).toBe(404)
  })
})

test('nothing of a patient is logged', () => expect(linesNaming(gateway.log)).toEqual([]))
