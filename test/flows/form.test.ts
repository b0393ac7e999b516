import { expect, test } from 'vitest'
import { formOf } from '../../src/flows/form.ts'
import { diaryKind } from '../../src/flows/slots/rows.ts'
import type { Road } from '../../src/store/index.ts'

const came = (by: Road, kind: string, text: string) => formOf({ by, kind, raw: Buffer.from(text) })

test.each<[Road, string, string]>([
  ['mllp', 'ORM^O01', 'MSH|^~\\&|'],
  ['http', '?', 'no message at all'],
  ['file', 'ORU^R01', 'MSH|^~\\&|'],
  ['poll', 'SQR^S25', 'MSH|^~\\&|'],
])('HL7 v2 is HL7 v2 by whichever road it came: %s', (by, kind, text) => {
  expect(came(by, kind, text)).toBe('v2')
})

test('a diary is a table, dropped or uploaded; what a partner’s JSON or FHIR says is not HL7 v2', () => {
  expect(came('file', diaryKind, '{}')).toBe('json')
  expect(came('json', 'Appointment', '{}')).toBe('json')
  expect(came('console', 'intake/1', '{}')).toBe('json')
  expect(came('poll', 'Slot', '{}')).toBe('fhir')
})
