import { describe, expect, test } from 'vitest'
import { primitives } from '../../src/validate/primitives.ts'

const cases: Record<string, { right: unknown[]; wrong: unknown[] }> = {
  base64Binary: { right: ['YQ==', 'YWJj', 'YW Jj\n'], wrong: ['', 'YQ', 'Y===', 'é===', ' ', 1] },
  boolean: { right: [true, false], wrong: ['true', 0, {}] },
  canonical: { right: ['http://x/y|1.0', '#p'], wrong: ['', 'a b'] },
  code: { right: ['active', 'a b', '😀'], wrong: ['', ' a', 'a\ud83d', 'a ', 'a  b'] },
  date: {
    right: ['2026', '2026-11', '2026-11-21', '2024-02-29', '2000-02-29'],
    wrong: [
      '',
      '26',
      '0000',
      '2026-13',
      '2026-00',
      '2026-02-29',
      '1900-02-29',
      '2026-04-31',
      '2026-11-00',
      '2026-1-1',
      '2026-11-21T',
      20261121,
    ],
  },
  dateTime: {
    right: [
      '2026',
      '2026-11-21',
      '2026-11-21T10:00:00+01:00',
      '2026-11-21T10:00:00.123Z',
      '2016-12-31T23:59:60Z',
    ],
    wrong: [
      '2026-11-21T10:00',
      '2026-11-21T10:00:00',
      '2026-11-21T24:00:00Z',
      '2026-02-30T10:00:00Z',
      '2026-11-21T10:00:00+15:00',
      '2026-11-21 10:00:00Z',
    ],
  },
  decimal: { right: [0, -1.5, 1e10], wrong: ['1', true, null] },
  id: { right: ['a', 'A-1.b', 'x'.repeat(64)], wrong: ['', 'a_b', 'a/b', 'x'.repeat(65)] },
  instant: {
    right: ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.5+01:00'],
    wrong: ['2026-11-21', '2026-11-21T10:00Z', '2026-11-21T10:00:00'],
  },
  integer: { right: [0, -2_147_483_648, 2_147_483_647], wrong: [1.5, 2_147_483_648, '1'] },
  markdown: { right: ['# a', 'à'], wrong: ['', ' \n'] },
  oid: {
    right: ['urn:oid:1.2.250.1.213.1.4.8', 'urn:oid:2.16'],
    wrong: ['1.2.250', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1'],
  },
  positiveInt: { right: [1, 2], wrong: [0, -1, 1.2, '1'] },
  string: {
    right: ['a', ' a ', 'é\u00a0%', '\ta\r\nb'],
    wrong: ['', ' ', '\n', 'a\0b', 'a\ud800b', '\udc00', 1, {}],
  },
  time: { right: ['10:00:00', '23:59:59.999'], wrong: ['10:00', '24:00:00', '10:60:00', '10:00:00Z'] },
  unsignedInt: { right: [0, 1], wrong: [-1, 0.5] },
  uri: { right: ['urn:x', 'http://x/é', '#a'], wrong: ['', 'a b', ' '] },
  url: { right: ['https://x'], wrong: ['', 'a b'] },
  uuid: {
    right: ['urn:uuid:0198a5c2-0000-7000-8000-000000000000'],
    wrong: ['0198a5c2-0000-7000-8000-000000000000', 'urn:uuid:0198a5c2'],
  },
  xhtml: { right: ['<div>a</div>'], wrong: [1] },
}

test('every primitive type of R4 has its test', () => {
  expect([...primitives.keys()].sort()).toEqual(Object.keys(cases).sort())
})

describe.each(Object.entries(cases))('%s', (type, { right, wrong }) => {
  const faultOf = primitives.get(type)

  test.each(right)('%j is one', (value) => {
    expect(faultOf?.(value)).toBeUndefined()
  })

  test.each(wrong)('%j is none', (value) => {
    const isOfItsJsonType = right.some((one) => typeof one === typeof value)
    expect(faultOf?.(value)?.case).toBe(isOfItsJsonType ? 'value' : 'structure')
  })
})

test('a large base64 text is looked at in time that grows with its length only', () => {
  const text = 'A'.repeat(4_000_000)
  const startedAt = performance.now()
  expect(primitives.get('base64Binary')?.(text)).toBeUndefined()
  expect(primitives.get('base64Binary')?.(`${text}!`)).toBeDefined()
  expect(performance.now() - startedAt).toBeLessThan(2000)
})
