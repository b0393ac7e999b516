import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failure, outcomeOf } from '../../src/fhir/outcome.ts'
import type { Incoming } from '../../src/flows/message.ts'
import { baseUrl, issuesIn, openTestApi, type TestApi } from '../support/api.ts'

let api: TestApi
let handedIn: Incoming[] = []
let answerWith = outcomeOf([{ case: 'informational', text: 'Stored.', severity: 'information' }])

beforeAll(async () => {
  api = await openTestApi({
    receive: () => async (incoming) => {
      handedIn.push(incoming)
      return { outcome: answerWith }
    },
    answerV2: async (raw, { actor }) => Buffer.from(`MSH|^~\\&|${actor.client}|${raw.length}\r`),
  })
})
beforeEach(() => {
  handedIn = []
})
afterAll(() => api[Symbol.asyncDispose]())

const referral = {
  version: 1,
  placerOrderNumber: 'P-42',
  patient: { familyName: 'MARTIN', givenName: 'ROSE', birthDate: '1961-04-02', sex: 'female' },
  prescriber: { rpps: '10001234567' },
  exam: { text: 'Échographie abdominale' },
  reason: { text: 'Douleur' },
}
const json = { 'content-type': 'application/json' }
const post = (body: unknown, as = 'ehr', headers: Record<string, string> = json) =>
  api.send('POST', '/intake/referrals', { body, as, headers })

describe('a referral as JSON', () => {
  test('is handed in as it came, under its own number and the name of its sender', async () => {
    const reply = await post(referral)
    expect([reply.status, reply.at('issue.0.severity')]).toEqual([201, 'information'])
    expect(handedIn).toMatchObject([
      {
        id: 'P-42',
        kind: 'intake/1',
        peer: 'ehr',
        by: 'json',
        raw: Buffer.from(JSON.stringify(referral)),
        content: { form: 'json', value: { ...referral, sender: 'ehr' } },
      },
    ])
  })

  test.each<[string, unknown, string, string | undefined]>([
    ['no JSON', '{"version":1,', 'structure', undefined],
    ['another version', { ...referral, version: 2 }, 'value', 'version'],
    ['an unknown field', { ...referral, colour: 'red' }, 'structure', undefined],
    ['no exam', { ...referral, exam: {} }, 'value', 'exam'],
    [
      'a date that is none',
      { ...referral, patient: { ...referral.patient, birthDate: '2 avril' } },
      'value',
      'patient.birthDate',
    ],
    [
      'an answer of no kind',
      { ...referral, answers: [{ question: 'x', answer: {} }] },
      'value',
      'answers[0].answer',
    ],
  ])('%s is refused with its place, and kept with the reason', async (_, body, code, place) => {
    const reply = await post(body)
    expect([reply.status, issuesIn(reply)[0]?.code, issuesIn(reply)[0]?.expression?.[0]]).toEqual([
      400,
      code,
      place,
    ])
    expect(issuesIn(reply)[0]?.diagnostics).toMatch(/\.$/)
    expect(handedIn).toMatchObject([{ unreadable: { resourceType: 'OperationOutcome' } }])
    expect(handedIn[0]).not.toHaveProperty('content')
  })

  test('all that is wrong is told at once', async () => {
    const reply = await post({ ...referral, exam: {}, reason: {}, patient: {} })
    expect(issuesIn(reply).length).toBeGreaterThan(3)
  })

  test('each fault says what is wanted, and where the schema is; nothing that was sent is repeated', async () => {
    const { reason: _, ...rest } = referral
    const wrong = {
      ...rest,
      colour: 'red',
      patient: { ...referral.patient, birthDate: '2.4.1961', sex: 'F', givenName: '' },
      exam: { text: 7 },
      prescriber: { rpps: '12' },
    }
    const reply = await post(wrong)
    const schema = ` The schema is at ${baseUrl}/openapi.json.`
    expect(reply.status).toBe(400)
    expect(
      Object.fromEntries(
        issuesIn(reply).map(({ code, diagnostics = '', expression }) => [
          expression?.[0] ?? '',
          `${code}: ${diagnostics.replace(schema, '')}`,
        ]),
      ),
    ).toEqual({
      '': 'structure: There is no colour in this version. Leave it out.',
      reason: 'required: This is required: an object.',
      'patient.birthDate': 'value: This is to be a date: YYYY-MM-DD.',
      'patient.sex': 'value: This is to be one of: female, male, unknown.',
      'patient.givenName': 'value: This is empty. Fill it in, or leave it out.',
      'exam.text': 'value: This is to be a string.',
      'prescriber.rpps': 'value: An RPPS number has 11 digits.',
    })
  })

  test('what the flow refuses has the status of its reason', async () => {
    answerWith = outcomeOf(failure('duplicate', 'Another content under this number.', 'ORC-2').issues)
    expect((await post(referral)).status).toBe(409)
    answerWith = outcomeOf(failure('business-rule', 'Not done here.', 'exam').issues)
    expect((await post(referral)).status).toBe(422)
  })

  test('needs the right to make requests, and a size that can be read', async () => {
    expect((await post(referral, '')).status).toBe(401)
    expect((await post(referral, 'region')).status).toBe(403)
    expect((await post({ ...referral, note: 'x'.repeat(200_000) })).status).toBe(413)
    expect((await post(referral, 'ehr', { 'content-type': 'text/plain' })).status).toBe(415)
    expect(handedIn).toEqual([])
  })
})

describe('HL7 v2 over HTTP', () => {
  const v2 = { 'content-type': 'application/hl7-v2' }
  const send = (headers: Record<string, string>, as = 'ehr') =>
    api.send('POST', '/intake/hl7v2', { body: 'MSH|^~\\&|A\r', as, headers })

  test('is answered by its acknowledgement, on behalf of the client', async () => {
    const reply = await send(v2)
    expect([reply.status, reply.headers.get('content-type'), reply.text]).toEqual([
      200,
      'application/hl7-v2',
      'MSH|^~\\&|ehr|11\r',
    ])
  })

  test('needs a token and its media type', async () => {
    expect((await send(v2, '')).status).toBe(401)
    expect((await send({ 'content-type': 'application/json' })).status).toBe(415)
  })
})
