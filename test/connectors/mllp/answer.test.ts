import { describe, expect, test } from 'vitest'
import { controlIdOf } from '../../../src/connectors/mllp/control-id.ts'
import { type Answering, answerMessage } from '../../../src/connectors/mllp/index.ts'
import { allOk, failure, outcomeOf } from '../../../src/fhir/outcome.ts'
import { field, parseMessage } from '../../../src/hl7v2/message.ts'
import { silent } from '../../../src/log.ts'
import { inbox, order } from './pretend.ts'

const answering = (own: Partial<Answering> = {}): Answering => ({
  peers: [{ name: 'practice', charset: '8859/15', isSender: () => true, isOrigin: () => true }],
  origin: { address: undefined },
  receive: inbox().receive,
  clock: () => new Date('2026-01-06T12:00:00Z'),
  log: silent,
  by: 'http',
  ...own,
})
const answered = async (text: string | Buffer, own: Partial<Answering> = {}) =>
  (await answerMessage(Buffer.from(text), answering(own))).toString('latin1')

describe('a message over HTTP', () => {
  test('is handed in as such and answered by its acknowledgement', async () => {
    const box = inbox()
    expect(field(parseMessage(await answered(order('1'), box)), 'MSA-1')).toBe('AA')
    expect(box.messages).toMatchObject([{ id: '1', peer: 'practice', by: 'http' }])
  })

  test('is answered once in enhanced mode too: by what became of it', async () => {
    const answer = await answered(order('1', '|||AL|AL'))
    expect(answer.match(/MSA\|../g)).toEqual(['MSA|AA'])
  })

  test('is answered by nothing where nothing is asked for', async () => {
    expect(await answered(order('1', '|||NE|NE'))).toBe('')
    expect(await answered('MSH|^~\\&|GP||||||ACK^O01|9|P|2.5\rMSA|AA|1')).toBe('')
  })

  test('is answered in its own character set', async () => {
    const outcome = allOk('Gardé à l’abri.')
    const receive = async () => ({ outcome })
    expect(await answered(order('1', '||||||8859/15'), { receive })).toContain("|Gardé à l'abri.")
    const utf8 = await answerMessage(Buffer.from(order('1', '||||||UNICODE UTF-8')), answering({ receive }))
    expect(utf8.toString()).toContain('|Gardé à l’abri.')
  })

  test('without a character set of its own is read in the peer’s', async () => {
    const box = inbox()
    await answered(Buffer.from(order('1'), 'latin1'), box)
    const [incoming] = box.messages
    if (incoming?.content?.form !== 'v2') throw new Error('not read')
    expect(field(incoming.content.message, 'PID-5.2')).toBe('Zoë')
  })

  test('is handed in with a remark when it is read in the peer’s character set, and looks like UTF-8', async () => {
    const box = inbox()
    await answered(order('1'), box)
    expect(box.messages[0]?.remarks).toMatchObject([{ expression: 'MSH-18', severity: 'warning' }])
    await answered(order('2', '||||||UNICODE UTF-8'), box)
    expect(box.messages[1]).not.toHaveProperty('remarks')
  })

  test('gets the same bytes for the same outcome, whoever asks for them', async () => {
    const made: string[] = []
    const outcome = allOk('Kept.')
    const answer = await answered(order('1'), {
      receive: async (_, make) => {
        made.push(make?.(outcome, []).toString('latin1') ?? '', make?.(outcome, []).toString('latin1') ?? '')
        return { outcome }
      },
    })
    expect(new Set([...made, answer]).size).toBe(1)
  })
})

describe('a referral whose sender wants it answered by RRI', () => {
  const referral =
    'MSH|^~\\&|GP||RELAIS||20260106||REF^I12^REF_I12|R1|P|2.5.1\rRF1|P|S||||R-5^GP\rPRD|RP|HODA^Adam\rPID|1||42\r'
  const peers = answering().peers.map((peer) => ({ ...peer, referralAnswer: 'RRI' as const }))
  const taken: Answering['receive'] = async (_, make) => {
    const outcome = allOk('Stored.')
    const answer = make?.(outcome, ['Patient/1', 'ServiceRequest/2'])
    return { outcome, ...(answer && { answer }) }
  }

  test('is answered with the referral’s own segments and our number', async () => {
    const lines = (await answered(referral, { peers, receive: taken })).split('\r')
    expect(lines[0]).toContain('|RRI^I12^RRI_I12|')
    expect(lines.slice(1)).toEqual([
      'MSA|AA|R1|Stored.',
      'RF1|P|S||||R-5^GP|||||2^RELAIS',
      'PRD|RP|HODA^Adam',
      'PID|1||42',
      '',
    ])
  })

  test('is told by RF1-1 that it is refused', async () => {
    const receive: Answering['receive'] = async () => ({
      outcome: outcomeOf(failure('required', 'No order.', 'RF1').issues),
    })
    expect(await answered(referral, { peers, receive })).toMatch(/MSA\|AE\|R1\rERR.*\rRF1\|R\|/)
  })

  test('keeps the accept acknowledgement, and the answer to anything else, as they are', async () => {
    expect(await answered(referral.replace('2.5.1', '2.5.1|||AL|NE'), { peers, receive: taken })).toMatch(
      /\|ACK\^I12\^ACK\|.*\rMSA\|CA/,
    )
    expect(await answered(order('1'), { peers, receive: taken })).toContain('|ACK^O01')
  })
})

test('a control id is short, its own, and the same each time', () => {
  const rows = Array.from({ length: 500 }, (_, n) => `0193e9a2-0000-7000-8000-${String(n).padStart(12, '0')}`)
  const ids = rows.map(controlIdOf)
  expect(new Set(ids).size).toBe(rows.length)
  expect(ids.every((id) => /^[0-9A-Z]{20}$/.test(id))).toBe(true)
  expect(rows.map(controlIdOf)).toEqual(ids)
})
