import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/fhir/json.ts'
import { Failure } from '../../src/fhir/outcome.ts'

const faultOf = (text: string) => {
  try {
    parseJson(text)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.issues[0]
  }
}

test.each([
  ['{"a":{"b":1,"b":2}}', 'line 1, column 13', 'a.b', 'twice'],
  ['{"a":1,"\\u0061":2}', 'line 1, column 8', 'a', 'twice'],
  ['{"entry":[{},\n {"x":tru}]}', 'line 2, column 7', 'entry[1].x', 'no JSON value'],
  ['{"a":"x\ny"}', 'line 1, column 8', 'a', 'control character'],
  ['{"a":"\\x"}', 'line 1, column 8', 'a', 'escape'],
  ['{"a":"\\u12g4"}', 'line 1, column 8', 'a', 'escape'],
  ['{"a" 1}', 'line 1, column 6', undefined, 'colon'],
  ['{a:1}', 'line 1, column 2', undefined, 'property name'],
  ['{"a":1,}', 'line 1, column 8', undefined, 'property name'],
  ['[1 2]', 'line 1, column 4', undefined, 'comma or ]'],
  ['{"a":1 "b":2}', 'line 1, column 8', undefined, 'comma or }'],
  ['[01]', 'line 1, column 3', undefined, 'comma or ]'],
  ['', 'line 1, column 1', undefined, 'missing'],
  ['{"a":', 'line 1, column 6', 'a', 'missing'],
  ['"abc', 'line 1, column 5', undefined, 'does not end'],
  ['{} {}', 'line 1, column 4', undefined, 'follows'],
  ['{"a":{"__proto__":{"admin":true}}}', 'line 1, column 7', 'a.__proto__', 'not allowed'],
  ['{"\\u005f_proto__":1}', 'line 1, column 2', '__proto__', 'not allowed'],
  ['{"constructor":1}', 'line 1, column 2', 'constructor', 'not allowed'],
])('%s: at %s', (text, place, path, what) => {
  const { text: told = '', expression, ...rest } = faultOf(text) ?? {}
  expect(rest).toEqual({ case: 'structure' })
  expect(told).toContain(`at ${place}: `)
  expect(told).toContain(what)
  expect(expression).toBe(path)
})

test('nesting beyond all sense is refused, as deep as it may be', () => {
  expect(faultOf('['.repeat(100) + ']'.repeat(100))).toBeUndefined()
  expect(faultOf('['.repeat(1_000_000))?.text).toContain('nested deeper than 100')
  expect(faultOf(`${'{"a":'.repeat(200_000)}1`)?.text).toContain('nested deeper than 100')
})

test('a fault never says what stands there', () => {
  expect(JSON.stringify(faultOf('{"family":"Martin", "Durand Élise": Martin}'))).not.toMatch(/Martin|Durand/)
})

test('a byte-order mark is passed over', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 })
})

test('a text of megabytes is read', () => {
  const data = 'QUJD'.repeat(2_000_000)
  expect(parseJson(JSON.stringify({ data }))).toEqual({ data })
})

const names = fc
  .string({ minLength: 1 })
  .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value')),
    fc.dictionary(names, tie('value'), { noNullPrototype: true }),
  ),
}))

test('whatever JSON says comes back, however it is laid out', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t'), (given, indent) => {
      expect(parseJson(JSON.stringify(given, undefined, indent))).toEqual(JSON.parse(JSON.stringify(given)))
    }),
  )
})

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"b"',
  '1',
  '-',
  '.5',
  'e3',
  'true',
  'null',
  ' ',
  '\n',
  '"',
  '\\',
  '\u0001',
  '0',
]

test('of texts at random, those and only those are read that JSON.parse reads', () => {
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''))
  let read = 0
  fc.assert(
    fc.property(texts, (text) => {
      const fault = faultOf(text)
      if (fault?.text.includes('twice')) return
      if (!fault) read++
      expect(fault === undefined).toBe(isJson(text))
    }),
    { numRuns: 20_000 },
  )
  expect(read).toBeGreaterThan(200)
})

test('a JSON text that is cut or changed anywhere is read as JSON.parse reads it, or refused', () => {
  const text = JSON.stringify({
    resourceType: 'Slot',
    id: 'é€😀',
    start: '2026',
    n: [-1.5e3, { b: [true, null] }],
  })
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(3), fc.constantFrom(...pieces, ''), (at, cut, piece) => {
      const changed = text.slice(0, at) + piece + text.slice(at + cut)
      if (faultOf(changed)?.text.includes('twice')) return
      expect(faultOf(changed) === undefined).toBe(isJson(changed))
    }),
    { numRuns: 5_000 },
  )
})

/** What is infinite to JSON.parse is refused. */
const isMeasurable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).every(isMeasurable)
    : value !== Infinity && value !== -Infinity

function isJson(text: string): boolean {
  try {
    return isMeasurable(JSON.parse(text))
  } catch {
    return false
  }
}
