import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/fhir/outcome.ts'
import {
  field,
  kindOf,
  type Message,
  parseMessage,
  placeOf,
  usualDelimiters,
  writeMessage,
} from '../../src/hl7v2/message.ts'
import { samples } from './samples.ts'

const header = 'MSH|^~\\&|GP|PRACTICE|RELAIS|REGION|20260106||ORM^O01^ORM_O01|42|P|2.5.1'
const parsed = (...lines: string[]) => parseMessage([header, ...lines].join('\r'))

const failureOf = (act: () => unknown) => {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof Failure) return [thrown.case, thrown.issues[0].expression]
    throw thrown
  }
  return undefined
}

describe('segments', () => {
  test.each(['\r', '\n', '\r\n', '\n\n'])('end by %j', (end) => {
    const message = parseMessage([header, 'PID|1', 'ORC|NW', ''].join(end))
    expect(message.segments.map(({ name }) => name)).toEqual(['MSH', 'PID', 'ORC'])
  })

  test('may follow a byte-order mark and blank lines', () => {
    expect(kindOf(parseMessage(`\uFEFF\r\n${header}`))).toBe('ORM^O01')
  })

  test('a line feed that no segment follows is text', () => {
    const message = parseMessage(`${header}\rNTE|1||first\nsecond line\nPID|x`)
    expect(field(message, 'NTE-3')).toBe('first\nsecond line')
    expect(field(message, 'PID-1')).toBe('x')
  })

  test('of a second message are not part of the first: one MSH a message', () => {
    expect(() => parseMessage(`${header}\rPID|1\r${header}\rPID|2`)).toThrow(
      expect.objectContaining({
        case: 'structure',
        issues: [expect.objectContaining({ expression: 'MSH[2]' })],
      }),
    )
  })

  test('may have no field at all', () => {
    expect(parsed('RGS', 'AIS|1').segments.map(({ name }) => name)).toEqual(['MSH', 'RGS', 'AIS'])
  })
})

describe('values', () => {
  test('are found by their place', () => {
    const message = parsed('PID|||1^^^A&1.2&ISO~2^^^B', 'OBX|1', 'OBX|2||CODE^text')
    expect(field(message, 'PID-3')).toBe('1')
    expect(field(message, 'PID-3.4.2')).toBe('1.2')
    expect(field(message, 'PID-3[2].4')).toBe('B')
    expect(field(message, 'OBX[2]-3.2')).toBe('text')
    expect(field(message, 'OBX[3]-3')).toBeUndefined()
    expect(field(message, 'PID-5')).toBeUndefined()
    expect(field(message, 'MSH-1')).toBe('|')
    expect(field(message, 'MSH-2')).toBe('^~\\&')
  })

  test('keep HL7 null apart from nothing', () => {
    const message = parsed('PID|||1||""')
    expect(field(message, 'PID-5')).toBe('""')
    expect(field(message, 'PID-4')).toBeUndefined()
  })

  test.each([
    ['a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f', 'a|b^c&d~e\\f'],
    ['one\\.br\\two\\.sp2\\three', 'one\ntwo\n\nthree'],
    ['\\H\\loud\\N\\ \\.in+4\\in', 'loud in'],
    ['\\X0D0A\\', '\r\n'],
    ['C:\\temp\\Fil', 'C:\\temp\\Fil'],
    ['\\Zlocal\\ \\C2842\\ \\', '\\Zlocal\\ \\C2842\\ \\'],
    ['a\\b and \\F\\', 'a\\b and |'],
  ])('%j stands for %j', (written, meant) => {
    expect(field(parsed(`NTE|||${written}`), 'NTE-3')).toBe(meant)
  })

  test('hexadecimal bytes are in the character set of the message', () => {
    const utf8 = `${header}||||||UNICODE UTF-8\rNTE|||\\XE2\\\\X82\\\\XAC\\`
    expect(field(parseMessage(utf8), 'NTE-3')).toBe('€')
    expect(field(parsed('NTE|||\\XA4\\'), 'NTE-3')).toBe('€')
  })

  test('are parted by the delimiters that the message declares', () => {
    const message = parseMessage('MSH*:;!@*GP***RX***ORM:O01*7*P*2.4\rPID***1:::A@1.2;2*a!F!b!S!c')
    expect(field(message, 'MSH-9.2')).toBe('O01')
    expect(field(message, 'PID-3[2]')).toBe('2')
    expect(field(message, 'PID-3.4.2')).toBe('1.2')
    expect(field(message, 'PID-4')).toBe('a*b:c')
    expect(parseMessage(writeMessage(message))).toEqual(message)
  })
})

describe('what is no message', () => {
  test.each([
    ['', ['structure', 'MSH']],
    ['GET / HTTP/1.1', ['structure', 'MSH']],
    ['PID|1\rMSH|^~\\&', ['structure', 'MSH']],
    ['MSH', ['structure', 'MSH-2']],
    ['MSH|', ['structure', 'MSH-2']],
    ['MSH||', ['structure', 'MSH-2']],
    ['MSH|^^^^|', ['structure', 'MSH-2']],
    ['MSHAbcde|x', ['structure', 'MSH-2']],
    [`${header}\rthis is no segment`, ['structure', 'MSH']],
    ['MSH|^~\\&|a|b|c|d|2026||||P|2.5', ['required', 'MSH-9']],
    ['MSH|^~\\&|a|b|c|d|2026||ORM^O01||P|2.5', ['required', 'MSH-10']],
  ])('%j is refused', (text, expected) => {
    expect(failureOf(() => parseMessage(text))).toEqual(expected)
  })

  test('no text makes it break', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, isHeaded) => {
        failureOf(() => parseMessage(isHeaded ? `${header}\r${text}` : text))
      }),
    )
  })
})

describe('writing', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 1 })
  const valueOrNot = fc.oneof(value, fc.constant(''))
  const components = fc.array(fc.array(valueOrNot, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
  const repetitions = fc
    .array(components, { maxLength: 3 })
    .filter(
      (all) => !(all.length === 1 && all[0]?.length === 1 && all[0][0]?.length === 1 && all[0][0][0] === ''),
    )
  const segment = fc.record({
    name: fc.constantFrom('PID', 'OBX', 'ZDS', 'NTE'),
    fields: fc.array(repetitions, { maxLength: 6 }).map((fields) => [[], ...fields]),
  })
  const start = parseMessage(`MSH|^~\\&#|GP||||||ORM^O01|42|P|2.8||||||UNICODE UTF-8`)
  const message: fc.Arbitrary<Message> = fc
    .array(segment, { maxLength: 5 })
    .map((segments) => ({ segments: [...start.segments, ...segments] }))

  test('then parsing gives the same message', () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(parseMessage(writeMessage(one))).toEqual(one)
      }),
      { numRuns: 500 },
    )
  })

  test.each(samples)('$name is written as it was read', ({ message: one }) => {
    expect(parseMessage(writeMessage(one))).toEqual(one)
  })

  test('nothing written can end a frame or a segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = writeMessage({
          segments: [...start.segments, { name: 'NTE', fields: [[], [[[text]]]] }],
        })
        expect([...written].filter((one) => one < ' ' && one !== '\r')).toEqual([])
        expect(written.match(/\r/g)).toHaveLength(2)
      }),
    )
  })
})

test('a place is read in all its parts', () => {
  expect(placeOf('OBX[3]-5[2].1.4')).toEqual({
    segment: 'OBX',
    occurrence: 3,
    field: 5,
    repetition: 2,
    component: 1,
    subcomponent: 4,
  })
  expect(placeOf('ServiceRequest.code')).toBeUndefined()
  expect(usualDelimiters.field).toBe('|')
})
