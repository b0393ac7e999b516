import { describe, expect, test } from 'vitest'
import { allOk, failure, failures, issue, outcomeOf } from '../../src/fhir/outcome.ts'
import type { Case } from '../../src/fhir/telling.ts'
import { answersTo, readAcknowledgment, readHeader } from '../../src/hl7v2/acknowledge.ts'
import { type Message, parseMessage, type Segment, writeMessage } from '../../src/hl7v2/message.ts'

const own = () => {
  let count = 0
  return { newControlId: () => `R${++count}`, at: '2026-01-06T13:44:19+01:00' }
}
const request = (rest = '', version = '2.5.1') =>
  `MSH|^~\\&|GP^1.2^ISO|PRACTICE|RELAIS|REGION|20260106134418||ORM^O01^ORM_O01|000001|P|${version}${rest}`
const header = (text = request()) => parseMessage(text).segments[0] as Segment
const written = (messages: Message[]) => messages.map((one) => writeMessage(one).trimEnd().split('\r'))
const refused = (what: Case, text: string, place?: string) => outcomeOf(failure(what, text, place).issues)
const codes = (messages: Message[]) => messages.map((one) => readAcknowledgment(one)?.code)
const answered = (rest: string, outcome = allOk('Kept.')) =>
  codes(answersTo(header(request(rest)), outcome, own()))

describe('what went well', () => {
  test('is answered AA, sender and receiver swapped, in the version and character set of the request', () => {
    const [answer] = written(answersTo(header(request('|||||FRA|8859/15')), allOk('Kept.'), own()))
    expect(answer).toEqual([
      'MSH|^~\\&|RELAIS|REGION|GP^1.2^ISO|PRACTICE|20260106134419+0100||ACK^O01^ACK|R1|P|2.5.1|||||FRA|8859/15',
      'MSA|AA|000001|Kept.',
    ])
  })

  test('with a warning is AA and an ERR that warns', () => {
    const outcome = outcomeOf([issue('value', 'The key of this identifier is wrong.', 'PID-3', 'warning')])
    const [answer] = written(answersTo(header(), outcome, own()))
    expect(answer?.slice(1)).toEqual([
      'MSA|AA|000001',
      'ERR||PID^1^3|102^Data type error^HL70357^value^^FHIR-issue-type|W||||The key of this identifier is wrong.',
    ])
  })
})

describe('what was refused', () => {
  test.each<[Case, string | undefined, string, string]>([
    [
      'required',
      'ORC-2',
      'AE',
      'ERR||ORC^1^2|101^Required field missing^HL70357^required^^FHIR-issue-type|E||||Why.',
    ],
    [
      'structure',
      'MSH',
      'AE',
      'ERR||MSH^1|100^Segment sequence error^HL70357^structure^^FHIR-issue-type|E||||Why.',
    ],
    [
      'code-invalid',
      'OBX[3]-5[2].1.4',
      'AE',
      'ERR||OBX^3^5^2^1^4|103^Table value not found^HL70357^code-invalid^^FHIR-issue-type|E||||Why.',
    ],
    [
      'business-rule',
      'ServiceRequest.code',
      'AE',
      'ERR|||207^Application error^HL70357^business-rule^^FHIR-issue-type|E|||ServiceRequest.code|Why.',
    ],
    [
      'duplicate',
      'MSH-10',
      'AE',
      'ERR||MSH^1^10|205^Duplicate key identifier^HL70357^duplicate^^FHIR-issue-type|E||||Why.',
    ],
    [
      'unknown-message',
      'MSH-9',
      'AR',
      'ERR||MSH^1^9|200^Unsupported message type^HL70357^not-supported^^FHIR-issue-type|E||||Why.',
    ],
    [
      'unsupported-value',
      'MSH-12',
      'AE',
      'ERR||MSH^1^12|203^Unsupported version id^HL70357^not-supported^^FHIR-issue-type|E||||Why.',
    ],
    [
      'unknown-sender',
      'MSH-3',
      'AR',
      'ERR||MSH^1^3|207^Application error^HL70357^security^^FHIR-issue-type|E||||Why.',
    ],
    ['conflict', undefined, 'AR', 'ERR|||207^Application error^HL70357^conflict^^FHIR-issue-type|E||||Why.'],
    [
      'transient',
      undefined,
      'AR',
      'ERR|||207^Application error^HL70357^transient^^FHIR-issue-type|E||||Why.',
    ],
    [
      'exception',
      undefined,
      'AR',
      'ERR|||207^Application error^HL70357^exception^^FHIR-issue-type|E||||Why.',
    ],
  ])('as %s at %s is %s with its place, code and text', (what, place, code, err) => {
    const [answer] = written(answersTo(header(), refused(what, 'Why.', place), own()))
    expect(answer?.slice(1)).toEqual([`MSA|${code}|000001`, err])
  })

  test('by the RIS says so in the application code', () => {
    const [answer] = written(answersTo(header(), refused('refused', 'The slot is gone.'), own()))
    expect(answer?.[2]).toContain(
      '|ris-refused^^https://relais.example/fhir/CodeSystem/failure|||The slot is gone.',
    )
  })

  test('for several faults has an ERR for each', () => {
    const both = failures([issue('required', 'One.', 'ORC-2'), issue('business-rule', 'Two.', 'OBR-4')])
    const [answer] = written(answersTo(header(), outcomeOf(both.issues), own()))
    expect(answer?.slice(1).map((line) => line.split('|').slice(0, 3).join('|'))).toEqual([
      'MSA|AE|000001',
      'ERR||OBR^1^4',
      'ERR||ORC^1^2',
    ])
  })

  test('before 2.5 is told in ERR-1 and MSA-3', () => {
    const [answer] = written(
      answersTo(header(request('', '2.3')), refused('required', 'Why.', 'ORC-2'), own()),
    )
    expect(answer).toEqual([
      'MSH|^~\\&|RELAIS|REGION|GP^1.2^ISO|PRACTICE|20260106134419+0100||ACK^O01|R1|P|2.3',
      'MSA|AE|000001|Why.',
      'ERR|ORC^1^2^101&Required field missing&HL70357',
    ])
  })

  test('names the segment by its number among those of its name', () => {
    const places = ['MSH[2]', 'OBR[2]-6', 'OBR-27.4', 'PID'].map((place) => {
      const [answer] = written(answersTo(header(), refused('value', 'Why.', place), own()))
      return answer?.[2]?.split('|')[2]
    })
    expect(places).toEqual(['MSH^2', 'OBR^2^6', 'OBR^1^27^1^4', 'PID^1'])
  })

  test('with delimiters of its own is answered with them', () => {
    const own1 = header('MSH*:;!@*GP***RX***ORM:O01*7*P*2.5')
    const [answer] = answersTo(own1, refused('required', 'a*b', 'ORC-2'), own())
    const text = writeMessage(answer as Message)
    expect(text).toContain('MSA*AE*7\rERR**ORC:1:2*101:Required field missing:')
    expect(text).toContain('a!F!b')
  })
})

describe('who wants which acknowledgement gets it', () => {
  const bad = refused('required', 'Why.', 'ORC-2')
  const later = refused('transient', 'Later.')
  test.each([
    ['', ['AA'], ['AE'], ['AR']],
    ['|||AL|AL', ['CA', 'AA'], ['CA', 'AE'], ['CR']],
    ['|||AL|NE', ['CA'], ['CE'], ['CR']],
    ['|||NE|AL', ['AA'], ['AE'], []],
    ['|||NE|NE', [], [], []],
    ['|||AL|ER', ['CA'], ['CA', 'AE'], ['CR']],
    ['|||ER|SU', ['AA'], ['CE'], ['CR']],
    ['|||SU|SU', ['CA', 'AA'], [], []],
    ['|||AL', ['CA'], ['CE'], ['CR']],
    ['||||AL', ['AA'], ['AE'], []],
    ['|||XX|YY', ['CA', 'AA'], ['CA', 'AE'], ['CR']],
    ['|||XX|NE', ['CA'], ['CE'], ['CR']],
  ])('MSH-13 to 16 %j', (rest, well, wrong, notNow) => {
    expect([answered(rest), answered(rest, bad), answered(rest, later)]).toEqual([well, wrong, notNow])
  })

  test('an acknowledgement is never acknowledged', () => {
    const ack = header('MSH|^~\\&|A|B|C|D|2026||ACK^O01^ACK|9|P|2.5|||AL|AL')
    expect(answersTo(ack, allOk('Kept.'), own())).toEqual([])
  })
})

describe('a message that cannot be read', () => {
  test('is answered with what is known of it', () => {
    const [answer] = written(
      answersTo(readHeader(`${request()}\rnonsense`), refused('structure', 'Why.', 'MSH'), own()),
    )
    expect(answer?.[1]).toBe('MSA|AE|000001')
  })

  test('is answered even when nothing is known', () => {
    const [answer] = written(
      answersTo(readHeader('GET / HTTP/1.1'), refused('structure', 'Why.', 'MSH'), own()),
    )
    expect(answer?.slice(0, 2)).toEqual(['MSH|^~\\&|||||20260106134419+0100||ACK|R1|P|2.5.1', 'MSA|AE'])
  })
})

test('what a peer answers is read', () => {
  const [answer] = answersTo(header(), refused('conflict', 'Taken.', 'SCH-2'), own())
  expect(readAcknowledgment(answer as Message)).toEqual({
    code: 'AR',
    controlId: '000001',
    text: undefined,
    errors: [{ err: '207', issue: 'conflict', place: 'SCH-2' }],
  })
  const [old] = answersTo(header(request('', '2.3')), refused('required', 'Why.', 'ORC-2'), own())
  expect(readAcknowledgment(old as Message)?.errors).toEqual([
    { err: '101', issue: undefined, place: 'ORC-2' },
  ])
  expect(readAcknowledgment(parseMessage(request()))).toBeUndefined()
})
