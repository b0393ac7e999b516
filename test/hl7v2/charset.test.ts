import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { decode, encode, isCharset } from '../../src/hl7v2/charset.ts'
import { sample, samples } from './samples.ts'

const text = (charset: string) =>
  `MSH|^~\\&|A|B|C|D|2026||ORM^O01|1|P|2.5|||||FRA|${charset}\rPID|||||Zoë^Œdipe €`

describe('bytes are read', () => {
  test.each([
    ['UNICODE UTF-8', 'utf-8'],
    ['UTF-8', 'utf-8'],
    ['8859/15', 'iso-8859-15'],
    ['ISO8859-15', 'iso-8859-15'],
    ['8859/15~UNICODE UTF-8', 'iso-8859-15'],
    ['', 'iso-8859-15'],
    ['8859/1', 'windows-1252'],
    ['WINDOWS-1252', 'windows-1252'],
    ['ASCII', 'iso-8859-15'],
  ])('by MSH-18 %j as %s', (charset, label) => {
    expect(decode(iconv.encode(text(charset), label)).text).toBe(text(charset))
  })

  test('without MSH-18 as the peer is configured', () => {
    expect(decode(Buffer.from(text('')), 'UNICODE UTF-8')).toEqual({
      text: text(''),
      charset: 'UNICODE UTF-8',
    })
  })

  test('with a doubt where nobody says that they are UTF-8, and they are', () => {
    expect(decode(Buffer.from('MSH|^~\\&|A\rPID|||||Éàü')).isDoubtful).toBe(true)
    for (const sure of [text('UNICODE UTF-8'), 'MSH|^~\\&|A\rPID|||||Eau']) {
      expect(decode(Buffer.from(sure))).not.toHaveProperty('isDoubtful')
    }
    expect(decode(iconv.encode(text(''), 'iso-8859-15'))).not.toHaveProperty('isDoubtful')
    expect(decode(Buffer.from(text('')), 'UNICODE UTF-8')).not.toHaveProperty('isDoubtful')
  })

  test('by the byte-order mark before anything else', () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text('8859/15'))])
    expect(decode(marked)).toEqual({ text: text('8859/15'), charset: 'UNICODE UTF-8' })
    const wide = iconv.encode(text(''), 'utf-16le', { addBOM: true })
    expect(decode(wide).text).toBe(text(''))
  })

  test('each sample in its own', () => {
    for (const { bytes } of samples) expect(decode(bytes).text).not.toContain('\uFFFD')
    expect(decode(sample('flux1').bytes).charset).toBe('UNICODE UTF-8')
    expect(decode(sample('ack-AA').bytes).charset).toBe('8859/15')
  })

  test('that are not in the character set are refused, not replaced', () => {
    const wrong = iconv.encode(text('UNICODE UTF-8'), 'iso-8859-15')
    expect(() => decode(wrong)).toThrow(expect.objectContaining({ case: 'value' }))
  })

  test('of a character set nobody knows are refused', () => {
    expect(() => decode(Buffer.from(text('KLINGON')))).toThrow(
      expect.objectContaining({
        case: 'unsupported-value',
        issues: [expect.objectContaining({ expression: 'MSH-18' })],
      }),
    )
    expect(isCharset('KLINGON')).toBe(false)
  })
})

describe('text is written', () => {
  test.each(['UNICODE UTF-8', '8859/15', '8859/1'])('in %s and read again', (charset) => {
    const { bytes, lost } = encode(text(charset), charset)
    expect(lost).toEqual([])
    expect(decode(bytes).text).toBe(text(charset))
  })

  test('by like characters where the set has no such one, and that is told', () => {
    const { bytes, lost } = encode('l’examen – ő, 中, œuvre', '8859/15')
    expect(iconv.decode(bytes, 'iso-8859-15')).toBe("l'examen - o, ?, œuvre")
    expect(lost).toEqual(['U+2019', 'U+2013', 'U+0151', 'U+4E2D'])
  })

  test('without accents in ASCII', () => {
    expect(encode('Zoë Œ', 'ASCII').bytes.toString()).toBe('Zoe OE')
  })
})
