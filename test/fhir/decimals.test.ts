import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyOf, parseKept, parseWritten, textOf, writtenIn } from '../../src/fhir/decimals.ts'
import { parseJson } from '../../src/fhir/json.ts'

/** Numbers as JSON may write them. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constantFrom('0', '5', '120', '12345678901234567890'), fc.nat(10_000).map(String)),
    fc.constantFrom('', '.0', '.10', '.500', '.25', '.123456789012345678', '.0000001', '.00000000'),
    fc.constantFrom('', '', '', 'e2', 'E-3', 'e+05'),
  )
  .map((parts) => parts.join(''))
const text = fc
  .array(fc.tuple(fc.constantFrom('a', 'value', 'x'), number), { minLength: 1, maxLength: 4 })
  .map((pairs) => {
    const own = [...new Map(pairs)].map(([name, value]) => `"${name}":${value}`).join(',')
    return `{"list":[{${own}}],${own.replaceAll('":', 's":')},"s":"1.10"}`
  })

test('what is read is written as it was, to the letter', () => {
  fc.assert(
    fc.property(text, (json) => {
      for (const read of [parseJson, parseKept, parseWritten]) {
        expect(textOf(read(json))).toBe(json)
        expect(textOf(copyOf(read(json)))).toBe(json)
        expect(JSON.stringify(read(json))).toBe(JSON.stringify(JSON.parse(json)))
      }
    }),
    { numRuns: 1000 },
  )
})

test('a number that is changed is written anew; a copy by spreading is not', () => {
  const read = parseJson('{"value":1.10,"unit":"mm"}') as { value: number; unit: string } // as it stands there
  expect(textOf({ ...read, unit: 'cm' })).toBe('{"value":1.10,"unit":"cm"}')
  expect(textOf({ ...read, value: 2 })).toBe('{"value":2,"unit":"mm"}')
  expect(writtenIn(read, 'value')).toBe('1.10')
})

test('a number beyond all measure is refused', () => {
  expect(() => parseJson('{"value":1e999}')).toThrow('too large')
})
