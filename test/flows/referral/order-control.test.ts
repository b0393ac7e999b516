import { expect, test } from 'vitest'
import { routeOf } from '../../../src/flows/index.ts'
import { controlOf } from '../../../src/flows/referral/order-control.ts'
import { parseMessage } from '../../../src/hl7v2/message.ts'

const message = (...controls: string[]) =>
  parseMessage(
    ['MSH|^~\\&|A|B|||20300107||ORM^O01|7|P|2.5', ...controls.map((one, n) => `ORC|${one}|P-${n}`)].join(
      '\r',
    ),
  )

test.each([
  ['order', ['NW', 'SN', 'XO', 'XX', 'RP', 'RO', 'SC', '']],
  ['cancellation', ['CA', 'DC', 'OC', 'RQ']],
  ['notice', ['OK', 'NA', 'UA', 'UC', 'UX', 'UD', 'UM', 'UN', 'CR', 'DE', 'SR']],
])('an %s is told by its ORC-1', (control, codes) => {
  expect(codes.map((code) => controlOf(message(code)))).toEqual(codes.map(() => control))
})

test('a code that is in no table is refused, each where it stands', () => {
  expect(() => controlOf(message('NW', 'ZZ', 'QQ'))).toThrow(
    expect.objectContaining({
      case: 'value',
      issues: ['ORC[2]-1', 'ORC[3]-1'].map((expression) => expect.objectContaining({ expression })),
    }),
  )
})

test('an order may be given while another is taken back, but not answered', () => {
  expect(controlOf(message('NW', 'CA'))).toBe('order')
  expect(() => controlOf(message('NW', 'OK'))).toThrow(expect.objectContaining({ case: 'value' }))
})

test.each(['ORM^O01', 'OMG^O19', 'OMI^O23'])('of %s the codes decide the step', (kind) => {
  const route = (control: string) => routeOf(kind, { form: 'v2', message: message(control) })
  expect(new Set([route('NW'), route('CA'), route('OK')]).size).toBe(3)
  expect(() => route('ZZ')).toThrow(expect.objectContaining({ case: 'value' }))
})
